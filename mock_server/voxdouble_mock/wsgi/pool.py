"""A pool of worker threads that grows with the load, up to a limit.

cheroot's pool grows only when its owner calls `grow`, and this call takes 0.1 s. Its threads delay the interpreter's
exit.
"""

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from voxdouble_mock.real_time import monotonic

Work = TypeVar("Work")


class Pool(Generic[Work]):
    """Calls ``serve`` for each piece of work, in daemon threads, so that a forgotten stop cannot hang the interpreter.

    A thread is added when work would have to wait, and ends when it has been idle for ``idle_seconds``. With ``limit``
    threads busy, work waits in a queue.
    """

    def __init__(
        self, serve: Callable[[Work], None], *, limit: int, log: logging.Logger, idle_seconds: float = 10.0
    ) -> None:
        self._serve = serve
        self._limit = limit
        self._log = log
        self._idle_seconds = idle_seconds
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._free = 0
        """Idle threads minus the pieces of work in the queue."""

    @property
    def size(self) -> int:
        """The number of threads."""
        return len(self._threads)

    @property
    def is_full(self) -> bool:
        """Whether work is waiting in the queue for a free thread."""
        return self._free < 0

    def put(self, work: Work) -> None:
        """Serve ``work`` in a thread; at once, unless ``limit`` threads are busy."""
        with self._lock:
            self._free -= 1
            if self._free < 0 and len(self._threads) < self._limit:
                self._add_thread()
        self._queue.put(work)

    def stop(self, timeout: float) -> None:
        """End the threads once the queued work is done; wait for them for at most ``timeout`` seconds."""
        end = monotonic() + timeout
        with self._lock:
            threads = self._threads - {threading.current_thread()}
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="voxdouble-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads on this machine: the work waits for another thread
            self._log.warning("No further thread can be started (%s); %d are running.", error, len(self._threads))
            return
        self._threads.add(thread)
        self._free += 1

    def _run(self) -> None:
        while True:
            try:
                work = self._queue.get(timeout=self._idle_seconds)
            except Empty:
                if self._end_if_idle():
                    return
                continue
            if work is None:
                return
            try:
                self._serve(work)
            except BaseException:  # noqa: BLE001 (SystemExit too: with a thread less, a request would wait for ever)
                self._log.exception("Serving a connection failed unexpectedly.")
            del work  # else it is kept in memory until the next one
            with self._lock:
                self._free += 1

    def _end_if_idle(self) -> bool:
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            self._threads.discard(threading.current_thread())
            return True

"""Threads that answer requests: as many as are needed at one time, up to a limit.

cheroot's pool never grows by itself, naps for 0.1 s when told to, and holds up the interpreter's exit.
"""

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Pool(Generic[Work]):
    """Runs ``serve`` on what is put, in daemon threads, so that a forgotten stop does not hang the interpreter's exit.

    A thread is added when something would have to wait, and goes when it had nothing to do for ``idle_seconds``.
    Beyond ``limit`` threads, work waits its turn.
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
        """Threads without work, less what waits in the queue."""

    @property
    def size(self) -> int:
        """The number of threads."""
        return len(self._threads)

    def put(self, work: Work) -> None:
        """Have ``work`` served as soon as may be."""
        with self._lock:
            self._free -= 1
            if self._free < 0 and len(self._threads) < self._limit:
                self._add_thread()
        self._queue.put(work)

    def stop(self, timeout: float) -> None:
        """Let the threads finish what was put; wait for them for at most ``timeout`` seconds."""
        end = time.monotonic() + timeout
        with self._lock:
            threads = self._threads - {threading.current_thread()}
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="voxdouble-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine has no more: the work waits for another thread
            self._log.warning("No further thread can be started (%s); %d are running.", error, len(self._threads))
            return
        self._threads.add(thread)
        self._free += 1

    def _run(self) -> None:
        while True:
            try:
                work = self._queue.get(timeout=self._idle_seconds)
            except Empty:
                if self._leave_if_superfluous():
                    return
                continue
            if work is None:
                return
            try:
                self._serve(work)
            except BaseException:  # noqa: BLE001 (SystemExit too: a thread less would be a request that waits for ever)
                self._log.exception("A connection failed in a way that nobody foresaw.")
            del work  # else it lives until the next one comes
            with self._lock:
                self._free += 1

    def _leave_if_superfluous(self) -> bool:
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            self._threads.discard(threading.current_thread())
            return True

"""Concurrent calls whose results come out in order, or as they finish."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Generic, TypeAlias, TypeVar

from voxdouble_client._whole_number import checked_whole_number

T = TypeVar("T")
R = TypeVar("R")

MAX_HELD = 1000
"""Chosen: the number of finished results, held for a slow item or a slow consumer, at which no more items are drawn."""
MAX_SIGNAL_DELAY = 0.5
"""Each wait ends after this many seconds, since Python may handle a signal only when a wait is over."""

Queue: TypeAlias = "queue.SimpleQueue[tuple[Future[R], T] | None]"
"""Work for the threads; None ends one thread."""


def run_many(work: Callable[[T], R], items: Iterable[T], concurrency: int, *, ordered: bool = True) -> Iterator[R]:
    """Yield `work(item)` for each item, with at most `concurrency` calls at a time.

    The results come in the order of the items, or as they finish if not `ordered`. In order, a slow item holds back the
    results of later items; the work on these goes on until 1,000 finished results are held. Items are drawn in the
    consumer's thread, at most twice `concurrency` ahead of the work. When the consumer stops, work that has not begun
    is dropped. The threads are daemons: the process can end while a call is still running. ValueError if `concurrency`
    is not a whole number of at least 1.
    """
    return _Run(work, items, checked_whole_number("concurrency", concurrency, 1)).results(ordered=ordered)


class _Run(Generic[T, R]):
    def __init__(self, work: Callable[[T], R], items: Iterable[T], concurrency: int) -> None:
        self._work = work
        self._items = items
        self._concurrency = concurrency
        self._todo: Queue[R, T] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Future[R]] = queue.SimpleQueue()
        self._unfinished = 0
        self._held: dict[Future[R], None] = {}  # finished, and not yielded yet
        self._order: deque[Future[R]] = deque()  # drawn, and not yielded yet; only if ordered

    def results(self, *, ordered: bool) -> Iterator[R]:
        for number in range(self._concurrency):
            threading.Thread(target=self._run_thread, name=f"voxdouble-{number}", daemon=True).start()
        try:
            items = iter(self._items)
            exhausted = False
            while True:
                self._collect()
                while not exhausted and self._has_room():
                    exhausted = not self._draw(items, ordered=ordered)
                    self._collect()
                    if self._is_due(ordered=ordered):
                        break  # a result can be yielded before more items are drawn
                if self._is_due(ordered=ordered):
                    yield self._pop(ordered=ordered).result()
                elif self._unfinished:
                    self._collect(wait=True)
                else:
                    return
        finally:
            self._stop()

    def _has_room(self) -> bool:
        return self._unfinished < 2 * self._concurrency and len(self._held) < MAX_HELD

    def _is_due(self, *, ordered: bool) -> bool:
        return bool(self._held) and (not ordered or self._order[0] in self._held)

    def _pop(self, *, ordered: bool) -> Future[R]:
        future = self._order.popleft() if ordered else next(iter(self._held))
        del self._held[future]
        return future

    def _collect(self, *, wait: bool = False) -> None:
        """Note which calls have finished; `wait` for one of them."""
        while wait or not self._done.empty():
            try:
                self._held[self._done.get(timeout=MAX_SIGNAL_DELAY)] = None
            except queue.Empty:
                continue
            self._unfinished -= 1
            wait = False

    def _draw(self, items: Iterator[T], *, ordered: bool) -> bool:
        """Hand the next item to the threads; return False if there are no more items."""
        for item in items:
            future: Future[R] = Future()
            self._unfinished += 1
            if ordered:
                self._order.append(future)
            self._todo.put((future, item))
            return True
        return False

    def _run_thread(self) -> None:
        while (entry := self._todo.get()) is not None:
            future, item = entry
            try:
                future.set_result(self._work(item))
            except BaseException as error:  # noqa: BLE001  it is raised where the result is taken
                future.set_exception(error)
            self._done.put(future)

    def _stop(self) -> None:
        while not self._todo.empty():
            try:
                self._todo.get_nowait()
            except queue.Empty:
                break  # a thread took it
        for _ in range(self._concurrency):
            self._todo.put(None)

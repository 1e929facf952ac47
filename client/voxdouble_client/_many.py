"""Concurrent calls whose results come out in order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeAlias, TypeVar

T = TypeVar("T")
R = TypeVar("R")

Queue: TypeAlias = "queue.SimpleQueue[tuple[Future[R], T] | None]"
"""Work for the threads; None ends one thread."""


def in_order(work: Callable[[T], R], items: Iterable[T], concurrency: int) -> Iterator[R]:
    """Yield `work(item)` for each item, in the order of the items, with at most `concurrency` calls at a time.

    Items are drawn as they are needed, at most twice `concurrency` ahead of the consumer, so a slow item blocks no
    thread and results do not pile up. The threads are daemons, and work that has not begun is dropped when the consumer
    stops: a user who interrupts does not wait for tasks that last an hour.
    """
    if concurrency < 1:
        raise ValueError(f"`concurrency` must be at least 1, got {concurrency}.")
    return _in_order(work, items, concurrency)


def _in_order(work: Callable[[T], R], items: Iterable[T], concurrency: int) -> Iterator[R]:
    todo: Queue[R, T] = queue.SimpleQueue()
    pending: deque[Future[R]] = deque()
    for number in range(concurrency):
        threading.Thread(target=_worker, args=(work, todo), name=f"voxdouble-{number}", daemon=True).start()
    try:
        for item in items:
            future: Future[R] = Future()
            todo.put((future, item))
            pending.append(future)
            if len(pending) >= 2 * concurrency:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        for _ in range(concurrency):
            todo.put(None)


def _worker(work: Callable[[T], R], todo: Queue[R, T]) -> None:
    while (entry := todo.get()) is not None:
        future, item = entry
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(work(item))
        except BaseException as error:  # noqa: BLE001  it is raised where the result is taken
            future.set_exception(error)

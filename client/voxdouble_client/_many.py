"""Many calls at once, their outcomes one after the other."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(work: Callable[[T], R], items: Iterable[T], concurrency: int) -> Iterator[R]:
    """Yield `work(item)` for each item, in the items' order, with at most `concurrency` under way.

    Items are drawn as they are needed, at most twice `concurrency` ahead of the consumer, so one slow item holds up
    no thread and results do not pile up. The threads are daemons, and work not begun is dropped when the consumer goes
    away: a user who interrupts is not kept waiting for tasks of an hour.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is at least 1, not {concurrency}.")
    return _in_order(work, items, concurrency)


def _in_order(work: Callable[[T], R], items: Iterable[T], concurrency: int) -> Iterator[R]:
    jobs: queue.SimpleQueue[tuple[Future[R], T] | None] = queue.SimpleQueue()
    pending: deque[Future[R]] = deque()
    for number in range(concurrency):
        threading.Thread(target=_serve, args=(work, jobs), name=f"voxdouble-{number}", daemon=True).start()
    try:
        for item in items:
            future: Future[R] = Future()
            jobs.put((future, item))
            pending.append(future)
            if len(pending) >= 2 * concurrency:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        for _ in range(concurrency):
            jobs.put(None)


def _serve(work: Callable[[T], R], jobs: queue.SimpleQueue[tuple[Future[R], T] | None]) -> None:
    while (job := jobs.get()) is not None:
        future, item = job
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(work(item))
        except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
            future.set_exception(error)

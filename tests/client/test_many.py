"""Concurrent calls: a slow item holds back results, but no work."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import DONE, TASK_PATH, ReceivedRequest, response, serving
from voxdouble_client._many import MAX_HELD, run_many


class SlowItem:
    """Work in which the item 0 waits until `release` is set; `finished` counts the others."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.finished = threading.Semaphore(0)

    def __call__(self, item: int) -> int:
        """Return the item."""
        if item == 0:
            assert self.release.wait(30)
        else:
            self.finished.release()
        return item


def in_thread(target: Callable[[], object]) -> threading.Thread:
    """Start a thread."""
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_a_slow_item_does_not_hold_back_the_others() -> None:
    """While the first item is slow, all 99 others are worked on; the results still come in order."""
    work = SlowItem()
    results: list[int] = []
    thread = in_thread(lambda: results.extend(run_many(work, range(100), 4)))
    assert all(work.finished.acquire(timeout=20) for _ in range(99))
    assert results == []
    work.release.set()
    thread.join(20)
    assert results == list(range(100))


def test_drawing_waits_while_1000_results_are_held_back() -> None:
    """Behind a slow item at most 1,000 results are held back, and few items more are drawn."""
    work, drawn = SlowItem(), threading.Semaphore(0)
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(3 * MAX_HELD):
            taken.append(number)
            drawn.release()
            yield number

    results: list[int] = []
    thread = in_thread(lambda: results.extend(run_many(work, items(), 4)))
    assert all(work.finished.acquire(timeout=20) for _ in range(MAX_HELD))
    assert len(taken) <= 1 + MAX_HELD + 2 * 4
    work.release.set()
    thread.join(20)
    assert results == list(range(3 * MAX_HELD))


def test_without_order_results_come_as_they_finish() -> None:
    """Without order the results of all others come before that of the slow item."""
    work = SlowItem()
    results = run_many(work, range(50), 4, ordered=False)
    assert sorted(next(results) for _ in range(49)) == list(range(1, 50))
    work.release.set()
    assert list(results) == [0]


@given(st.integers(0, 60), st.integers(1, 9), st.booleans())
def test_every_item_has_one_result(count: int, concurrency: int, ordered: bool) -> None:
    """Each item is worked on once and its result is yielded once, in order if asked for."""
    results = list(run_many(lambda item: item, range(count), concurrency, ordered=ordered))
    assert (results if ordered else sorted(results)) == list(range(count))


def test_an_error_of_the_items_comes_after_the_results_that_are_due() -> None:
    """An exception of the items ends the results, and the threads."""
    before = threading.active_count()

    def items() -> Iterator[int]:
        yield 0
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        list(run_many(lambda item: item, items(), 3))
    for thread in threading.enumerate():
        if thread.name.startswith("voxdouble-"):
            thread.join(5)
    assert threading.active_count() <= before


def test_outcomes_without_order_come_as_they_finish() -> None:
    """`extract_voiceprints(ordered=False)` gives the outcome of a fast file before that of a slow one."""
    finish = threading.Event()
    slow = TASK_PATH[:-1] + "1"

    def behave(request: ReceivedRequest, connection: object) -> None:
        is_slow = b"slow" in request.body or request.target == slow
        state = {"state": "pending", "task_id": (slow if is_slow else TASK_PATH).rpartition("/")[2]}
        if request.method == "POST":
            answer = response(202, {"task": state}, location=slow if is_slow else TASK_PATH)
        elif is_slow and not finish.is_set():
            answer = response(200, {"task": state})
        else:
            answer = response(200, {**DONE, "task": {**state, "state": "done"}})
        connection.sendall(answer)  # type: ignore[attr-defined]

    with serving(behave) as (_, appliance):
        outcomes = appliance.extract_voiceprints([b"slow", b"fast"], concurrency=2, ordered=False)
        assert next(outcomes).file == b"fast"
        finish.set()
        [last] = outcomes
        assert (last.file, last.error) == (b"slow", None)

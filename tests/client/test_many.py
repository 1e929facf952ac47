"""Concurrent calls: results come in order, and a slow item holds back results, but no work."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import DONE, START, TASK_PATH, ReceivedRequest, response, serving
from voxdouble_client import ApiError, ApplianceClient
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


def echo_file_number(request: ReceivedRequest, connection: socket.socket) -> None:
    """Extract from files that contain a number, which becomes the channel's; multiples of five are refused."""
    if request.method == "POST":
        name = request.body.partition(b"RIFF")[2].partition(b"\r\n")[0].decode()
        connection.sendall(
            response(202, {"task": {"task_id": name, "state": "pending"}}, location=f"{START}/{name}")
            if int(name) % 5
            else response(422, {"type": "request.validation-error", "message": "fives are refused"})
        )
    else:
        name = request.target.rpartition("/")[2]
        channel = {"channel_number": int(name), "voiceprint": "e2kD", "speech_length": 1, "model": "sid-xl5"}
        done = {"task": {"task_id": name, "state": "done"}, "result": {"channels": [channel]}}
        connection.sendall(response(200, done))


def test_many_files_give_one_outcome_each() -> None:
    """Results and errors come in the order of the files, each with its file, and no error ends the others."""
    files = [b"RIFF%d" % number for number in range(1, 12)] + ["/no/such.wav"]
    with serving(echo_file_number) as (_, appliance):
        outcomes = list(appliance.extract_voiceprints(files, concurrency=3))
    assert [outcome.file for outcome in outcomes] == files
    numbers = [outcome.result.channels[0].channel_number if outcome.result else None for outcome in outcomes]
    assert numbers == [1, 2, 3, 4, None, 6, 7, 8, 9, None, 11, None]
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [ApiError, ApiError, FileNotFoundError]


def test_many_files_are_drawn_as_they_are_needed() -> None:
    """An endless series of files works: at most 1,000 results are held back."""
    drawn = 0

    def endless() -> Iterator[bytes]:
        nonlocal drawn
        while True:
            drawn += 1
            yield b"RIFF1"

    with serving(echo_file_number) as (_, appliance):
        outcomes = appliance.extract_voiceprints(endless(), concurrency=2)
        for _ in range(10):
            assert next(outcomes).result
        outcomes.close()  # type: ignore[attr-defined]
    assert drawn <= 10 + 1000 + 2 * 2


def test_concurrency_is_used_and_not_exceeded() -> None:
    """Exactly `concurrency` of many items are in progress at a time."""
    lock, running, maximum = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal running, maximum
        with lock:
            running += 1
            maximum = max(maximum, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return item

    assert list(run_many(work, range(20), 3)) == list(range(20))
    assert maximum == 3


def test_an_unexpected_error_is_raised_in_place_of_its_result() -> None:
    """An unexpected exception is raised after the results before it."""

    def work(item: int) -> int:
        if item == 2:
            raise RuntimeError("a bug")
        return item

    results = run_many(work, range(5), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(RuntimeError, match="a bug"):
        next(results)


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, True, "4"])
@pytest.mark.parametrize("journal", [None, "out.jsonl"])
def test_an_invalid_concurrency_is_refused_at_once(concurrency: Any, journal: str | None, tmp_path: Path) -> None:
    """A concurrency that is not a whole number above 0 is an error of the call, not of the first result."""
    message = f"`concurrency` must be a whole number of at least 1, got {concurrency!r}"
    output = journal and tmp_path / journal
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match=message):
        appliance.extract_voiceprints(["a.wav"], concurrency=concurrency, journal=output)
    assert list(tmp_path.iterdir()) == []

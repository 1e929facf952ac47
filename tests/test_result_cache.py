"""The cache of completions: one computation for equal requests, a bound in bytes, and no kept failures."""

from threading import Event, Thread

import pytest

from voxdouble_mock.core.task import State
from voxdouble_mock.execution import Completion
from voxdouble_mock.result_cache import ENTRY_BYTES, ResultCache


class Counting:
    """A computation that counts its calls."""

    def __init__(self, size: int = 10) -> None:
        self.calls = 0
        self.size = size

    def __call__(self) -> Completion:
        """Return a completion of the size."""
        self.calls += 1
        return Completion(State.DONE, b"x" * self.size)


def test_an_equal_request_shares_the_completion() -> None:
    """The second request with a key gets the same object, without a computation; another key is computed."""
    cache, compute = ResultCache(10_000), Counting()
    assert cache.get("a", compute) is cache.get("a", compute)
    cache.get("b", compute)
    assert compute.calls == 2


def test_a_cache_of_size_0_keeps_nothing() -> None:
    """Every request is computed."""
    cache, compute = ResultCache(0), Counting()
    cache.get("a", compute)
    cache.get("a", compute)
    assert compute.calls == 2


def test_the_least_recently_used_entry_leaves_first() -> None:
    """An entry that was used again stays; the oldest other one makes room."""
    cache, compute = ResultCache(2 * (ENTRY_BYTES + 10)), Counting()
    for key in ("a", "b", "a", "c"):
        cache.get(key, compute)
    assert compute.calls == 3
    cache.get("a", compute)
    assert compute.calls == 3
    cache.get("b", compute)
    assert compute.calls == 4


def test_a_completion_larger_than_the_cache_is_not_kept() -> None:
    """It evicts nothing either."""
    cache, small, large = ResultCache(2 * ENTRY_BYTES), Counting(), Counting(2 * ENTRY_BYTES)
    cache.get("small", small)
    cache.get("large", large)
    cache.get("large", large)
    cache.get("small", small)
    assert (small.calls, large.calls) == (1, 2)


def test_a_failure_is_not_kept() -> None:
    """The exception reaches its caller, and the next request is computed."""
    cache, compute = ResultCache(10_000), Counting()

    def fail() -> Completion:
        raise MemoryError

    with pytest.raises(MemoryError):
        cache.get("a", fail)
    assert cache.get("a", compute).payload == b"x" * 10


def test_equal_requests_at_one_time_are_computed_once() -> None:
    """The second request waits for the first one's computation and gets its completion."""
    cache, started, finish = ResultCache(10_000), Event(), Event()
    compute = Counting()
    results: list[Completion] = []

    def slow() -> Completion:
        started.set()
        assert finish.wait(10)
        return compute()

    first = Thread(target=lambda: results.append(cache.get("a", slow)))
    first.start()
    assert started.wait(10)
    second = Thread(target=lambda: results.append(cache.get("a", compute)))
    second.start()
    finish.set()
    first.join()
    second.join()
    assert compute.calls == 1
    assert results[0] is results[1]

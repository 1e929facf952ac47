"""The cache of completions: one computation for equal requests, a bound in bytes, and no kept failures."""

from collections.abc import Callable
from threading import Event, Thread

import pytest

from voxdouble_mock.core.errors import InvalidRequest, Refusal, Unavailable
from voxdouble_mock.core.task import State
from voxdouble_mock.execution import Completion
from voxdouble_mock.result_cache import ENTRY_BYTES, ResultCache


class Counting:
    """A computation that counts its calls."""

    def __init__(self, size: int = 10) -> None:
        self.calls = 0
        self.size = size

    def __call__(self, _: Callable[[], bool]) -> Completion:
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

    def fail(_: Callable[[], bool]) -> Completion:
        raise MemoryError

    with pytest.raises(MemoryError):
        cache.get("a", fail)
    assert cache.get("a", compute).payload == b"x" * 10


def test_equal_requests_at_one_time_are_computed_once() -> None:
    """The second request waits for the first one's computation and gets its completion."""
    cache, started, finish = ResultCache(10_000), Event(), Event()
    compute = Counting()
    results: list[Completion] = []

    def slow(is_wanted: Callable[[], bool]) -> Completion:
        started.set()
        assert finish.wait(10)
        return compute(is_wanted)

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


class Crowd:
    """Requests for one key, whose computation ends when `finish` is set or when no client waits any more."""

    def __init__(self, cache: ResultCache) -> None:
        self.cache = cache
        self.started, self.finish = Event(), Event()
        self.left = [False, False]
        self.outcomes: list[object] = [None, None]
        self.threads = [Thread(target=self.request, args=(number,)) for number in range(2)]

    def compute(self, is_wanted: Callable[[], bool]) -> Completion:
        """Compute until the end is allowed."""
        self.started.set()
        while not self.finish.wait(0.01):
            if not is_wanted():
                raise InvalidRequest("No client waits.")
        return Completion(State.DONE, b"{}")

    def request(self, number: int) -> None:
        """Ask for the completion, and keep the outcome."""
        try:
            self.outcomes[number] = self.cache.get("key", self.compute, lambda: not self.left[number])
        except Refusal as error:
            self.outcomes[number] = error

    def join(self) -> list[object]:
        """Return the outcomes of both requests."""
        for thread in self.threads:
            thread.join(10)
        return self.outcomes


def test_work_goes_on_for_another_request_and_ends_with_the_last_one() -> None:
    """While a client waits for a result, it is computed, even if the client that came first has left."""
    for leaving in (0, 1):
        crowd = Crowd(ResultCache(10_000))
        crowd.threads[0].start()
        assert crowd.started.wait(10)
        crowd.threads[1].start()
        while len(crowd.cache._computing["key"].waiting) < 2:
            pass
        crowd.left[leaving] = True
        if leaving:
            crowd.threads[1].join(10)
            assert isinstance(crowd.outcomes[1], InvalidRequest)
        crowd.finish.set()
        assert isinstance(crowd.join()[1 - leaving], Completion)


def test_work_without_a_waiting_client_ends() -> None:
    """The computation is given up once its only client has left."""
    crowd = Crowd(ResultCache(10_000))
    crowd.threads[0].start()
    assert crowd.started.wait(10)
    crowd.left[0] = True
    crowd.threads[0].join(10)
    assert isinstance(crowd.outcomes[0], InvalidRequest)


def test_a_lack_of_slots_is_reported_to_all_waiting_requests() -> None:
    """They do not wait for a slot one after the other."""
    cache, started, finish = ResultCache(10_000), Event(), Event()
    outcomes: list[Unavailable] = []

    def refuse(_: Callable[[], bool]) -> Completion:
        started.set()
        assert finish.wait(10)
        raise Unavailable("busy")

    def request() -> None:
        with pytest.raises(Unavailable) as refused:
            cache.get("a", refuse)
        outcomes.append(refused.value)

    threads = [Thread(target=request) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    while len(cache._computing["a"].waiting) < 3:
        pass
    finish.set()
    for thread in threads:
        thread.join(10)
    assert [one.message for one in outcomes] == ["busy"] * 3

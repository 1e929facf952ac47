"""The pace of retries: the budget that all calls of a client share, and the pauses; P12."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from voxdouble_client._http.retry import RetryBudget, backoff


@given(st.lists(st.one_of(st.none(), st.floats(0, 5), st.booleans()), max_size=200))
def test_retries_never_exceed_the_budget(events: list[float | None]) -> None:
    """At any instant at most ten retries, one a second and a fifth of the requests answered have had their turn; P12.

    An event is a request answered (None), seconds that pass, or a retry.
    """
    budget = RetryBudget()
    now, answered = 1000.0, 0
    turns: list[float] = []
    for event in events:
        if event is None:
            budget.earn()
            answered += 1
        elif isinstance(event, bool):
            turns.append(now + budget.take(now))
        else:
            now += event
        assert sum(turn <= now for turn in turns) <= 10 + answered / 5 + (now - 1000) + 1e-6


def test_the_budget_holds_for_many_threads() -> None:
    """Threads that share a budget get ten retries at once together, not ten each."""
    budget = RetryBudget()
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.extend(budget.take(0) for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0.0] * 10 + [float(turn) for turn in range(1, 391)]


@given(st.integers(1, 100_000), st.floats(0, 1, exclude_max=True))
def test_pauses_before_retries_grow_within_bounds(failures: int, chance: float) -> None:
    """A pause is 50 to 100 % of 0.1 s doubled with every failure, and at most 10 s."""
    whole = min(0.1 * 2 ** min(failures - 1, 20), 10.0)
    assert whole / 2 <= backoff(failures, chance) <= whole

"""How a task is waited for, on a clock that only the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_client import ApiError, TaskAnswer, TransportError
from voxdouble_client._clock import Clock, Deadline
from voxdouble_client._polling import PausePolicy, WaitResult, pause_between_polls, wait_for


@dataclass
class World:
    """A clock, and a task on it that is pending, then running, then done at instants of it."""

    done_at: float
    running_at: float = 0.0
    retry_after: float | None = None
    time: float = 0.0
    pauses: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds >= 0
        self.pauses.append(seconds)
        self.time += seconds

    def look(self, deadline: Deadline, pause: Callable[[float], float | None]) -> tuple[TaskAnswer, float | None]:
        """Look at the task."""
        self.looks.append(self.time)
        state = "pending" if self.time < self.running_at else "running" if self.time < self.done_at else "done"
        return TaskAnswer("id", state, {} if state == "done" else None, None, {}, b""), self.retry_after

    def wait(self, timeout: float, on_state: Callable[[str], None] | None = None) -> WaitResult:
        """Wait for the task."""
        clock = Clock(self.sleep, lambda: self.time)
        return wait_for(self.look, clock, clock.deadline(timeout), self.time, on_state)


@given(st.floats(0, 1e6), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_a_tenth_of_the_age_within_bounds(age: float, chance: float) -> None:
    """A pause is never longer than a tenth of the task's age, or 20 ms at first, nor than 5 s, nor much shorter."""
    pause = pause_between_polls(age, chance)
    longest = min(max(age / 10, 0.02), 5.0)
    assert 0.8 * longest <= pause <= longest


@given(st.floats(0, 600))
def test_no_result_is_late_by_more_than_a_tenth(done_at: float) -> None:
    """A task is seen done at most a tenth of its time after it is, or 20 ms, or 5 s where that is less."""
    world = World(done_at)
    waited = world.wait(3600)
    assert waited.answer is not None
    assert waited.answer.final
    assert world.time - done_at <= min(max(done_at / 10, 0.02), 5.0) + 1e-6


def test_looks_begin_at_once_and_become_rare() -> None:
    """An hour's task costs under a thousand looks, of which the first comes at once."""
    world = World(done_at=3000)
    world.wait(3600)
    assert world.looks[0] == 0
    assert len(world.looks) < 800


def test_looks_are_spread() -> None:
    """Two clients that began together do not look together: the pauses have jitter."""
    first, second = World(done_at=100), World(done_at=100)
    first.wait(3600)
    second.wait(3600)
    assert first.pauses != second.pauses


@pytest.mark.parametrize("timeout", [0.01, 1.0, 60.0, 3600.0])
def test_waiting_ends_just_before_the_deadline(timeout: float) -> None:
    """Where looks are quick, the last comes within the last 20 ms, or tenth, before the deadline, and none after it."""
    world = World(done_at=float("inf"))
    waited = world.wait(timeout)
    assert waited.answer is not None
    assert waited.answer.state == "running"
    assert timeout - min(0.02, timeout / 10) - 0.001 <= world.looks[-1] <= timeout
    assert world.time <= timeout


def test_the_pause_that_is_asked_for_is_made() -> None:
    """A `Retry-After` on a task's answer takes the place of the client's own pauses."""
    world = World(done_at=30, retry_after=7)
    world.wait(3600)
    assert world.pauses == [7] * 5


@given(st.floats(1, 1e9), st.floats(0.01, 1000))
def test_no_pause_goes_beyond_the_deadline(retry_after: float, timeout: float) -> None:
    """Whatever pause is asked for, waiting ends by its deadline, after a last look."""
    world = World(done_at=float("inf"), retry_after=retry_after)
    world.wait(timeout)
    assert world.time <= timeout
    assert len(world.looks) >= 2


def test_a_task_that_ends_during_the_last_pause_is_seen() -> None:
    """A task that ends shortly before the deadline is not missed for a pause that was cut to it."""
    world = World(done_at=57, retry_after=50)
    waited = world.wait(60)
    assert waited.answer is not None
    assert waited.answer.state == "done"


def test_each_state_is_told_once() -> None:
    """A state is told when it is first seen, not with every look."""
    states: list[str] = []
    World(done_at=5, running_at=2).wait(3600, states.append)
    assert states == ["pending", "running", "done"]


@pytest.mark.parametrize("state", ["queued", "", "DONE", "cancelling"])
def test_an_unknown_state_counts_as_unfinished(state: str) -> None:
    """A state that the contract does not know is waited through (S12)."""
    world = World(done_at=float("inf"))
    answers = iter([TaskAnswer("id", state, None, None, {}, b""), TaskAnswer("id", "done", {}, None, {}, b"")])
    clock = Clock(world.sleep, lambda: world.time)
    waited = wait_for(lambda *_: (next(answers), None), clock, clock.deadline(60), 0.0, None)
    assert waited.answer is not None
    assert waited.answer.state == "done"


def test_a_failing_look_passes_through() -> None:
    """An error that has nothing to do with the deadline is not made a time-out of."""
    world = World(done_at=0)
    clock = Clock(world.sleep, lambda: world.time)

    def look(*_: object) -> tuple[TaskAnswer, float | None]:
        raise ApiError("gone", url="u", status=404)

    with pytest.raises(ApiError, match="gone"):
        wait_for(look, clock, clock.deadline(60), 0.0, None)


def test_a_failure_that_stays_is_told_also_at_the_deadline() -> None:
    """A task that is gone is gone, however near the deadline: that is no time-out of a task that goes on."""
    world = World(done_at=0, time=59.9)
    clock = Clock(world.sleep, lambda: world.time)

    def look(*_: object) -> tuple[TaskAnswer, float | None]:
        raise ApiError("gone", url="u", status=404)

    with pytest.raises(ApiError, match="gone"):
        wait_for(look, clock, Deadline(60, 60, clock.now), 0.0, None)


def test_a_look_that_uses_up_the_deadline_ends_the_wait() -> None:
    """A look cut off by the deadline is the time-out of the wait, also where the caller's clock stood still."""
    world = World(done_at=0)
    clock = Clock(world.sleep, lambda: world.time)

    def look(*_: object) -> tuple[TaskAnswer, float | None]:
        raise TransportError("too late", url="u", timed_out=True)

    waited = wait_for(look, clock, clock.deadline(60), 0.0, None)
    assert waited.answer is None
    assert isinstance(waited.failure, TransportError)


@given(st.floats(0.001, 1e6), st.floats(0, 1e9))
def test_a_granted_pause_leaves_time_for_a_look(timeout: float, wished: float) -> None:
    """A granted pause is no longer than wished, and ends before the deadline."""
    deadline = Clock(now=lambda: 0.0).deadline(timeout)
    granted = PausePolicy(deadline)(wished)
    assert granted is None or (granted <= wished and granted < timeout)


@pytest.mark.parametrize(("took", "left"), [(0.0, 0.02), (0.1, 0.2), (9.0, 0.5)])
def test_the_last_look_has_twice_the_time_of_the_longest(took: float, left: float) -> None:
    """The slower the looks, the earlier the last one has to come, within bounds."""
    granted = PausePolicy(Clock(now=lambda: 0.0).deadline(60))
    granted.poll_took(took)
    granted.poll_took(0.0)
    assert granted(100) == pytest.approx(60 - left)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_timeout_that_is_none_is_refused(timeout: float) -> None:
    """A deadline that never comes, or has passed, is refused in a sentence that says what would be right."""
    with pytest.raises(ValueError, match="number of seconds above 0"):
        Clock().deadline(timeout)

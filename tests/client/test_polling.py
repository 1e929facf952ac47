"""The polling of a task, on a clock that only the test moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_client import ApiError, TaskAnswer, TransportError
from voxdouble_client._clock import Clock, Deadline
from voxdouble_client._polling import PausePolicy, WaitResult, pause_between_polls, wait_for


@pytest.fixture(autouse=True, scope="module")
def instant_polls() -> Iterator[None]:
    """Measure every poll as instant, even on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voxdouble_client._polling.monotonic", lambda: 0.0)
        yield


@dataclass
class SimulatedTask:
    """A clock, and a task that is pending, then running, then done at instants of this clock."""

    done_at: float
    running_at: float = 0.0
    retry_after: float | None = None
    time: float = 0.0
    pauses: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Record the pause and move the clock."""
        assert seconds >= 0
        self.pauses.append(seconds)
        self.time += seconds

    def poll(self, deadline: Deadline, pause_rule: Callable[[float], float | None]) -> tuple[TaskAnswer, float | None]:
        """Poll the task."""
        self.polls.append(self.time)
        state = "pending" if self.time < self.running_at else "running" if self.time < self.done_at else "done"
        return TaskAnswer("id", state, {} if state == "done" else None, None, {}, b""), self.retry_after

    def wait(self, timeout: float, on_state: Callable[[str], None] | None = None) -> WaitResult:
        """Wait for the task."""
        clock = Clock(self.sleep, lambda: self.time)
        return wait_for(self.poll, clock, clock.deadline(timeout), self.time, on_state)


@given(st.floats(0, 1e6), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_a_tenth_of_the_age_within_bounds(age: float, jitter: float) -> None:
    """A pause is 80 to 100 % of a tenth of the task's age, between 20 ms and 5 s."""
    pause = pause_between_polls(age, jitter)
    longest = min(max(age / 10, 0.02), 5.0)
    assert 0.8 * longest <= pause <= longest


@given(st.floats(0, 600))
def test_a_result_is_seen_after_at_most_a_tenth_of_its_time(done_at: float) -> None:
    """The delay is at most a tenth of the task's time, 20 ms for short tasks, 5 s for long ones."""
    task = SimulatedTask(done_at)
    waited = task.wait(3600)
    assert waited.answer is not None
    assert waited.answer.final
    assert task.time - done_at <= min(max(done_at / 10, 0.02), 5.0) + 1e-6


def test_polls_begin_at_once_and_become_rare() -> None:
    """The first poll comes at once, and a task of an hour costs fewer than 800."""
    task = SimulatedTask(done_at=3000)
    task.wait(3600)
    assert task.polls[0] == 0
    assert len(task.polls) < 800


def test_polls_have_jitter() -> None:
    """Two clients that started together do not poll at the same instants."""
    first, second = SimulatedTask(done_at=100), SimulatedTask(done_at=100)
    first.wait(3600)
    second.wait(3600)
    assert first.pauses != second.pauses


@pytest.mark.parametrize("timeout", [0.01, 1.0, 60.0, 3600.0])
def test_the_last_poll_comes_just_before_the_deadline(timeout: float) -> None:
    """With fast polls, the last one comes within the last 20 ms, or the last tenth, before the deadline."""
    task = SimulatedTask(done_at=float("inf"))
    waited = task.wait(timeout)
    assert waited.answer is not None
    assert waited.answer.state == "running"
    assert timeout - min(0.02, timeout / 10) - 0.001 <= task.polls[-1] <= timeout
    assert task.time <= timeout


def test_retry_after_replaces_the_pause() -> None:
    """A `Retry-After` in the answer of a task replaces the client's own pauses."""
    task = SimulatedTask(done_at=30, retry_after=7)
    task.wait(3600)
    assert task.pauses == [7] * 5


@given(st.floats(1, 1e9), st.floats(0.01, 1000))
def test_no_pause_passes_the_deadline(retry_after: float, timeout: float) -> None:
    """Waiting ends by its deadline, after one last poll, whatever pause the appliance asks for."""
    task = SimulatedTask(done_at=float("inf"), retry_after=retry_after)
    task.wait(timeout)
    assert task.time <= timeout
    assert len(task.polls) >= 2


def test_a_task_that_ends_during_the_last_pause_is_seen() -> None:
    """A pause that would pass the deadline is shortened, so that a task that ends in it is seen."""
    task = SimulatedTask(done_at=57, retry_after=50)
    waited = task.wait(60)
    assert waited.answer is not None
    assert waited.answer.state == "done"


def test_on_state_is_called_once_for_each_state() -> None:
    """A state is reported when it is polled first, not with every poll."""
    states: list[str] = []
    SimulatedTask(done_at=5, running_at=2).wait(3600, states.append)
    assert states == ["pending", "running", "done"]


@pytest.mark.parametrize("state", ["queued", "", "DONE", "cancelling"])
def test_an_unknown_state_counts_as_unfinished(state: str) -> None:
    """Waiting continues in a state that the contract does not know (S12)."""
    task = SimulatedTask(done_at=float("inf"))
    answers = iter([TaskAnswer("id", state, None, None, {}, b""), TaskAnswer("id", "done", {}, None, {}, b"")])
    clock = Clock(task.sleep, lambda: task.time)
    waited = wait_for(lambda *_: (next(answers), None), clock, clock.deadline(60), 0.0, None)
    assert waited.answer is not None
    assert waited.answer.state == "done"


def test_a_permanent_failure_is_raised() -> None:
    """An error that has nothing to do with the deadline is raised, not turned into a timeout."""
    task = SimulatedTask(done_at=0)
    clock = Clock(task.sleep, lambda: task.time)

    def poll(*_: object) -> tuple[TaskAnswer, float | None]:
        raise ApiError("gone", url="u", status=404)

    with pytest.raises(ApiError, match="gone"):
        wait_for(poll, clock, clock.deadline(60), 0.0, None)


def test_a_permanent_failure_is_raised_at_the_deadline_too() -> None:
    """A 404 close to the deadline is raised, not reported as the timeout of a task that goes on."""
    task = SimulatedTask(done_at=0, time=59.9)
    clock = Clock(task.sleep, lambda: task.time)

    def poll(*_: object) -> tuple[TaskAnswer, float | None]:
        raise ApiError("gone", url="u", status=404)

    with pytest.raises(ApiError, match="gone"):
        wait_for(poll, clock, Deadline(60, 60, clock.now), 0.0, None)


def test_a_poll_cut_off_by_the_deadline_ends_the_wait() -> None:
    """A poll that uses up the deadline ends the wait, even if the clock of the caller did not move."""
    task = SimulatedTask(done_at=0)
    clock = Clock(task.sleep, lambda: task.time)

    def poll(*_: object) -> tuple[TaskAnswer, float | None]:
        raise TransportError("too late", url="u", timed_out=True)

    waited = wait_for(poll, clock, clock.deadline(60), 0.0, None)
    assert waited.answer is None
    assert isinstance(waited.failure, TransportError)


@given(st.floats(0.001, 1e6), st.floats(0, 1e9))
def test_an_allowed_pause_leaves_time_for_a_poll(timeout: float, wanted: float) -> None:
    """A pause is never longer than wanted, and ends before the deadline."""
    deadline = Clock(now=lambda: 0.0).deadline(timeout)
    pause = PausePolicy(deadline)(wanted)
    assert pause is None or (pause <= wanted and pause < timeout)


@pytest.mark.parametrize(("took", "left"), [(0.0, 0.02), (0.1, 0.2), (9.0, 0.5)])
def test_the_last_poll_has_twice_the_time_of_the_slowest(took: float, left: float) -> None:
    """The slower the polls, the earlier the last one comes, within bounds."""
    policy = PausePolicy(Clock(now=lambda: 0.0).deadline(60))
    policy.poll_took(took)
    policy.poll_took(0.0)
    assert policy(100) == pytest.approx(60 - left)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12])
def test_an_invalid_timeout_is_refused(timeout: float) -> None:
    """A timeout must be a number of seconds above 0 and at most a year."""
    with pytest.raises(ValueError, match="number of seconds above 0"):
        Clock().deadline(timeout)

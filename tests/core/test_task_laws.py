"""The laws of the lifecycle, each as a property test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.task import FINAL, State, Timeline, state_at, transitions

ORDER: list[State | None] = [State.PENDING, State.RUNNING, State.DONE, None]
SPANS = st.integers(0, 10**12)
INSTANTS = st.integers(-(10**13), 10**13)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Return any timeline that can be planned, also with durations of 0."""
    return Timeline.plan(
        draw(st.integers(0, 10**13)),
        draw(st.sampled_from(sorted(FINAL))),
        pending=draw(SPANS),
        running=draw(SPANS),
        lifetime=draw(SPANS),
    )


def rank(state: State | None) -> int:
    """Return the position of a state in the order of life; the three final states share one."""
    return ORDER.index(State.DONE if state in FINAL else state)


def instants_near(timeline: Timeline) -> st.SearchStrategy[int]:
    """Return any instant, and often one next to an instant of the timeline."""
    edges = [timeline.submitted, timeline.starts, timeline.ends, timeline.expires]
    return st.one_of(INSTANTS, st.sampled_from([edge + step for edge in edges for step in (-1, 0, 1)]))


@given(st.data())
def test_reading_changes_nothing(data: st.DataObject) -> None:
    """The same instant gives the same state, however often and in whatever order it is polled (laws 1 and 4)."""
    timeline = data.draw(timelines())
    polls = data.draw(st.lists(instants_near(timeline), min_size=1, max_size=20))
    states = {now: state_at(timeline, now) for now in polls}
    assert [state_at(timeline, now) for now in reversed(polls)] == [states[now] for now in reversed(polls)]


@given(st.data())
def test_states_never_go_back(data: st.DataObject) -> None:
    """States seen in order of time are in order of life (law 2)."""
    timeline = data.draw(timelines())
    polls = sorted(data.draw(st.lists(instants_near(timeline), min_size=2, max_size=20)))
    ranks = [rank(state_at(timeline, now)) for now in polls]
    assert ranks == sorted(ranks)


@given(st.data())
def test_final_is_final(data: st.DataObject) -> None:
    """A final task keeps its state until it expires, and an expired task never returns (law 3)."""
    timeline = data.draw(timelines())
    now = data.draw(instants_near(timeline))
    expected = None if now >= timeline.expires else timeline.final if now >= timeline.ends else "not final"
    state = state_at(timeline, now)
    assert (state if state is None or state in FINAL else "not final") == expected


@given(st.data())
def test_every_polling_schedule_sees_the_same_states(data: st.DataObject) -> None:
    """The state at an instant does not depend on earlier polls (law 4)."""
    timeline = data.draw(timelines())
    schedules = data.draw(st.lists(st.lists(instants_near(timeline), max_size=10), min_size=2, max_size=4))
    seen: dict[int, State | None] = {}
    for schedule in schedules:
        for now in sorted(schedule):
            assert seen.setdefault(now, state_at(timeline, now)) == state_at(timeline, now)


@given(st.data())
def test_times_shown_are_instants_of_the_timeline(data: st.DataObject) -> None:
    """Each transition is at one of the timeline's instants, and the states before and after it differ (law 5)."""
    timeline = data.draw(timelines())
    after, until = sorted(data.draw(st.tuples(instants_near(timeline), instants_near(timeline))))
    passed = list(transitions(timeline, after, until))
    assert {instant for instant, _ in passed} <= {timeline.starts, timeline.ends, timeline.expires}
    for instant, state in passed:
        assert after < instant <= until
        assert state_at(timeline, instant) is state is not state_at(timeline, instant - 1)
    assert (len(passed) == 0) == (state_at(timeline, after) is state_at(timeline, until))


@given(st.data())
def test_a_rejected_task_never_runs(data: st.DataObject) -> None:
    """A rejected task was not executed, so it is running at no instant (C2)."""
    timeline = Timeline.plan(0, State.REJECTED, pending=data.draw(SPANS), running=data.draw(SPANS), lifetime=1)
    assert state_at(timeline, data.draw(instants_near(timeline))) is not State.RUNNING


def test_a_task_runs_between_its_start_and_its_end() -> None:
    """Each state holds from its own instant up to, without, the next."""
    timeline = Timeline.plan(1000, State.DONE, pending=200, running=500, lifetime=10)
    states = [state_at(timeline, now) for now in (1000, 1199, 1200, 1699, 1700, 1709, 1710)]
    pending, running, done = State.PENDING, State.RUNNING, State.DONE
    assert states == [pending, pending, running, running, done, done, None]


@pytest.mark.parametrize("instants", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2)])
def test_instants_out_of_order_are_refused(instants: tuple[int, int, int, int]) -> None:
    """A timeline that ends before it starts is an error."""
    with pytest.raises(ValueError, match="in order"):
        Timeline(*instants, State.DONE)


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING])
def test_a_timeline_ends_in_a_final_state(state: State) -> None:
    """Pending and running are refused as the final state."""
    with pytest.raises(ValueError, match="must be done, failed or rejected"):
        Timeline(0, 0, 0, 0, state)

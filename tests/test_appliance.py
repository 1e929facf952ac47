"""The appliance without HTTP: after any sequence of requests, its tasks obey the laws of the lifecycle."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.appliance import Appliance, Execution
from voxdouble_mock.core.clock import MANUAL, REAL, Pace, scaled, start
from voxdouble_mock.core.fault import Call
from voxdouble_mock.core.scenario import RequestSummary, Rule, Scenario, Then, When
from voxdouble_mock.core.task import FINAL, State, Task
from voxdouble_mock.packs.library import Library
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import NamespaceRecord, open_store
from voxdouble_mock.technologies._technology import Result, VoiceprintTechnology

TECHNOLOGY = VoiceprintTechnology("echo", run=lambda lists: Result({"count": len(lists["voiceprints"])}))
SCENARIO = Scenario(
    (
        Rule(Then(end="failed", pending=3), When(file_name="fail")),
        Rule(Then(end="rejected"), When(file_name="reject")),
        Rule(Then(running=500, lifetime=1), When(file_name="slow")),
    )
)
NAMES = ["fail", "reject", "slow", "other"]


def make_appliance(
    real: list[int], *, scenario: Scenario | None = SCENARIO, pace: Pace = MANUAL, step: int = 0
) -> Appliance:
    """Return an appliance; the only element of `real` is its real time, which each step of the store increases."""
    settings = Settings(clock="manual")

    def new_record(now: int, _: int) -> NamespaceRecord:
        return NamespaceRecord(start(pace, now), scenario=scenario)

    def real_now() -> int:
        real[0] += step
        return real[0]

    return Appliance(settings, open_store("memory:", new_record, settings.limits, real_now), Library())


def submit(appliance: Appliance, name: str, count: int) -> str:
    """Submit a request with that file name, and return the id of its task."""
    summary = RequestSummary("echo", {}, {}, "", name)
    request = appliance.begin("", Call("echo", "POST"), lambda _: True)
    task = appliance.submit(request, TECHNOLOGY, summary, Execution(lambda _: Result({"count": count}), count)).task
    assert task is not None
    return task.task_id


def find(appliance: Appliance, task_id: str) -> tuple[Task, State] | None:
    """Poll a task."""
    return appliance.find(appliance.begin("", Call("echo", "GET", task_id), lambda _: True), "echo")


def rank(state: State | None) -> int:
    """Return the position of a state in the order of life."""
    return 3 if state is None else 2 if state in FINAL else [State.PENDING, State.RUNNING].index(state)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.sampled_from(NAMES), st.integers(0, 3)),
        st.tuples(st.just("advance"), st.sampled_from([0.0, 0.049, 0.05, 0.1, 3.0, 600.0, 3600.0])),
        st.tuples(st.just("poll"), st.integers(0, 9)),
        st.tuples(st.just("list")),
        st.tuples(st.just("real time"), st.integers(0, 10_000)),
    ),
    max_size=40,
)


def act(appliance: Appliance, action: tuple[object, ...], ids: list[str]) -> dict[str, State | None]:
    """Perform an action; return the states that it shows, and append the id of a new task to `ids`."""
    match action:
        case ("submit", str(name), int(count)):
            ids.append(submit(appliance, name, count))
        case ("advance", float(seconds)):
            appliance.advance("", seconds)
        case ("poll", int(index)) if index < len(ids):
            found = find(appliance, ids[index])
            return {ids[index]: None if found is None else found[1]}
        case ("list",):
            return {task.task_id: state for task, state in zip(*appliance.tasks(""), strict=True)}
    return {}


@given(ACTIONS)
def test_polls_do_not_change_tasks(actions: list[tuple[object, ...]]) -> None:
    """An appliance that was polled and one that was not show the same tasks, in order of life (laws 1 to 4 and 6)."""
    real = [1_000_000]
    polled, unpolled = make_appliance(real), make_appliance(real)
    for appliance in (polled, unpolled):
        appliance.clock("")  # a manual clock keeps the time of its first use
    ids: list[str] = []
    others: list[str] = []
    seen: dict[str, list[State | None]] = {}
    for action in actions:
        if action[0] == "real time":
            real[0] += int(str(action[1]))
        for task_id, state in act(polled, action, ids).items():
            seen.setdefault(task_id, []).append(state)
        if action[0] in {"submit", "advance"}:
            act(unpolled, action, others)
    for one, other in zip(ids, others, strict=True):
        first, second = find(polled, one), find(unpolled, other)
        assert first == (second and (replace(second[0], task_id=one), second[1]))
        ranks = [rank(state) for state in [*seen.get(one, []), first and first[1]]]
        assert ranks == sorted(ranks)


@given(st.sampled_from(NAMES), st.integers(0, 3), st.lists(st.sampled_from([0.0, 0.05, 1.0, 600.0]), max_size=5))
def test_the_end_depends_on_request_and_rule_alone(name: str, count: int, waits: list[float]) -> None:
    """The same request under the same rule ends the same at any time (law 6)."""
    early, late = make_appliance([0]), make_appliance([10**9])
    for wait in waits:
        late.advance("", wait)
    one, two = submit(early, name, count), submit(late, name, count)
    found_one, found_two = find(early, one), find(late, two)
    assert found_one is not None
    assert found_two is not None
    assert found_one[0].payload == found_two[0].payload
    assert found_one[0].timeline.final is found_two[0].timeline.final


@pytest.mark.parametrize("is_before", [True, False])
def test_an_advance_returns_the_transitions_among_posts(is_before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a task that is posted just before, and those of an expired task that a POST just after deletes."""
    appliance = make_appliance([1_000_000])
    ids = [submit(appliance, "other", 0)]
    change = appliance._store.change

    def change_among_posts(namespace: str, make: Any) -> Any:
        if is_before:
            ids.append(submit(appliance, "other", 1))
        changed = change(namespace, make)
        if not is_before:
            submit(appliance, "other", 2)
        return changed

    monkeypatch.setattr(appliance._store, "change", change_among_posts)
    passed = appliance.advance("", 10_000)
    assert sorted(one.task_id for one in passed if one.state == "expired") == sorted(ids)
    assert len(passed) == 3 * len(ids)


def test_advances_return_every_transition_once() -> None:
    """Many small advances pass the same transitions, in the same order, as one large advance."""
    real = [0]
    stepwise, at_once = make_appliance(real), make_appliance(real)
    for appliance in (stepwise, at_once):
        for name in NAMES:
            submit(appliance, name, 1)
    steps = [transition for _ in range(1000) for transition in stepwise.advance("", 4)]
    jump = at_once.advance("", 4000)
    assert [(step.at, step.state) for step in steps] == [(step.at, step.state) for step in jump]
    assert len(jump) == 3 + 2 + 3 + 3


@pytest.mark.parametrize(("pace", "pendings"), [(REAL, (3, 3.02)), (scaled(60), (1, 30))])
def test_an_advance_to_the_next_transition_is_exact_on_a_running_clock(pace: Pace, pendings: tuple[float, ...]) -> None:
    """It returns the transitions of one instant, although time passes meanwhile: no later ones, and not none."""
    rules = tuple(Rule(Then(pending=pending), When(file_name=str(pending))) for pending in pendings)
    appliance = make_appliance([0], scenario=Scenario(rules), pace=pace, step=50)
    for pending in pendings:
        submit(appliance, str(pending), 1)
    assert len(appliance.advance_to_next("")) == 1

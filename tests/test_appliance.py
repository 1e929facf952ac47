"""The appliance below HTTP: whatever is done in whatever order, what it tells is what the laws say."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.core.clock import MANUAL, start
from voxdouble_mock.core.scenario import Facts, Rule, Scenario, Then, When
from voxdouble_mock.core.task import FINAL, State
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import MemoryStore, NamespaceRecord
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


def make_appliance(real: list[int], *, scenario: Scenario | None = SCENARIO) -> Appliance:
    """Make an appliance on a real clock that is a list of one number, and manual ones for its namespaces."""
    settings = Settings(clock="manual")
    store = MemoryStore(lambda now: NamespaceRecord(start(MANUAL, now), scenario=scenario), settings.limits)
    return Appliance(settings, store, lambda: real[0])


def submit(appliance: Appliance, name: str, count: int) -> str:
    """Submit a request of that name and give its task's id."""
    facts = Facts("echo", {}, {}, "", name)
    task = appliance.submit("", TECHNOLOGY, facts, lambda: Result({"count": count})).task
    assert task is not None
    return task.task_id


def rank(state: State | None) -> int:
    """Place a state in the order of life."""
    return 3 if state is None else 2 if state in FINAL else [State.PENDING, State.RUNNING].index(state)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.sampled_from(NAMES), st.integers(0, 3)),
        st.tuples(st.just("advance"), st.sampled_from([0.0, 0.049, 0.05, 0.1, 3.0, 600.0, 3600.0])),
        st.tuples(st.just("look"), st.integers(0, 9)),
        st.tuples(st.just("list")),
        st.tuples(st.just("real time"), st.integers(0, 10_000)),
    ),
    max_size=40,
)


def act(appliance: Appliance, action: tuple[object, ...], ids: list[str]) -> dict[str, State | None]:
    """Do one thing, and give what it told of which tasks; what starts a task adds its id."""
    match action:
        case ("submit", str(name), int(count)):
            ids.append(submit(appliance, name, count))
        case ("advance", float(seconds)):
            appliance.advance("", seconds)
        case ("look", int(index)) if index < len(ids):
            found = appliance.find("", "echo", ids[index])
            return {ids[index]: None if found is None else found[1]}
        case ("list",):
            return {task.task_id: state for task, state in appliance.tasks("")}
    return {}


@given(ACTIONS)
def test_what_is_told_depends_on_time_and_request_alone(actions: list[tuple[object, ...]]) -> None:
    """A second appliance, at which nobody looked before, tells the same of every task (laws 1 to 4 and 6)."""
    real = [1_000_000]
    watched, unwatched = make_appliance(real), make_appliance(real)
    for appliance in (watched, unwatched):
        appliance.clock("")  # a namespace's manual clock stands where its first use found it
    ids: list[str] = []
    others: list[str] = []
    seen: dict[str, list[State | None]] = {}
    for action in actions:
        if action[0] == "real time":
            real[0] += int(str(action[1]))
        for task_id, state in act(watched, action, ids).items():
            seen.setdefault(task_id, []).append(state)
        if action[0] in {"submit", "advance"}:
            act(unwatched, action, others)
    for one, other in zip(ids, others, strict=True):
        first, second = watched.find("", "echo", one), unwatched.find("", "echo", other)
        assert first == (second and (replace(second[0], task_id=one), second[1]))
        ranks = [rank(state) for state in [*seen.get(one, []), first and first[1]]]
        assert ranks == sorted(ranks)


@given(st.sampled_from(NAMES), st.integers(0, 3), st.lists(st.sampled_from([0.0, 0.05, 1.0, 600.0]), max_size=5))
def test_the_outcome_is_that_of_the_request_and_its_rule(name: str, count: int, waits: list[float]) -> None:
    """The same request under the same rule ends the same, whenever it comes (law 6)."""
    early, late = make_appliance([0]), make_appliance([10**9])
    for wait in waits:
        late.advance("", wait)
    one, two = submit(early, name, count), submit(late, name, count)
    found_one, found_two = early.find("", "echo", one), late.find("", "echo", two)
    assert found_one is not None
    assert found_two is not None
    assert found_one[0].outcome == found_two[0].outcome
    assert found_one[0].timeline.final is found_two[0].timeline.final


def test_an_advance_tells_every_transition_once() -> None:
    """Step by step or all at once, the same transitions pass in the same order."""
    real = [0]
    stepwise, at_once = make_appliance(real), make_appliance(real)
    for appliance in (stepwise, at_once):
        for name in NAMES:
            submit(appliance, name, 1)
    steps = [transition for _ in range(8000) for transition in stepwise.advance("", 0.5)]
    jump = at_once.advance("", 4000)
    assert [(step.instant, step.state) for step in steps] == [(step.instant, step.state) for step in jump]
    assert len(jump) == 3 + 2 + 3 + 3

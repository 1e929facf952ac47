"""The choice of the fault that applies to a call: by address, count and life."""

from collections import Counter
from typing import Any

import pytest

from voxdouble_mock.core.fault import (
    Call,
    Delay,
    Fault,
    FaultSpec,
    ForeignLocation,
    LostTask,
    NeverEnding,
    Reset,
    Status,
    arm,
    at_address,
    is_armed,
    next_fault,
)

EXTRACTION, CONVERSION = "extraction", "conversion"


def applied(specs: list[FaultSpec], calls: list[Call]) -> list[Fault | None]:
    """Return the fault that applies to each call in turn, one call a second."""
    faults = [arm(spec, 0, number) for number, spec in enumerate(specs)]
    counters: Counter[str] = Counter()
    found: list[Fault | None] = []
    for second, call in enumerate(calls):
        counted, armed = next_fault(at_address(faults, call), counters, 1000 * second)
        counters.update(counted)
        found.append(None if armed is None else armed.spec.fault)
    return found


def posts(count: int, technology: str = EXTRACTION) -> list[Call]:
    """Return calls that start tasks."""
    return [Call(technology, "POST")] * count


def polls(count: int) -> list[Call]:
    """Return polls of a task."""
    return [Call(EXTRACTION, "GET", "1")] * count


def test_a_fault_applies_once_by_default() -> None:
    """A fault applies to the next call and to no other."""
    assert applied([FaultSpec(Reset())], posts(3)) == [Reset(), None, None]


@pytest.mark.parametrize("fault", [LostTask(), NeverEnding()])
def test_faults_of_lost_and_endless_tasks_are_unlimited_by_default(fault: Fault) -> None:
    """A task stays lost, or running, for every poll."""
    assert applied([FaultSpec(fault)], polls(3)) == [fault] * 3


@pytest.mark.parametrize(
    ("nth", "count", "expected"), [(2, 1, "-x--"), (1, 2, "xx--"), (2, 2, "-xx-"), (3, None, "--xx"), (1, None, "xxxx")]
)
def test_nth_and_count_choose_the_calls(nth: int, count: int | None, expected: str) -> None:
    """A fault applies from the nth call on, to `count` calls."""
    found = applied([FaultSpec(Reset(), nth=nth, count=count)], posts(4))
    assert "".join("x" if fault else "-" for fault in found) == expected


def test_only_calls_at_the_address_are_counted() -> None:
    """Calls to another technology or with another method do not count for `nth`."""
    calls = [*posts(3, CONVERSION), *polls(1), *posts(2)]
    spec = FaultSpec(Reset(), technology=EXTRACTION, method="POST", nth=2)
    assert applied([spec], calls) == [None, None, None, None, None, Reset()]


def test_a_fault_ends_with_its_life() -> None:
    """A fault no longer applies after its seconds of the namespace's clock."""
    assert applied([FaultSpec(Reset(), count=None, life=2)], posts(4)) == [Reset(), Reset(), None, None]


def test_faults_apply_only_to_the_method_that_they_change() -> None:
    """A foreign location applies to a POST, a lost task to a GET."""
    calls = [*polls(1), *posts(1), *polls(1)]
    assert applied([FaultSpec(ForeignLocation())], calls) == [None, ForeignLocation(), None]
    assert applied([FaultSpec(LostTask(), count=None)], calls) == [LostTask(), None, LostTask()]


def test_an_address_can_be_one_task() -> None:
    """A fault with a task id does not apply to other tasks."""
    calls = [Call(EXTRACTION, "GET", "1"), Call(EXTRACTION, "GET", "2")]
    assert applied([FaultSpec(Status(503), task_id="2")], calls) == [None, Status(503)]


@pytest.mark.parametrize("address", [{"fault": Reset(), "method": "POST"}, {"fault": ForeignLocation()}])
def test_a_fault_of_posts_with_a_task_id_is_refused(address: dict[str, Any]) -> None:
    """It could never apply, since no POST names a task."""
    with pytest.raises(ValueError, match="`task_id` must be absent for a fault of POSTs"):
        FaultSpec(**address, task_id="1")


def test_the_first_armed_fault_applies_and_the_others_count_the_call() -> None:
    """One fault applies to a call, and a later one still counts the call for its `nth`."""
    specs = [FaultSpec(Reset(), nth=2), FaultSpec(Delay(1.0), nth=2, count=2)]
    assert applied(specs, posts(4)) == [None, Reset(), Delay(1.0), Delay(1.0)]


def test_used_up_faults_are_disarmed() -> None:
    """A fault that can apply to no further call is not armed any more."""
    armed = arm(FaultSpec(Reset()), 0, 1)
    assert is_armed(armed, {}, 0)
    assert not is_armed(armed, {armed.applied_counter: 1}, 0)


def test_a_call_outside_the_technologies_has_an_open_address() -> None:
    """A fault without technology, method and task applies to a call outside the technologies, no other one does."""
    call = Call(None, "GET")
    assert applied([FaultSpec(Reset())], [call]) == [Reset()]
    for spec in (
        FaultSpec(Reset(), method="GET"),
        FaultSpec(Reset(), technology=EXTRACTION),
        FaultSpec(Reset(), task_id="1"),
        FaultSpec(LostTask()),
        FaultSpec(ForeignLocation()),
    ):
        assert applied([spec], [call]) == [None]

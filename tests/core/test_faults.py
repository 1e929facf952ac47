"""Which fault strikes which call: counted from arming, by address, for a count and a life."""

import pytest

from voxdouble_mock.core.fault import (
    ArmedFault,
    Call,
    Delay,
    FaultSpec,
    ForeignLocation,
    LostTask,
    Reset,
    Status,
    arm,
    next_fault,
)

EXTRACTION, CONVERSION = "extraction", "conversion"


def struck(orders: list[FaultSpec], calls: list[Call]) -> list[object]:
    """Give the fault, or none, that strikes each call in turn."""
    faults: tuple[ArmedFault, ...] = tuple(arm(order, 0) for order in orders)
    found: list[object] = []
    for call in calls:
        faults, fault = next_fault(faults, call)
        found.append(fault)
    return found


def posts(count: int, technology: str = EXTRACTION) -> list[Call]:
    """Make calls that start tasks, one a second."""
    return [Call(technology, "POST", 1000 * number) for number in range(count)]


def test_a_fault_strikes_once_by_itself() -> None:
    """The next call, and no other."""
    assert struck([FaultSpec(Reset())], posts(3)) == [Reset(), None, None]


@pytest.mark.parametrize(
    ("nth", "count", "expected"), [(2, 1, "-x--"), (1, 2, "xx--"), (2, 2, "-xx-"), (3, None, "--xx"), (1, None, "xxxx")]
)
def test_nth_and_count_choose_the_calls(nth: int, count: int | None, expected: str) -> None:
    """From the nth on, as often as it counts."""
    found = struck([FaultSpec(Reset(), nth=nth, count=count)], posts(4))
    assert "".join("x" if fault else "-" for fault in found) == expected


def test_only_calls_that_the_address_fits_are_counted() -> None:
    """Another technology's calls, or another method's, do not bring the nth nearer."""
    calls = [*posts(3, CONVERSION), Call(EXTRACTION, "GET", 0, "1"), *posts(2)]
    order = FaultSpec(Reset(), technology=EXTRACTION, method="POST", nth=2)
    assert struck([order], calls) == [None, None, None, None, None, Reset()]


def test_a_fault_dies_with_its_life() -> None:
    """After its seconds of the namespace's clock it is gone."""
    assert struck([FaultSpec(Reset(), count=None, life=2)], posts(4)) == [Reset(), Reset(), None, None]


def test_faults_wait_for_the_method_that_they_act_on() -> None:
    """A bent Location waits for a POST, a lost task for a GET."""
    calls = [Call(EXTRACTION, "GET", 0, "1"), Call(EXTRACTION, "POST", 0), Call(EXTRACTION, "GET", 0, "1")]
    assert struck([FaultSpec(ForeignLocation())], calls) == [None, ForeignLocation(), None]
    assert struck([FaultSpec(LostTask(), count=None)], calls) == [LostTask(), None, LostTask()]


def test_one_task_can_be_addressed() -> None:
    """The others are left alone."""
    calls = [Call(EXTRACTION, "GET", 0, "1"), Call(EXTRACTION, "GET", 0, "2")]
    assert struck([FaultSpec(Status(503), task_id="2")], calls) == [None, Status(503)]


def test_the_first_armed_strikes_and_the_others_go_on_counting() -> None:
    """Two faults do not strike one call, and the second is not kept waiting by the first."""
    orders = [FaultSpec(Reset(), nth=2), FaultSpec(Delay(1.0), nth=2, count=2)]
    assert struck(orders, posts(4)) == [None, Reset(), Delay(1.0), Delay(1.0)]


def test_faults_that_have_struck_are_forgotten() -> None:
    """What can strike no more is listed no more."""
    faults, _ = next_fault((arm(FaultSpec(Reset()), 0),), posts(1)[0])
    assert faults == ()

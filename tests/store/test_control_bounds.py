"""Stores of every kind: the bound of scenarios and faults over all namespaces (P7)."""

from dataclasses import replace

import pytest

from tests.store.conftest import MakeStore
from tests.store.steps import (
    SECOND,
    arm_faults,
    move_clock,
)
from voxdouble_mock.core.clock import REAL
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.fault import FaultSpec, Reset
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Rule, Scenario, TaskError, Then
from voxdouble_mock.store import Change, Store

BIG = Scenario((Rule(Then(end="failed", error=TaskError("x" * 1000))),) * 20)
"""A scenario of which one fits into the bound of the next tests, and not two."""


def set_scenario(store: Store, namespace: str, scenario: Scenario | None) -> None:
    """Set the scenario of a namespace."""
    store.change(namespace, lambda view: Change(replace(view.record, scenario=scenario), None))


def test_scenarios_and_faults_are_bounded_over_all_namespaces(make_store: MakeStore) -> None:
    """Beyond the bound another scenario or fault is refused, and changes nothing, until one of them is removed."""
    store = make_store(Limits(max_control=150_000), REAL)
    set_scenario(store, "a", BIG)
    for _ in range(2):
        with pytest.raises(Unavailable, match="at most 150000 bytes of memory: remove a scenario"):
            set_scenario(store, "b", BIG)
    with pytest.raises(Unavailable):
        arm_faults(store, "b", *[FaultSpec(Reset())] * 15)
    assert (store.view("b").record.scenario, store.view("b").record.faults) == (None, ())
    set_scenario(store, "a", BIG)
    move_clock(store, "a", 1)
    set_scenario(store, "a", None)
    set_scenario(store, "b", BIG)
    store.reset("b")
    arm_faults(store, "a", *[FaultSpec(Reset())] * 15)
    arm_faults(store, "a", FaultSpec(Reset()))
    set_scenario(store, "b", BIG)
    assert store.view("b").record.scenario == BIG


def test_idle_namespaces_make_room_for_control_data(make_store: MakeStore) -> None:
    """The scenario of an idle namespace is deleted with it when another one needs the room."""
    store = make_store(Limits(max_control=150_000, namespace_idle=10), REAL)
    set_scenario(store, "a", BIG)
    make_store.time.now = 20 * SECOND
    set_scenario(store, "b", BIG)
    assert [one.name for one in store.namespaces()] == ["", "b"]


def test_the_scenario_of_new_namespaces_counts_for_none(make_store: MakeStore) -> None:
    """All namespaces share the scenario with which they start, so it is not counted."""
    store = make_store(Limits(max_control=60_000), REAL, BIG)
    for name in "abc":
        arm_faults(store, name, FaultSpec(Reset()))
        move_clock(store, name, 1)
    scenarios = [store.view(name).record.scenario for name in "abc"]
    assert scenarios == [BIG] * 3
    assert len({id(scenario) for scenario in scenarios}) == 1

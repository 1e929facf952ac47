"""Stores of every kind: the records of namespaces, their clocks, changes and resets."""

from dataclasses import replace
from threading import Thread

import pytest

from tests.store.conftest import MakeStore
from tests.store.steps import POST, create, entry, find, ids, move_clock, submit
from voxdouble_mock.core.clock import MANUAL, REAL, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.fault import FaultSpec, LostTask, Status, arm
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.store import Change, View


def test_a_namespace_starts_when_it_is_first_used(make_store: MakeStore) -> None:
    """The record of a namespace is made once; the clocks of these tests show the instant at which it was made."""
    store = make_store(Limits(), MANUAL)
    make_store.time.now = 5000
    assert read(create(store, "a").clock, 9000) == 5000
    make_store.time.now = 7000
    assert read(create(store, "a").clock, 9000) == 5000
    assert read(create(store, "b").clock, 9000) == 7000


def test_every_request_gets_the_instant_of_the_store(make_store: MakeStore) -> None:
    """Views, requests and lists have the real time of their step."""
    store = make_store(Limits(), REAL)
    make_store.time.now = 5000
    assert store.begin("a", POST).now == store.view("a").now == store.tasks("a")[1].now == 5000


def test_changes_are_kept(make_store: MakeStore) -> None:
    """A changed record is the one that the next reader gets, with all its parts."""
    scenario = Scenario((Rule(Then(pending=2.5, fault=Status(503))),), name="slow")
    store = make_store(Limits(), MANUAL, scenario)
    make_store.time.now = 1000
    changed = move_clock(store, "a", 10)
    make_store.time.now = 2000
    assert create(store, "a") == changed
    assert (read(changed.clock, 2000), changed.scenario, changed.version) == (11_000, scenario, 1)
    faults = (arm(FaultSpec(LostTask(), count=None, life=2), 7, 3),)

    def change(view: View) -> Change[str]:
        return Change(replace(view.record, scenario=None, faults=faults, armed=3), "value")

    assert store.change("a", change) == "value"
    assert store.view("a").record == replace(changed, scenario=None, faults=faults, armed=3, version=2)
    assert store.view("b").record.scenario == scenario


def test_reset_affects_one_namespace(make_store: MakeStore) -> None:
    """After a reset, tasks, clock, counters and log of that namespace are those of a new one; others are unchanged."""
    store = make_store(Limits(), MANUAL)
    tasks = {name: submit(store, name) for name in ("a", "b")}
    before = create(store, "a")
    for name in ("a", "b"):
        move_clock(store, name, 10)
        store.log(name, entry())
    store.reset("a")
    assert find(store, "a", tasks["a"]) is None
    assert ids(store, "a") == []
    assert store.requests("a") == ([], 0)
    after = create(store, "a")
    assert after == replace(before, life=after.life, by_reset=True)
    assert after.life != before.life
    assert store.view("a").counters == {}
    assert find(store, "b", tasks["b"]) is not None
    assert store.requests("b")[1] == 1


def test_a_reset_of_an_unknown_namespace_does_nothing(make_store: MakeStore) -> None:
    """A namespace that does not exist can be reset, and still does not exist."""
    store = make_store(Limits(max_namespaces=1), REAL)
    store.reset("a")
    submit(store, "b")
    with pytest.raises(Unavailable):
        create(store, "a")


def test_concurrent_changes_are_all_made(make_store: MakeStore) -> None:
    """Eight threads that change one record lose no change."""
    store = make_store(Limits(), REAL)

    def change(view: View) -> Change[None]:
        return Change(replace(view.record, armed=view.record.armed + 1), None)

    def change_ten() -> None:
        for _ in range(10):
            store.change("a", change)

    threads = [Thread(target=change_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = store.view("a").record
    assert (record.armed, record.version) == (80, 80)


def test_reads_create_no_namespace(make_store: MakeStore) -> None:
    """A poll of an unknown namespace uses up none of the allowed namespaces, nor do other reads."""
    store = make_store(Limits(max_namespaces=1), REAL)
    assert find(store, "a", "1") is None
    assert store.view("a") == store.view("c")
    assert store.view("a").record.life == ""
    assert store.tasks("a")[0] == []
    store.log("a", entry())
    store.clear_log("a")
    assert store.requests("a") == ([], 0)
    create(store, "b")

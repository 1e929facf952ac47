"""Stores of every kind: the bound of namespaces, and the idle and unused ones that make room (P7)."""

from typing import Any

import pytest

from tests.store.conftest import MakeStore
from tests.store.steps import HOUR, SECOND, create, entry, find, move_clock, submit
from voxdouble_mock.core.clock import MANUAL, REAL, Pace, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import DEFAULT_NAMESPACE
from voxdouble_mock.store.eviction import Eviction


def test_namespaces_are_bounded(make_store: MakeStore) -> None:
    """A namespace beyond the bound is refused with the bound's name; the default namespace always has room."""
    store = make_store(Limits(max_namespaces=2), REAL)
    for name in ("a", "b"):
        submit(store, name)
    with pytest.raises(Unavailable, match="2 namespaces"):
        create(store, "c")
    with pytest.raises(Unavailable, match="2 namespaces"):
        submit(store, "c")
    create(store, DEFAULT_NAMESPACE)


def test_a_namespace_with_no_more_than_its_log_gives_way(make_store: MakeStore) -> None:
    """A log entry creates a namespace; at the bound, the least recently used one that has only its log is deleted."""
    store = make_store(Limits(max_namespaces=4), REAL)
    create(store, DEFAULT_NAMESPACE)
    submit(store, "a")
    for number, name in enumerate(("b", "c", "d")):
        make_store.time.now = number
        store.log(name, entry(), create=True)
    make_store.time.now = 4
    assert [one.name for one in store.namespaces()] == ["", "a", "c", "d"]
    for name in ("c", "d"):
        move_clock(store, name, 1)
    store.log("e", entry(), create=True)
    assert store.requests("e") == ([], 0)
    assert [one.name for one in store.namespaces()] == ["", "a", "c", "d"]


def test_several_unused_namespaces_give_way_at_once(make_store: MakeStore) -> None:
    """At the bound a new namespace deletes 5 % of the others, so that the next ones need no search."""
    store = make_store(Limits(max_namespaces=40), REAL)
    create(store, DEFAULT_NAMESPACE)
    for number in range(40):
        make_store.time.now = number
        store.log(f"n{number}", entry(), create=True)
    kept = {one.name for one in store.namespaces()}
    assert kept == {DEFAULT_NAMESPACE, *(f"n{number}" for number in range(2, 40))}


@pytest.mark.parametrize(
    ("pace", "lifetime", "deleted"), [(REAL, 0, True), (REAL, 2 * HOUR, False), (MANUAL, 2 * HOUR, True)]
)
def test_idle_namespaces_are_deleted_unless_a_task_lives(
    make_store: MakeStore, pace: Pace, lifetime: int, deleted: bool
) -> None:
    """After an idle hour a namespace makes room for another, unless it has a live task and its clock is not manual."""
    store = make_store(Limits(max_namespaces=1), pace)
    task_id = submit(store, "a", lifetime=lifetime)
    make_store.time.now = HOUR
    if deleted:
        create(store, "b")
        assert find(store, "a", task_id) is None
    else:
        with pytest.raises(Unavailable):
            create(store, "b")
        assert find(store, "a", task_id) is not None


def test_a_deleted_namespace_starts_anew(make_store: MakeStore) -> None:
    """Tasks, clock and counters of an idle namespace are gone at its next use, even if there is enough room."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    task_id = submit(store, "a")
    make_store.time.now = 9 * SECOND
    assert find(store, "a", task_id) is not None
    make_store.time.now = 20 * SECOND
    assert find(store, "a", task_id) is None
    assert read(create(store, "a").clock, 0) == 20 * SECOND


def test_the_default_namespace_is_never_deleted(make_store: MakeStore) -> None:
    """The default namespace keeps its tasks, however long it is idle."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    task_id = submit(store, DEFAULT_NAMESPACE)
    make_store.time.now = 100 * HOUR
    assert find(store, DEFAULT_NAMESPACE, task_id) is not None


def test_namespaces_are_summarised_in_order(make_store: MakeStore) -> None:
    """Each has its live tasks, its logged requests and its idle time; idle and missing ones are not listed."""
    store = make_store(Limits(namespace_idle=10), REAL)
    submit(store, "b", lifetime=SECOND)
    submit(store, "b")
    submit(store, "a", lifetime=0)
    store.log("b", entry())
    make_store.time.now = 2 * SECOND
    found = [(one.name, one.tasks, one.requests, one.idle_ms) for one in store.namespaces()]
    assert found == [("", 0, 0, 0), ("a", 0, 0, 2 * SECOND), ("b", 1, 1, 2 * SECOND)]
    make_store.time.now = 20 * SECOND
    assert [one.name for one in store.namespaces()] == ["", "b"]


def test_a_reset_namespace_gives_way_at_once(make_store: MakeStore) -> None:
    """After a refusal for lack of room, a reset makes room, as the refusal says."""
    store = make_store(Limits(max_namespaces=2), REAL)
    for name in ("a", "b"):
        submit(store, name)
    for _ in range(2):
        with pytest.raises(Unavailable, match="reset one"):
            create(store, "c")
    store.reset("b")
    create(store, "c")
    assert [one.name for one in store.namespaces() if one.name] == ["a", "c"]


def test_a_flood_of_new_namespaces_searches_the_others_once(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the bound each request to a new namespace is refused without reading all others, for a second."""
    searched: list[str] = []
    is_unused = Eviction._is_unused

    def counted(eviction: Eviction, transaction: Any, namespace: str) -> bool:
        searched.append(namespace)
        return is_unused(eviction, transaction, namespace)

    monkeypatch.setattr(Eviction, "_is_unused", counted)
    store = make_store(Limits(max_namespaces=20), REAL)
    for number in range(20):
        submit(store, f"n{number}")
    for number in range(100):
        store.log(f"m{number}", entry(), create=True)
    assert len(searched) <= 20
    make_store.time.now = 2 * SECOND
    store.log("m", entry(), create=True)
    assert len(searched) <= 40

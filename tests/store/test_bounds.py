"""Stores of every kind: the bounds of tasks and payloads, and the room that expired tasks make (P7)."""

import pytest

from tests.store.conftest import MakeStore
from tests.store.steps import SECOND, find, ids, submit
from voxdouble_mock.core.clock import MANUAL, REAL
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.task import TASK_BYTES

LITTLE = 2 * TASK_BYTES + 100
"""A bound of bytes with room for one task with a payload of 60 bytes, and not for two."""


def test_a_full_namespace_refuses_tasks_and_evicts_none(make_store: MakeStore) -> None:
    """The error names the bound of live tasks (C28), and the live tasks are still there, and nothing was counted."""
    store = make_store(Limits(max_tasks=2), REAL)
    submitted = [submit(store, ""), submit(store, "")]
    with pytest.raises(Unavailable, match="2 live tasks"):
        submit(store, "")
    assert ids(store, "") == submitted
    assert store.view("").counters == {"submissions": 2}


def test_expired_tasks_make_room(make_store: MakeStore) -> None:
    """A task that has expired by the clock of its namespace does not count."""
    store = make_store(Limits(max_tasks=1), REAL)
    submit(store, "", lifetime=SECOND)
    make_store.time.now = SECOND
    assert ids(store, "")[1:] == []
    second = submit(store, "")
    assert ids(store, "") == [second]


def test_payloads_are_bounded_in_bytes_over_all_namespaces(make_store: MakeStore) -> None:
    """The payloads of all namespaces count together; a reset frees those of its namespace."""
    store = make_store(Limits(max_stored=LITTLE), REAL)
    submit(store, "a", size=60)
    with pytest.raises(Unavailable, match=f"{LITTLE} bytes"):
        submit(store, "b", size=60)
    store.reset("a")
    submit(store, "b", size=60)


def test_a_shared_payload_lives_as_long_as_its_last_task(make_store: MakeStore) -> None:
    """Tasks with equal payloads expire one by one, and the last one still has its payload."""
    store = make_store(Limits(), REAL)
    submit(store, "a", lifetime=SECOND)
    submit(store, "b")
    last = submit(store, "a")
    make_store.time.now = SECOND
    submit(store, "a", size=3)
    store.reset("b")
    found = find(store, "a", last)
    assert found is not None
    assert found.payload == b"xx"


def test_expired_payloads_of_other_namespaces_make_room(make_store: MakeStore) -> None:
    """The payload of an expired task is freed when another namespace needs the room."""
    store = make_store(Limits(max_stored=LITTLE), REAL)
    submit(store, "a", size=60, lifetime=SECOND)
    make_store.time.now = SECOND
    submit(store, "b", size=60)
    assert ids(store, "a") == []


def test_a_namespace_in_use_is_not_deleted_for_its_own_task(make_store: MakeStore) -> None:
    """With an idle time of 0, a submission still finds its namespace after making room."""
    store = make_store(Limits(namespace_idle=0.001, max_stored=LITTLE), MANUAL)
    submit(store, "a", size=60)
    make_store.time.now = 1
    submit(store, "b", size=60)
    assert ids(store, "a") == []

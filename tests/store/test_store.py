"""Stores of every kind: namespaces, tasks, bounds and idleness (P7)."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from tests.store.conftest import MakeStore
from voxdouble_mock.core.clock import MANUAL, REAL, Pace, advance, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.task import State, Task, Timeline
from voxdouble_mock.store import DEFAULT_NAMESPACE, Change, LimitedStore, NamespaceRecord

SECOND = 1000
HOUR = 3600 * SECOND


def submit(
    store: LimitedStore, namespace: str, task_id: str, *, now: int = 0, lifetime: int = HOUR, size: int = 2
) -> int:
    """Store a task that is done at once and lives for `lifetime` milliseconds; return the tasks submitted before it."""
    timeline = Timeline.plan(now, State.DONE, pending=0, running=0, lifetime=lifetime)
    task = Task(task_id, "conversion", timeline, b"x" * size)

    def change(record: NamespaceRecord) -> Change[int]:
        return Change(replace(record, submissions=record.submissions + 1), record.submissions, task)

    return store.transact(namespace, change, now)


def move_clock(store: LimitedStore, namespace: str, seconds: float, now: int) -> NamespaceRecord:
    """Advance the clock of a namespace and return its new record."""

    def change(record: NamespaceRecord) -> Change[NamespaceRecord]:
        moved = replace(record, clock=advance(record.clock, seconds))
        return Change(moved, moved)

    return store.transact(namespace, change, now)


def ids(store: LimitedStore, namespace: str, now: int = 0) -> list[str]:
    """Return the ids of all tasks of a namespace."""
    return [task.task_id for task in store.tasks(namespace, now)[0]]


def entry(number: int, path: str = "/api/system/info") -> LoggedRequest:
    """Return a log entry."""
    return LoggedRequest(number=number, at=0.0, method="GET", path=path, status=200)


def test_a_submitted_task_is_found_in_its_namespace_only(make_store: MakeStore) -> None:
    """A task is found by its id, in its own namespace only."""
    store = make_store(Limits(), REAL)
    submit(store, "a", "1")
    found = store.find("a", "1", 0)
    assert found is not None
    assert found[0].task_id == "1"
    assert store.find("b", "1", 0) is None
    assert store.find("a", "2", 0) is None


def test_tasks_are_listed_oldest_first(make_store: MakeStore) -> None:
    """Tasks are listed in the order of submission."""
    store = make_store(Limits(), REAL)
    for task_id in "cab":
        submit(store, "", task_id)
    assert ids(store, "") == list("cab")


def test_a_change_sees_the_number_of_earlier_submissions(make_store: MakeStore) -> None:
    """Each change gets the record that the change before it has stored, and its value is returned."""
    store = make_store(Limits(), REAL)
    assert [submit(store, "", str(number)) for number in range(3)] == [0, 1, 2]


def test_a_namespace_starts_when_it_is_first_used(make_store: MakeStore) -> None:
    """A manual clock shows, and keeps, the real time of the first use of its namespace."""
    store = make_store(Limits(), MANUAL)
    assert read(store.record("a", 5000).clock, 9000) == 5000
    assert read(store.record("a", 7000).clock, 9000) == 5000
    assert read(store.record("b", 7000).clock, 9000) == 7000


def test_changes_are_kept(make_store: MakeStore) -> None:
    """A changed record is the one that the next reader gets."""
    store = make_store(Limits(), MANUAL)
    changed = move_clock(store, "a", 10, 1000)
    assert store.record("a", 2000) == changed
    assert read(changed.clock, 2000) == 11_000


def test_reset_affects_one_namespace(make_store: MakeStore) -> None:
    """After a reset, tasks, clock, counters and log of that namespace are those of a new one; others are unchanged."""
    store = make_store(Limits(), MANUAL)
    for name in ("a", "b"):
        submit(store, name, "1")
        move_clock(store, name, 10, 0)
        store.log(name, entry, 0)
    store.reset("a", 0)
    assert store.find("a", "1", 0) is None
    assert ids(store, "a") == []
    assert store.requests("a", 0) == ([], 0)
    assert store.record("a", 0) == NamespaceRecord(store.record("c", 0).clock)
    assert store.find("b", "1", 0) is not None
    assert store.requests("b", 0)[1] == 1


def test_a_reset_of_an_unknown_namespace_does_nothing(make_store: MakeStore) -> None:
    """A namespace that does not exist can be reset, and still does not exist."""
    store = make_store(Limits(max_namespaces=1), REAL)
    store.reset("a", 0)
    submit(store, "b", "1")
    with pytest.raises(Unavailable):
        store.record("a", 0)


def test_concurrent_submissions_are_all_stored_and_counted(make_store: MakeStore) -> None:
    """Sixteen threads at once lose no task, and no two tasks get the same count."""
    store = make_store(Limits(), REAL)
    counts: list[int] = []
    barrier = Barrier(16)

    def submit_twenty(number: int) -> None:
        barrier.wait()
        counts.extend([submit(store, "", f"{number}-{step}") for step in range(20)])

    threads = [Thread(target=submit_twenty, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(store, "")) == 320
    assert sorted(counts) == list(range(320))


def test_a_full_namespace_refuses_tasks_and_evicts_none(make_store: MakeStore) -> None:
    """The error names the bound of live tasks (C28), and the live tasks are still there."""
    store = make_store(Limits(max_tasks=2), REAL)
    submit(store, "", "1")
    submit(store, "", "2")
    with pytest.raises(Unavailable, match="2 live tasks"):
        submit(store, "", "3")
    assert ids(store, "") == ["1", "2"]


def test_expired_tasks_make_room(make_store: MakeStore) -> None:
    """A task that has expired by the clock of its namespace does not count."""
    store = make_store(Limits(max_tasks=1), REAL)
    submit(store, "", "1", lifetime=SECOND)
    submit(store, "", "2", now=SECOND)
    assert ids(store, "", SECOND) == ["2"]


def test_payloads_are_bounded_in_bytes_over_all_namespaces(make_store: MakeStore) -> None:
    """The payloads of all namespaces count together; a reset frees those of its namespace."""
    store = make_store(Limits(max_stored=100), REAL)
    submit(store, "a", "1", size=60)
    with pytest.raises(Unavailable, match="100 bytes"):
        submit(store, "b", "2", size=60)
    store.reset("a", 0)
    submit(store, "b", "2", size=60)


def test_expired_payloads_of_other_namespaces_make_room(make_store: MakeStore) -> None:
    """The payload of an expired task is freed when another namespace needs the room."""
    store = make_store(Limits(max_stored=100), REAL)
    submit(store, "a", "1", size=60, lifetime=SECOND)
    submit(store, "b", "2", size=60, now=SECOND)
    assert ids(store, "a", SECOND) == []


def test_namespaces_are_bounded(make_store: MakeStore) -> None:
    """A namespace beyond the bound is refused with the bound's name; the default namespace always has room."""
    store = make_store(Limits(max_namespaces=2), REAL)
    for name in ("a", "b"):
        submit(store, name, "1")
    with pytest.raises(Unavailable, match="2 namespaces"):
        store.record("c", 0)
    store.record(DEFAULT_NAMESPACE, 0)


def test_reads_create_no_namespace(make_store: MakeStore) -> None:
    """A poll of an unknown namespace uses up none of the allowed namespaces, nor do other reads."""
    store = make_store(Limits(max_namespaces=1), REAL)
    assert store.find("a", "1", 0) is None
    assert store.peek("a", 0) == NamespaceRecord(store.peek("c", 0).clock)
    assert store.tasks("a", 0)[0] == []
    store.log("a", entry, 0)
    assert store.requests("a", 0) == ([], 0)
    store.record("b", 0)


def test_a_namespace_with_no_more_than_its_log_gives_way(make_store: MakeStore) -> None:
    """A log entry creates it where there is room; the least recently used one makes room for another."""
    store = make_store(Limits(max_namespaces=4), REAL)
    store.record(DEFAULT_NAMESPACE, 0)
    submit(store, "a", "1")
    for number, name in enumerate(("b", "c", "d")):
        store.log(name, entry, number, create=True)
    assert [one.name for one in store.namespaces(4)] == ["", "a", "c", "d"]
    for name in ("c", "d"):
        move_clock(store, name, 1, 4)
    store.log("e", entry, 4, create=True)
    assert store.requests("e", 4) == ([], 0)
    assert [one.name for one in store.namespaces(4)] == ["", "a", "c", "d"]


@pytest.mark.parametrize(
    ("pace", "lifetime", "deleted"), [(REAL, 0, True), (REAL, 2 * HOUR, False), (MANUAL, 2 * HOUR, True)]
)
def test_idle_namespaces_are_deleted_unless_a_task_lives(
    make_store: MakeStore, pace: Pace, lifetime: int, deleted: bool
) -> None:
    """After an idle hour a namespace makes room for another, unless it has a live task and its clock is not manual."""
    store = make_store(Limits(max_namespaces=1), pace)
    submit(store, "a", "1", lifetime=lifetime)
    if deleted:
        store.record("b", HOUR)
        assert store.find("a", "1", HOUR) is None
    else:
        with pytest.raises(Unavailable):
            store.record("b", HOUR)
        assert store.find("a", "1", HOUR) is not None


def test_a_deleted_namespace_starts_anew(make_store: MakeStore) -> None:
    """Tasks, clock and counters of an idle namespace are gone at its next use, even if there is enough room."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    submit(store, "a", "1")
    assert store.find("a", "1", 9 * SECOND) is not None
    assert store.find("a", "1", 20 * SECOND) is None
    assert read(store.record("a", 20 * SECOND).clock, 0) == 20 * SECOND


def test_a_namespace_in_use_is_not_deleted_for_its_own_task(make_store: MakeStore) -> None:
    """With an idle time of 0, a submission still finds its namespace after making room."""
    store = make_store(Limits(namespace_idle=0, max_stored=100), MANUAL)
    submit(store, "a", "1", size=60)
    submit(store, "b", "2", size=60)
    assert ids(store, "a") == []


def test_the_default_namespace_is_never_deleted(make_store: MakeStore) -> None:
    """The default namespace keeps its tasks, however long it is idle."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    submit(store, DEFAULT_NAMESPACE, "1")
    assert store.find(DEFAULT_NAMESPACE, "1", 100 * HOUR) is not None


def test_the_log_keeps_the_newest_entries(make_store: MakeStore) -> None:
    """Beyond the bound of entries the oldest ones are dropped; all are counted."""
    store = make_store(Limits(), REAL)
    for _ in range(MAX_ENTRIES + 5):
        store.log("", entry, 0)
    kept, total = store.requests("", 0)
    assert [one.number for one in kept] == list(range(6, MAX_ENTRIES + 6))
    assert total == MAX_ENTRIES + 5


def test_a_cleared_log_counts_anew(make_store: MakeStore) -> None:
    """The entries are gone and counted no longer, and the numbers of later ones continue."""
    store = make_store(Limits(), REAL)
    for _ in range(3):
        store.log("", entry, 0)
    store.clear_log("", 0)
    assert store.requests("", 0) == ([], 0)
    store.log("", entry, 0)
    kept, total = store.requests("", 0)
    assert ([one.number for one in kept], total) == ([4], 1)
    store.clear_log("missing", 0)
    assert [one.name for one in store.namespaces(0)] == [""]


def test_namespaces_are_summarised_in_order(make_store: MakeStore) -> None:
    """Each has its live tasks, its logged requests and its idle time; idle and missing ones are not listed."""
    store = make_store(Limits(namespace_idle=10), REAL)
    submit(store, "b", "1", lifetime=SECOND)
    submit(store, "b", "2")
    submit(store, "a", "1", lifetime=0)
    store.log("b", entry, 0)
    found = [(one.name, one.tasks, one.requests, one.idle_ms) for one in store.namespaces(2 * SECOND)]
    assert found == [("", 0, 0, 0), ("a", 0, 0, 2 * SECOND), ("b", 1, 1, 2 * SECOND)]
    assert [one.name for one in store.namespaces(20 * SECOND)] == ["", "b"]

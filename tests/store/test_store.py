"""What every store does, whatever it keeps its namespaces in."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from tests.store.conftest import MakeStore
from voxdouble_mock.core.clock import MANUAL, REAL, advance, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.task import State, Task, Timeline
from voxdouble_mock.store import NamespaceRecord
from voxdouble_mock.store.protocol import Submission

SECOND = 1000
HOUR = 3600 * SECOND


def build(task_id: str, *, now: int = 0, lifetime: int = HOUR, size: int = 2) -> Submission:
    """Make a submission of a task that is done at once and lives for `lifetime` milliseconds."""
    timeline = Timeline.plan(now, State.DONE, pending=0, running=0, lifetime=lifetime)
    task = Task(task_id, "conversion", timeline, b"x" * size)
    return lambda record: (replace(record, submissions=record.submissions + 1), task)


def test_what_was_submitted_is_found(make_store: MakeStore) -> None:
    """A task is found by its id, in its own namespace only."""
    store = make_store(Limits(), REAL)
    task = store.submit("a", build("1"), 0)
    found = store.find("a", "1", 0)
    assert found is not None
    assert found[0] == task
    assert store.find("b", "1", 0) is None
    assert store.find("a", "2", 0) is None


def test_tasks_are_listed_oldest_first(make_store: MakeStore) -> None:
    """The order is that of submission."""
    store = make_store(Limits(), REAL)
    for task_id in "cab":
        store.submit("", build(task_id), 0)
    assert [task.task_id for task in store.tasks("", 0)[0]] == list("cab")


def test_submissions_are_counted(make_store: MakeStore) -> None:
    """The builder sees how many tasks came before its own."""
    store = make_store(Limits(), REAL)
    seen: list[int] = []

    def counted(record: NamespaceRecord) -> tuple[NamespaceRecord, Task | None]:
        seen.append(record.submissions)
        return build(f"{record.submissions}")(record)

    for _ in range(3):
        store.submit("", counted, 0)
    assert seen == [0, 1, 2]


def test_a_namespace_starts_when_it_is_first_used(make_store: MakeStore) -> None:
    """Its clock shows the real now of that moment, and stands there if it is manual."""
    store = make_store(Limits(), MANUAL)
    assert read(store.record("a", 5000).clock, 9000) == 5000
    assert read(store.record("a", 7000).clock, 9000) == 5000
    assert read(store.record("b", 7000).clock, 9000) == 7000


def test_updates_are_kept(make_store: MakeStore) -> None:
    """What a change makes of the record is what the next reader gets."""
    store = make_store(Limits(), MANUAL)
    changed = store.update("a", lambda record: replace(record, clock=advance(record.clock, 10)), 1000)
    assert store.record("a", 2000) == changed
    assert read(changed.clock, 2000) == 11_000


def test_reset_makes_one_namespace_as_new(make_store: MakeStore) -> None:
    """Tasks, clock and count are gone there, and only there."""
    store = make_store(Limits(), MANUAL)
    for name in ("a", "b"):
        store.submit(name, build("1"), 0)
        store.update(name, lambda record: replace(record, clock=advance(record.clock, 10)), 0)
    store.reset("a", 0)
    assert store.find("a", "1", 0) is None
    assert list(store.tasks("a", 0)[0]) == []
    assert store.record("a", 0) == NamespaceRecord(store.record("c", 0).clock)
    assert store.find("b", "1", 0) is not None


def test_concurrent_submissions_are_all_kept_and_counted(make_store: MakeStore) -> None:
    """Sixteen threads at once lose no task, and no two see the same count."""
    store = make_store(Limits(), REAL)
    counts: list[int] = []
    barrier = Barrier(16)

    def submit(number: int) -> None:
        barrier.wait()
        for step in range(20):

            def counted(record: NamespaceRecord, name: str = f"{number}-{step}") -> tuple[NamespaceRecord, Task | None]:
                counts.append(record.submissions)
                return build(name)(record)

            store.submit("", counted, 0)

    threads = [Thread(target=submit, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.tasks("", 0)[0]) == 320
    assert set(counts) >= set(range(320))


def test_a_full_namespace_refuses_and_evicts_nothing(make_store: MakeStore) -> None:
    """The bound of live tasks is named, and what lives is still there."""
    store = make_store(Limits(max_tasks=2), REAL)
    store.submit("", build("1"), 0)
    store.submit("", build("2"), 0)
    with pytest.raises(Unavailable, match="2 live tasks"):
        store.submit("", build("3"), 0)
    assert [task.task_id for task in store.tasks("", 0)[0]] == ["1", "2"]


def test_expired_tasks_make_room(make_store: MakeStore) -> None:
    """A task that has expired by its namespace's clock counts no longer."""
    store = make_store(Limits(max_tasks=1), REAL)
    store.submit("", build("1", lifetime=SECOND), 0)
    store.submit("", build("2", now=SECOND), SECOND)
    assert [task.task_id for task in store.tasks("", SECOND)[0]] == ["2"]


def test_outcomes_are_bounded_in_bytes_over_all_namespaces(make_store: MakeStore) -> None:
    """The bytes of all outcomes count together, and come back when their namespace is reset; P7."""
    store = make_store(Limits(max_stored=100), REAL)
    store.submit("a", build("1", size=60), 0)
    with pytest.raises(Unavailable, match="100 bytes"):
        store.submit("b", build("2", size=60), 0)
    store.reset("a", 0)
    store.submit("b", build("2", size=60), 0)


def test_namespaces_are_bounded(make_store: MakeStore) -> None:
    """One namespace too many is refused by the bound's name; the default one always has its place."""
    store = make_store(Limits(max_namespaces=2), REAL)
    store.record("a", 0)
    store.record("b", 0)
    with pytest.raises(Unavailable, match="2 namespaces"):
        store.record("c", 0)
    store.record("", 0)


def test_looking_for_a_task_brings_no_namespace_to_life(make_store: MakeStore) -> None:
    """Guessing at addresses cannot use up the namespaces."""
    store = make_store(Limits(max_namespaces=1), REAL)
    assert store.find("a", "1", 0) is None
    store.record("b", 0)


@pytest.mark.parametrize(
    ("pace", "lifetime", "forgotten"), [(REAL, 0, True), (REAL, 2 * HOUR, False), (MANUAL, 2 * HOUR, True)]
)
def test_idle_namespaces_are_forgotten_but_no_task_before_its_time(
    make_store: MakeStore, pace: object, lifetime: int, forgotten: bool
) -> None:
    """After an idle hour a namespace makes room, unless a task in it lives on by a clock that runs."""
    store = make_store(Limits(max_namespaces=1), pace)  # type: ignore[arg-type]
    store.submit("a", build("1", lifetime=lifetime), 0)
    if forgotten:
        store.record("b", HOUR)
        assert store.find("a", "1", HOUR) is None
    else:
        with pytest.raises(Unavailable):
            store.record("b", HOUR)
        assert store.find("a", "1", HOUR) is not None


def test_a_namespace_that_was_forgotten_comes_back_as_new(make_store: MakeStore) -> None:
    """Its tasks, its clock and its count are gone, though there was room enough."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    store.submit("a", build("1"), 0)
    assert store.find("a", "1", 9 * SECOND) is not None
    assert store.find("a", "1", 20 * SECOND) is None
    assert read(store.record("a", 20 * SECOND).clock, 0) == 20 * SECOND


def test_the_default_namespace_is_never_forgotten(make_store: MakeStore) -> None:
    """A mock that was left alone over night is what it was."""
    store = make_store(Limits(namespace_idle=10), MANUAL)
    store.submit("", build("1"), 0)
    assert store.find("", "1", 100 * HOUR) is not None

"""The SQLite store: what survives the process (P8), and the files that it refuses."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from tests.store.steps import RealTime, entry, find, ids, submit
from voxdouble_mock.core.clock import REAL, start
from voxdouble_mock.core.fault import FaultSpec, LostTask, Status, arm
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_ENTRIES
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.store import Change, NamespaceRecord, Store, View, open_store
from voxdouble_mock.store.sqlite_logs import TRIM_INTERVAL


def limited(path: Path) -> Store:
    """Return the store in a file, within the default limits."""
    return open_store(f"sqlite:{path}", lambda now, _: NamespaceRecord(start(REAL, now)), Limits(), RealTime())


def test_a_namespace_survives_its_process(tmp_path: Path) -> None:
    """After the file is closed and opened again, record, counters, tasks and log are those that were stored."""
    path = tmp_path / "store.db"
    scenario = Scenario((Rule(Then(pending=2.5, fault=Status(503))),), name="slow")
    faults = (arm(FaultSpec(LostTask(), count=None, life=2), 7, 1),)

    def change(view: View) -> Change[None]:
        return Change(replace(view.record, scenario=scenario, faults=faults, armed=1), None)

    first = limited(path)
    first.change("a", change)
    task_id = submit(first, "a")
    first.log("a", entry())
    kept = first.view("a"), first.tasks("a"), first.requests("a")
    first.close()
    second = limited(path)
    assert (second.view("a"), second.tasks("a"), second.requests("a")) == kept
    assert find(second, "a", task_id) == replace(kept[1][0][0], payload=b"xx")
    assert kept[0].record.scenario == scenario
    second.close()


def test_equal_payloads_and_scenarios_are_stored_once(tmp_path: Path) -> None:
    """The file has each content once, as long as anything uses it."""
    store = limited(tmp_path / "store.db")
    scenario = Scenario((Rule(Then()),))

    def contents() -> int:
        with sqlite3.connect(tmp_path / "store.db") as connection:
            count: int = connection.execute("SELECT count(*) FROM contents").fetchone()[0]
        connection.close()
        return count

    for name in ("a", "b"):
        store.change(name, lambda view: Change(replace(view.record, scenario=scenario), None))
        submit(store, name)
        submit(store, name)
    assert contents() == 2
    store.change("a", lambda view: Change(replace(view.record, scenario=None), None))
    store.reset("a")
    assert contents() == 2
    store.reset("b")
    assert contents() == 0
    store.close()


def test_dropped_log_entries_leave_the_file(tmp_path: Path) -> None:
    """The file has fewer than TRIM_INTERVAL entries beyond those that the log keeps."""
    store = limited(tmp_path / "store.db")
    submit(store, "")
    for _ in range(MAX_ENTRIES + 2 * TRIM_INTERVAL + 1):
        store.log("", entry())
    store.requests("")
    with sqlite3.connect(tmp_path / "store.db") as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM log")
    connection.close()
    assert MAX_ENTRIES <= kept < MAX_ENTRIES + TRIM_INTERVAL
    store.close()


def test_dropped_log_entries_leave_the_file_of_servers_that_soon_end(tmp_path: Path) -> None:
    """The same holds if no server appends as many entries as TRIM_INTERVAL."""
    few = TRIM_INTERVAL // 2
    for _ in range(MAX_ENTRIES // few + 5):
        store = limited(tmp_path / "store.db")
        for _ in range(few):
            store.log("", entry())
        store.close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM log")
    connection.close()
    assert MAX_ENTRIES <= kept < MAX_ENTRIES + TRIM_INTERVAL


def test_two_open_stores_see_each_other(tmp_path: Path) -> None:
    """A task that one server stores is found by the other one at once."""
    one, other = limited(tmp_path / "store.db"), limited(tmp_path / "store.db")
    submitted = [submit(one, ""), submit(other, "")]
    assert ids(one, "") == ids(other, "") == submitted
    one.close()
    other.close()


def test_a_poll_does_not_wait_for_a_step_that_writes(tmp_path: Path) -> None:
    """A poll is answered while another step of the same server writes, as one that waits for the disk does."""
    store = limited(tmp_path / "store.db")
    task_id = submit(store, "")
    is_writing, may_end = Event(), Event()

    def change(view: View) -> Change[None]:
        is_writing.set()
        assert may_end.wait(60)
        return Change(view.record, None)

    writer = Thread(target=store.change, args=("", change))
    writer.start()
    assert is_writing.wait(60)
    assert find(store, "", task_id) is not None
    may_end.set()
    writer.join()
    store.close()


def test_many_servers_may_open_a_new_file_at_one_moment(tmp_path: Path) -> None:
    """Eight stores opened together on a file that does not exist yet all work."""
    barrier = Barrier(8)
    errors: list[Exception] = []

    def open_and_submit() -> None:
        barrier.wait()
        try:
            store = limited(tmp_path / "store.db")
            submit(store, "")
            store.close()
        except Exception as error:  # noqa: BLE001 (reported by the test)
            errors.append(error)

    threads = [Thread(target=open_and_submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    store = limited(tmp_path / "store.db")
    assert len(set(ids(store, ""))) == 8
    store.close()


def test_a_step_that_raises_changes_nothing(tmp_path: Path) -> None:
    """An error within a step undoes all its writes."""
    store = limited(tmp_path / "store.db")
    submit(store, "")

    def broken(view: View) -> Change[None]:
        raise RuntimeError(view)

    with pytest.raises(RuntimeError):
        store.change("new", broken)
    assert [one.name for one in store.namespaces()] == [""]
    store.close()


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is not a database is named, and stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, which are long enough to fill the header of a database file, I hope " * 2)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"notes\.txt cannot be opened: file is not a database"):
        limited(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_by_its_number(tmp_path: Path) -> None:
    """The message names the version that was found and the one that is supported."""
    path = tmp_path / "store.db"
    limited(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(ValueError, match="must have schema version 7, got 99"):
        limited(path)

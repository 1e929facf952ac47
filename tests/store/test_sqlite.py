"""The SQLite store: what survives the process (P8), and the files that it refuses."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tests.store.test_store import entry, ids, submit
from voxdouble_mock.core.clock import REAL, start
from voxdouble_mock.core.fault import FaultSpec, LostTask, Status, arm
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Rule, Scenario, Then
from voxdouble_mock.core.task import State, Task, Timeline
from voxdouble_mock.store import Change, LimitedStore, NamespaceRecord, open_store


def limited(path: Path) -> LimitedStore:
    """Return the store in a file, within the default limits."""
    return LimitedStore(open_store(f"sqlite:{path}"), lambda now: NamespaceRecord(start(REAL, now)), Limits())


def test_a_namespace_survives_its_process(tmp_path: Path) -> None:
    """After the file is closed and opened again, record, tasks and log are those that were stored."""
    path = tmp_path / "store.db"
    task = Task("1", "conversion", Timeline.plan(0, State.DONE, pending=1, running=2, lifetime=3), b"{}", LostTask())
    record = NamespaceRecord(
        start(REAL, 5),
        submissions=1,
        scenario=Scenario((Rule(Then(pending=2.5, fault=Status(503))),), name="slow"),
        seen=(3,),
        faults=(arm(FaultSpec(LostTask(), count=None, life=2), 7),),
        audio_ms={"conversion": 1500},
    )
    first = limited(path)
    first.transact("a", lambda _: Change(record, None, task), 0)
    first.log("a", entry, 0)
    kept = first.requests("a", 0)
    first.close()
    second = limited(path)
    assert second.find("a", "1", 0) == (task, record)
    assert second.requests("a", 0) == kept
    second.close()


def test_two_open_stores_see_each_other(tmp_path: Path) -> None:
    """A task that one server stores is found by the other one at once."""
    one, other = limited(tmp_path / "store.db"), limited(tmp_path / "store.db")
    submit(one, "", "1")
    submit(other, "", "2")
    assert ids(one, "") == ids(other, "") == ["1", "2"]
    one.close()
    other.close()


def test_many_servers_may_open_a_new_file_at_one_moment(tmp_path: Path) -> None:
    """Eight stores opened together on a file that does not exist yet all work."""
    barrier = Barrier(8)
    errors: list[Exception] = []

    def open_and_submit(number: int) -> None:
        barrier.wait()
        try:
            store = limited(tmp_path / "store.db")
            submit(store, "", str(number))
            store.close()
        except Exception as error:  # noqa: BLE001 (reported by the test)
            errors.append(error)

    threads = [Thread(target=open_and_submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    store = limited(tmp_path / "store.db")
    assert sorted(ids(store, "")) == [str(number) for number in range(8)]
    store.close()


def test_a_step_that_raises_changes_nothing(tmp_path: Path) -> None:
    """An error within a step undoes all its writes."""
    store = limited(tmp_path / "store.db")
    submit(store, "", "1")

    def broken(record: NamespaceRecord) -> Change[None]:
        raise RuntimeError(replace(record, submissions=9).submissions)

    with pytest.raises(RuntimeError):
        store.transact("", broken, 0)
    assert store.record("", 0).submissions == 1
    store.close()


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is not a database is named, and stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, which are long enough to fill the header of a database file, I hope " * 2)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"notes\.txt cannot be opened: file is not a database"):
        open_store(f"sqlite:{path}")
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_by_its_number(tmp_path: Path) -> None:
    """The message names the version that was found and the one that is supported."""
    path = tmp_path / "store.db"
    open_store(f"sqlite:{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(ValueError, match="must have schema version 1, got 99"):
        open_store(f"sqlite:{path}")

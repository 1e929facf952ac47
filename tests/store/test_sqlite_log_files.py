"""The SQLite store: the files in which log entries wait, and the bounds of these files (P7)."""

from pathlib import Path

import pytest

from tests.store.steps import POST, RealTime, create, entry, move_clock, new_record, submit
from tests.store.test_sqlite_failures import locked
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import Store, open_store, sqlite_log_files, sqlite_logs


def opened(path: Path) -> Store:
    """Return the store in a file, with its default namespace."""
    store = open_store(f"sqlite:{path}", new_record, Limits(), RealTime())
    create(store, "")
    return store


def append(store: Store, path: str) -> None:
    """Append an entry as a request does."""
    store.log("", entry(path), store.begin("", POST))


def paths(store: Store) -> list[str]:
    """Return the paths in the log."""
    return [one.path for one in store.requests("")[0]]


def sizes(path: Path) -> list[int]:
    """Return the sizes of the files of waiting entries."""
    return [Path(f"{path}-log{number}").stat().st_size for number in (0, 1)]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return the size of a full file, which is small in the test."""
    size = 2_000
    for module in (sqlite_log_files, sqlite_logs):
        monkeypatch.setattr(module, "FULL", size)
    return size


def test_two_servers_see_all_entries_of_each_other_in_order(tmp_path: Path, full: int) -> None:
    """Also while the files are full again and again, an entry is in the log as soon as it was appended."""
    path = tmp_path / "store.db"
    servers = opened(path), opened(path)
    wanted = [f"/api/{number}" for number in range(200)]
    for number, one in enumerate(wanted):
        append(servers[number // 3 % 2], one)
        if number % 7 == 0:
            assert paths(servers[number % 2])[-1] == one
    assert paths(servers[0]) == paths(servers[1]) == wanted
    assert [one.number for one in servers[0].requests("")[0]] == list(range(1, 201))
    assert all(0 < size < 3 * full for size in sizes(path))
    for server in servers:
        server.close()


def test_waiting_entries_survive_their_server(tmp_path: Path) -> None:
    """A server that opens the file has the entries of one that ended before it moved them into the database."""
    first = opened(tmp_path / "store.db")
    append(first, "/api/1")
    second = opened(tmp_path / "store.db")
    assert paths(second) == ["/api/1"]
    first.close()
    second.close()


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    """A line that ends early, as on a full disk, is left out, and later ones are kept; an unfinished line waits."""
    path = tmp_path / "store.db"
    store = opened(path)
    append(store, "/api/1")
    with Path(f"{path}-log0").open("ab") as file:
        file.write(b'{"namespace": "\n{"life"')
    assert paths(store) == ["/api/1"]
    with Path(f"{path}-log0").open("ab") as file:
        file.write(b":\n")
    append(store, "/api/2")
    assert paths(store) == ["/api/1", "/api/2"]
    store.close()


def test_an_entry_has_the_time_of_its_request(tmp_path: Path) -> None:
    """An entry that waits while another server moves the clock keeps its time; a reset deletes it."""
    one, other = opened(tmp_path / "store.db"), opened(tmp_path / "store.db")
    append(one, "/api/1")
    move_clock(other, "", 2.5)
    append(one, "/api/2")
    assert [(each.path, each.at) for each in other.requests("")[0]] == [("/api/1", 0), ("/api/2", 2.5)]
    append(one, "/api/3")
    other.reset("")
    assert paths(one) == []
    one.close()
    other.close()


def test_waiting_entries_are_bounded(tmp_path: Path, full: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that cannot be moved, since another program locks the file, are lost beyond the bound."""
    monkeypatch.setattr(sqlite_log_files, "MAX_WAITING", 3 * full)
    monkeypatch.setattr("voxdouble_mock.store.sqlite.BUSY_SECONDS", 0.01)
    path = tmp_path / "store.db"
    store = opened(path)
    with locked(path):
        for _ in range(100):
            append(store, "/api/" + "x" * 100)
    assert 3 * full <= sum(sizes(path)) < 4 * full
    submit(store, "")
    assert 0 < len(paths(store)) < 100
    append(store, "/api/last")
    assert paths(store)[-1] == "/api/last"
    store.close()

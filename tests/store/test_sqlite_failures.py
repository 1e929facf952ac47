"""The SQLite store while its file is locked, deleted or without room: refused, logged and shown, and never 404 (P8)."""

import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.wire import CONVERSION, assert_refused, convert, get
from tests.store.steps import RealTime, entry, find, new_record, submit
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store import open_store
from voxdouble_mock.store import sqlite as sqlite_store
from voxdouble_mock.store.sqlite import SQLiteStorage
from voxdouble_mock.store.sqlite_transaction import SQLiteTransaction

WAIT = 0.2


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock a file as another program does that writes to it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the wait for a locked file."""
    monkeypatch.setattr(sqlite_store, "BUSY_SECONDS", WAIT)


def store_state(mock: MockAppliance) -> object:
    """Return the state of the store that health shows; health itself is always 200."""
    health = get(mock.url + "/_mock/health")
    assert health.status_code == 200
    return health.json()["store"]


def test_a_locked_file_is_503_and_never_404(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While another program locks the file, POSTs get 503 with `Retry-After`, polls are answered; both are logged."""
    with MockAppliance(store=f"sqlite:{tmp_path / 'store.db'}") as mock:
        task_id = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
        with locked(tmp_path / "store.db"):
            refused = convert(mock.url, ["AAAA"])
            assert_refused(refused, 503, "internal")
            assert refused.headers["Retry-After"] == "5"
            assert refused.json()["message"].endswith("store.db is down: database is locked.")
            assert store_state(mock) == "down"
            assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 200
            assert get(f"{mock.url}{CONVERSION}/unknown").status_code == 404
        assert get(f"{mock.url}{CONVERSION}/{task_id}").status_code == 200
        assert store_state(mock) == "up"
        assert [one.status for one in mock.requests] == [202, 503, 200, 404, 200]
    assert [text.rpartition("store.db ")[2] for text in caplog.messages if "store.db" in text] == [
        "is down: database is locked.",
        "is up again.",
    ]


def test_requests_do_not_wait_one_after_the_other_for_a_locked_file(tmp_path: Path) -> None:
    """Requests that arrive together are refused together, after the wait of one, and their log entries do not wait."""
    with MockAppliance(store=f"sqlite:{tmp_path / 'store.db'}") as mock, ThreadPoolExecutor(40) as clients:
        assert convert(mock.url, ["AAAA"]).status_code == 202
        with locked(tmp_path / "store.db"):
            began = time.monotonic()
            answers = clients.map(lambda _: convert(mock.url, ["AAAA"]), range(40))
            statuses = [answer.status_code for answer in answers]
            assert time.monotonic() - began < 20 * WAIT
    assert statuses == [503] * 40


def test_a_deleted_file_is_logged_once_and_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Tasks that are acknowledged after the deletion are in the new file, and the health says that it was emptied."""
    path = tmp_path / "store.db"
    with MockAppliance(store=f"sqlite:{path}") as mock:
        lost = convert(mock.url, ["AAAA"]).headers["Location"]
        for file in tmp_path.iterdir():
            file.unlink()
        kept = convert(mock.url, ["AAAA"]).headers["Location"]
        assert [get(url).status_code for url in (lost, kept)] == [404, 200]
        assert store_state(mock) == "emptied"
    assert [text for text in caplog.messages if "deleted" in text] == [
        f"The store sqlite:{path} was deleted or replaced: what was in it is lost."
    ]
    with MockAppliance(store=f"sqlite:{path}") as mock:
        assert get(mock.url + kept.partition("/api")[1] + kept.partition("/api")[2]).status_code == 200


@pytest.mark.parametrize("number", [0, 1])
def test_a_file_that_could_not_be_opened_anew_is_opened_later(tmp_path: Path, number: int) -> None:
    """While a log file of a deleted store cannot be made, the store is down; later it is up with a new file."""
    store = open_store(f"sqlite:{tmp_path / 'store.db'}", new_record, Limits(), RealTime())
    submit(store, "")
    for file in tmp_path.iterdir():
        file.unlink()
    blocked = tmp_path / f"store.db-log{number}"
    blocked.mkdir()
    for _ in range(2):
        with pytest.raises(Unavailable, match=f"is down: .*store.db-log{number}"):
            submit(store, "")
        assert store.state() == "down"
    blocked.rmdir()
    assert find(store, "", submit(store, "")) is not None
    assert store.state() == "emptied"
    store.close()


@pytest.mark.parametrize("cause", ["packs", "port"])
def test_a_mock_that_does_not_start_leaves_no_open_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    """Folders of packs are checked before the store is opened; if the port is in use, the store is closed."""
    opened: list[object] = []
    open_, close = SQLiteStorage._open, SQLiteStorage.close

    def noted_open(storage: SQLiteStorage) -> None:
        opened.append(storage)
        open_(storage)

    def noted_close(storage: SQLiteStorage) -> None:
        opened.remove(storage)
        close(storage)

    monkeypatch.setattr(SQLiteStorage, "_open", noted_open)
    monkeypatch.setattr(SQLiteStorage, "close", noted_close)
    address = f"sqlite:{tmp_path / 'store.db'}"
    if cause == "packs":
        with pytest.raises(ValueError, match="missing"):
            MockAppliance(store=address, packs=tmp_path / "missing")
        assert not list(tmp_path.iterdir())
    else:
        with socket.create_server(("127.0.0.1", 0)) as used:
            mock = MockAppliance(store=address, port=used.getsockname()[1])
            assert opened
            with pytest.raises(OSError, match="another program uses this port"):
                mock.__enter__()
    assert not opened


def test_a_full_disk_answers_polls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for one more write, tasks are refused, and polls are answered without their log entries."""
    time_ = RealTime()
    store = open_store(f"sqlite:{tmp_path / 'store.db'}", new_record, Limits(), time_)
    task_id = submit(store, "")

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    for write in ("touch", "add", "append"):
        monkeypatch.setattr(SQLiteTransaction, write, full)
    time_.now = 10_000
    assert find(store, "", task_id) is not None
    store.log("", entry())
    with pytest.raises(StorageFull, match="disk of the store is full"):
        submit(store, "")
    assert store.state() == "up"
    store.close()

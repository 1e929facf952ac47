"""The store in one SQLite file, for one host: it survives the process, also kill -9, and several servers may share it.

Write-ahead logging with `synchronous=FULL` puts a task on the disk before its 202 is sent (P8). A relaxed step, such as
one that only appends to the log, does not wait for the disk.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import TypeVar

import msgspec

from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.protocol import NamespaceRecord, Transaction

T = TypeVar("T")

SCHEMA_VERSION = 1
BUSY_SECONDS = 5.0
"""The longest wait for another server that is writing to the same file."""
SCHEMA = """
CREATE TABLE namespaces (
    name TEXT PRIMARY KEY,
    record BLOB NOT NULL,
    last_use INTEGER NOT NULL DEFAULT 0,
    tasks INTEGER NOT NULL DEFAULT 0,
    payload_bytes INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    cleared INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE tasks (
    number INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    task_id TEXT NOT NULL,
    expires INTEGER NOT NULL,
    task BLOB NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (namespace, task_id)
);
CREATE INDEX expiry ON tasks (namespace, expires);
CREATE TABLE log (
    namespace TEXT NOT NULL REFERENCES namespaces ON DELETE CASCADE,
    number INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (namespace, number)
) WITHOUT ROWID;
CREATE TRIGGER task_added AFTER INSERT ON tasks BEGIN
    UPDATE namespaces SET tasks = tasks + 1, payload_bytes = payload_bytes + length(new.payload)
    WHERE name = new.namespace;
END;
CREATE TRIGGER task_deleted AFTER DELETE ON tasks BEGIN
    UPDATE namespaces SET tasks = tasks - 1, payload_bytes = payload_bytes - length(old.payload)
    WHERE name = old.namespace;
END;
CREATE TRIGGER entry_added AFTER INSERT ON log BEGIN
    UPDATE namespaces SET logged = new.number WHERE name = new.namespace;
END;
"""


class SQLiteStore:
    """See `Store`; each step is a transaction that writes alone (`BEGIN IMMEDIATE`).

    ValueError if the file is not a database of this mock, or was written by a newer version of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        try:
            self._connection = self._open()
        except sqlite3.Error as error:
            raise ValueError(f"The store sqlite:{path} cannot be opened: {error}.") from error
        self._transaction = _SQLiteTransaction(self._connection)

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        with self._lock, self._errors():
            self._connection.execute(f"PRAGMA synchronous={'NORMAL' if relaxed else 'FULL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                value = step(self._transaction)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return value

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                connection.execute("COMMIT")
                connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT")
            elif version != SCHEMA_VERSION:
                raise ValueError(
                    f"The store sqlite:{self._path} must have schema version {SCHEMA_VERSION}, got {version}: "
                    "use the version of voxdouble that wrote it, or another file."
                )
            else:
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                raise StorageFull(f"The disk of the store is full: {self._path}.") from error
            raise Unavailable(f"The store does not answer: {error}.") from error
        except (sqlite3.DatabaseError, sqlite3.ProgrammingError) as error:
            raise Unavailable(f"The store does not answer: {error}.") from error


class _SQLiteTransaction:
    """See `Transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._encode = msgspec.msgpack.Encoder().encode
        self._record = msgspec.msgpack.Decoder(NamespaceRecord).decode
        self._task = msgspec.msgpack.Decoder(Task).decode
        self._entry = msgspec.msgpack.Decoder(LoggedRequest).decode

    def names(self) -> Sequence[str]:
        return [name for (name,) in self._execute("SELECT name FROM namespaces")]

    def record(self, namespace: str) -> NamespaceRecord | None:
        row = self._execute("SELECT record FROM namespaces WHERE name = ?", (namespace,)).fetchone()
        return None if row is None else self._record(row[0])

    def save(self, namespace: str, record: NamespaceRecord) -> None:
        self._execute(
            "INSERT INTO namespaces (name, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
            (namespace, self._encode(record)),
        )

    def delete(self, namespace: str) -> None:
        self._execute("DELETE FROM namespaces WHERE name = ?", (namespace,))

    def last_use(self, namespace: str) -> int:
        return self._number("last_use", namespace)

    def touch(self, namespace: str, real_now: int) -> None:
        self._execute("UPDATE namespaces SET last_use = ? WHERE name = ?", (real_now, namespace))

    def add(self, namespace: str, task: Task) -> None:
        self._execute(
            "INSERT INTO tasks (namespace, task_id, expires, task, payload) VALUES (?, ?, ?, ?, ?)",
            (namespace, task.task_id, task.timeline.expires, self._encode(replace(task, payload=b"")), task.payload),
        )

    def task(self, namespace: str, task_id: str) -> Task | None:
        row = self._execute(
            "SELECT task, payload FROM tasks WHERE namespace = ? AND task_id = ?", (namespace, task_id)
        ).fetchone()
        return None if row is None else self._whole(*row)

    def tasks(self, namespace: str) -> Sequence[Task]:
        rows = self._execute("SELECT task, payload FROM tasks WHERE namespace = ? ORDER BY number", (namespace,))
        return [self._whole(*row) for row in rows]

    def task_count(self, namespace: str) -> int:
        return self._number("tasks", namespace)

    def delete_expired(self, namespace: str, now: int) -> None:
        self._execute("DELETE FROM tasks WHERE namespace = ? AND expires <= ?", (namespace, now))

    def payload_bytes(self) -> int:
        total: int = self._execute("SELECT coalesce(sum(payload_bytes), 0) FROM namespaces").fetchone()[0]
        return total

    def append(self, namespace: str, entry: LoggedRequest) -> None:
        self._execute("INSERT INTO log VALUES (?, ?, ?)", (namespace, entry.number, self._encode(entry)))

    def trim_log(self, namespace: str, max_entries: int) -> None:
        oldest = self.logged(namespace) - max_entries
        self._execute("DELETE FROM log WHERE namespace = ? AND number <= ?", (namespace, oldest))

    def clear_log(self, namespace: str) -> None:
        self._execute("DELETE FROM log WHERE namespace = ?", (namespace,))
        self._execute("UPDATE namespaces SET cleared = logged WHERE name = ?", (namespace,))

    def cleared(self, namespace: str) -> int:
        return self._number("cleared", namespace)

    def log(self, namespace: str) -> Sequence[LoggedRequest]:
        rows = self._execute("SELECT entry FROM log WHERE namespace = ? ORDER BY number", (namespace,))
        return [self._entry(entry) for (entry,) in rows]

    def logged(self, namespace: str) -> int:
        return self._number("logged", namespace)

    def _number(self, column: str, namespace: str) -> int:
        row = self._execute(f"SELECT {column} FROM namespaces WHERE name = ?", (namespace,)).fetchone()  # noqa: S608
        number: int = row[0]
        return number

    def _whole(self, task: bytes, payload: bytes) -> Task:
        return replace(self._task(task), payload=payload)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; two servers that do so at one moment get SQLITE_BUSY without SQLite's wait."""
    for left in reversed(range(500)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not left:
                raise
            Event().wait(BUSY_SECONDS / 500)

"""Namespaces in one SQLite file, for one host: it survives the process, also kill -9, and several servers may share it.

The results of tasks and the scenarios are in the table `contents`, each once by its digest. Write-ahead logging with
`synchronous=FULL` puts a task on the disk before its 202 is sent (P8). A relaxed step, such as one that only appends to
the log, does not wait for the disk.
"""

import hashlib
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
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.records import Counters, NamespaceRecord
from voxdouble_mock.store.sqlite_schema import SCHEMA, SCHEMA_VERSION
from voxdouble_mock.store.transactions import Transaction

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""The longest wait for another server that is writing to the same file."""
CACHED_RECORDS = 1_000
"""The records that are kept decoded."""


class SQLiteStorage:
    """See `Storage`; each step is a transaction that writes alone (`BEGIN IMMEDIATE`).

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
    """See `Transaction`. Records are cached by life and version, since most steps find an unchanged one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._encode = msgspec.msgpack.Encoder().encode
        self._record = msgspec.msgpack.Decoder(NamespaceRecord).decode
        self._scenario = msgspec.msgpack.Decoder(Scenario).decode
        self._task = msgspec.msgpack.Decoder(Task).decode
        self._entry = msgspec.msgpack.Decoder(LoggedRequest).decode
        self._records: dict[str, NamespaceRecord] = {}

    def names(self) -> Sequence[str]:
        return [name for (name,) in self._execute("SELECT name FROM namespaces")]

    def record(self, namespace: str) -> NamespaceRecord | None:
        row = self._execute("SELECT life, version FROM namespaces WHERE name = ?", (namespace,)).fetchone()
        if row is None:
            return None
        cached = self._records.get(namespace)
        if cached is not None and (cached.life, cached.version) == row:
            return cached
        if len(self._records) >= CACHED_RECORDS:
            self._records.clear()
        self._records[namespace] = self._read_record(namespace)
        return self._records[namespace]

    def _read_record(self, namespace: str) -> NamespaceRecord:
        encoded, scenario = self._execute(
            "SELECT record, content FROM namespaces LEFT JOIN contents ON digest = scenario WHERE name = ?",
            (namespace,),
        ).fetchone()
        return replace(self._record(encoded), scenario=None if scenario is None else self._scenario(scenario))

    def save(self, namespace: str, record: NamespaceRecord) -> None:
        scenario = None if record.scenario is None else self._keep(self._encode(record.scenario))
        self._execute(
            "INSERT INTO namespaces (name, life, version, record, scenario) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO "
            "UPDATE SET life = excluded.life, version = excluded.version, record = excluded.record, "
            "scenario = excluded.scenario",
            (namespace, record.life, record.version, self._encode(replace(record, scenario=None)), scenario),
        )

    def delete(self, namespace: str) -> None:
        self._execute("DELETE FROM namespaces WHERE name = ?", (namespace,))

    def counters(self, namespace: str) -> Counters:
        return dict(self._execute("SELECT name, value FROM counters WHERE namespace = ?", (namespace,)).fetchall())

    def count(self, namespace: str, name: str, by: int = 1) -> None:
        self._execute(
            "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
            (namespace, name, by),
        )

    def delete_counters(self, namespace: str, beginning: str) -> None:
        self._execute(
            "DELETE FROM counters WHERE namespace = ? AND substr(name, 1, ?) = ?",
            (namespace, len(beginning), beginning),
        )

    def last_use(self, namespace: str) -> int:
        return self._number("last_use", namespace)

    def touch(self, namespace: str, real_now: int) -> None:
        self._execute("UPDATE namespaces SET last_use = ? WHERE name = ?", (real_now, namespace))

    def add(self, namespace: str, task: Task) -> None:
        head = self._encode(replace(task, payload=b""))
        self._execute(
            "INSERT INTO tasks (namespace, task_id, expires, task, payload, size) VALUES (?, ?, ?, ?, ?, ?)",
            (namespace, task.task_id, task.timeline.expires, head, self._keep(task.payload), stored_size(task.payload)),
        )

    def _keep(self, content: bytes) -> bytes:
        """Store a content once, count one more use of it, and return its digest."""
        digest = hashlib.sha256(content).digest()
        self._execute(
            "INSERT INTO contents VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET uses = uses + 1", (digest, content)
        )
        return digest

    def task(self, namespace: str, task_id: str) -> Task | None:
        row = self._execute(
            "SELECT task, content FROM tasks JOIN contents ON digest = payload WHERE namespace = ? AND task_id = ?",
            (namespace, task_id),
        ).fetchone()
        return None if row is None else self._whole(*row)

    def tasks(self, namespace: str) -> Sequence[Task]:
        rows = self._execute(
            "SELECT task FROM tasks WHERE namespace = ? ORDER BY number",
            (namespace,),
        )
        return [self._task(head) for (head,) in rows]

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

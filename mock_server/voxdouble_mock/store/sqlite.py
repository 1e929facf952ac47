"""Namespaces in one SQLite file, for one host: it survives the process, also kill -9, and several servers may share it.

The results of tasks and the scenarios are in the table `contents`, each once by its digest. Write-ahead logging with
`synchronous=FULL` puts a task on the disk before its 202 is sent (P8). A relaxed step, such as one that only appends to
the log, does not wait for the disk.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import TypeVar

from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.store.sqlite_schema import SCHEMA, SCHEMA_VERSION
from voxdouble_mock.store.sqlite_transaction import SQLiteTransaction
from voxdouble_mock.store.transactions import Transaction

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""The longest wait for another server that is writing to the same file."""


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
        self._transaction = SQLiteTransaction(self._connection)
        self._relaxed: bool | None = None

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        with self._lock, self._errors():
            if relaxed is not self._relaxed:  # SQLite compiles this statement at each execution
                self._connection.execute(f"PRAGMA synchronous={'NORMAL' if relaxed else 'FULL'}")
                self._relaxed = relaxed
            self._connection.execute("BEGIN IMMEDIATE")
            self._transaction.begin()
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
                for statement in (*SCHEMA, f"PRAGMA user_version={SCHEMA_VERSION}"):
                    connection.execute(statement)
            elif version != SCHEMA_VERSION:
                raise ValueError(
                    f"The store sqlite:{self._path} must have schema version {SCHEMA_VERSION}, got {version}: "
                    "use the version of voxdouble that wrote it, or another file."
                )
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

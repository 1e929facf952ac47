"""Namespaces in one SQLite file, for one host: it survives the process, also kill -9, and several servers may share it.

The results of tasks and the scenarios are in the table `contents`, each once by its digest. Write-ahead logging with
`synchronous=FULL` puts a task on the disk before its 202 is sent (P8). A relaxed step does not wait for the disk. The
log entry of a request waits in another file, see `sqlite_log_files`.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Lock
from typing import TypeVar

from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.store.records import StoreState
from voxdouble_mock.store.sqlite_clock import FileClock
from voxdouble_mock.store.sqlite_log_files import LogFiles
from voxdouble_mock.store.sqlite_schema import SCHEMA, SCHEMA_VERSION
from voxdouble_mock.store.sqlite_transaction import Caches, SQLiteTransaction
from voxdouble_mock.store.transactions import Transaction, WaitingEntry

T = TypeVar("T")

OPEN_SECONDS = 5.0
"""The longest wait for other servers that open the same file."""
BUSY_SECONDS = 2.0
"""The longest wait of a step for another program that is writing to the same file."""

log = logging.getLogger("voxdouble_mock")


class SQLiteStorage:
    """See `Storage`. During a step no other process writes (`BEGIN IMMEDIATE`). Reading steps use a second connection.

    ValueError if the file is not a database of this mock, or has another version of the schema. A file that was deleted
    or replaced while it was open is opened anew. `cache` is the most bytes of tasks that are kept in memory. The steps
    read the time from `clock`.
    """

    def __init__(self, path: Path, cache: int, clock: FileClock) -> None:
        self._path = path
        self._clock = clock
        self._cache = cache
        self._lock = Lock()
        self._read_lock = Lock()
        self._relaxed: bool | None = None
        self._file: tuple[int, int] | None = None
        """Which file is open; None if it could not be opened."""
        self._failures = 0
        """The steps that found the store down so far."""
        self._down: str | None = None
        """The reason why the last step found the store down."""
        self._emptied = False
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            raise ValueError(f"The store sqlite:{path} cannot be opened: {error}.") from error

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        failures = self._failures
        with self._lock:
            if self._down is not None and failures != self._failures:
                raise Unavailable(self._down)  # another step has waited meanwhile, and found the store down
            try:
                value = self._run(step, relaxed=relaxed)
            except sqlite3.Error as error:
                raise self._failure(error) from error
            if self._down is not None:
                log.warning("The store sqlite:%s is up again.", self._path)
                self._down = None
            return value

    def _run(self, step: Callable[[Transaction], T], *, relaxed: bool) -> T:
        # Which file is at the path is a system call, which relaxed steps are spared.
        if self._file is None or (not relaxed and self._file != _identity(self._path)):
            self._open_anew()
        if relaxed is not self._relaxed:  # SQLite compiles this statement at each execution
            self._connection.execute(f"PRAGMA synchronous={'NORMAL' if relaxed else 'FULL'}")
            self._relaxed = relaxed
        self._connection.execute("BEGIN IMMEDIATE")
        self._transaction.begin()
        try:
            self._transaction.read_clock()
            value = step(self._transaction)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._transaction.end()
        return value

    def _read(self, step: Callable[[Transaction], T]) -> T:
        self._reading.begin()
        value = step(self._reading)
        if not self._reading.must_repeat:
            return value  # one statement is atomic without a transaction
        self._reading.begin()
        self._reader.execute("BEGIN")
        try:
            self._reading.read_clock()
            return step(self._reading)
        finally:
            self._reader.execute("ROLLBACK")

    def read(self, step: Callable[[Transaction], T]) -> T:
        if self._file is None:
            self.transact(lambda _: None)  # opens the file
        with self._read_lock:
            try:
                return self._read(step)
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def defer(self, entry: WaitingEntry) -> bool:
        return self._log_files.append(entry)

    def state(self) -> StoreState:
        if self._down is not None:
            return "down"
        return "emptied" if self._emptied else "up"

    def close(self) -> None:
        with self._lock, self._read_lock:
            self._close()

    def _open(self) -> None:
        """Open the file and its log files. After a failure nothing stays open, and the next step opens them again."""
        self._file = None  # a new file may have the number of the deleted one
        with ExitStack() as opened:
            connection = opened.enter_context(closing(_connect(self._path)))
            reader = opened.enter_context(closing(_connect(self._path)))
            self._clock.join(connection)
            file = _identity(self._path)
            log_files = opened.enter_context(closing(LogFiles(self._path)))
            opened.pop_all()
        self._connection, self._reader, self._log_files = connection, reader, log_files
        caches = Caches(self._cache)
        self._transaction = SQLiteTransaction(self._connection, self._log_files, caches, self._clock)
        self._reading = SQLiteTransaction(self._reader, self._log_files, caches, self._clock)
        self._relaxed = None
        self._file = file

    def _close(self) -> None:
        self._connection.close()
        self._reader.close()
        self._log_files.close()

    def _open_anew(self) -> None:
        """Open the file that is now at the path, and make it if the path is free."""
        try:
            with self._read_lock:
                self._close()
                self._open()
        except (ValueError, OSError) as error:  # another version of the schema, or the log files cannot be opened
            raise sqlite3.DatabaseError(str(error).rstrip(".")) from error
        log.error("The store sqlite:%s was deleted or replaced: what was in it is lost.", self._path)
        self._emptied = True

    def _failure(self, error: sqlite3.Error) -> StorageFull | Unavailable:
        """Return the error of a step that failed; a store that is now down is logged once."""
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            return StorageFull(f"The disk of the store is full: {self._path}.")
        self._failures += 1
        was_down, self._down = self._down, f"The store sqlite:{self._path} is down: {error}."
        if was_down is None:
            log.error(self._down)
        return Unavailable(self._down)


def _connect(path: Path) -> sqlite3.Connection:
    """Return a connection to a file, whose tables are created if it is new. Raises ValueError or sqlite3.Error."""
    connection = sqlite3.connect(
        path, timeout=OPEN_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
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
                f"The store sqlite:{path} must have schema version {SCHEMA_VERSION}, got {version}: "
                "use the version of voxdouble that wrote it, or another file."
            )
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA busy_timeout={int(1000 * BUSY_SECONDS)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file is at a path; None if the path is free."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; two servers that do so at one moment get SQLITE_BUSY without SQLite's wait."""
    for left in reversed(range(500)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not left:
                raise
            Event().wait(OPEN_SECONDS / 500)

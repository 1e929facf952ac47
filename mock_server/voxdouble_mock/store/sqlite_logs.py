"""The request logs in the SQLite file.

All are in one table in the order of their positions: a namespace's `log_id`, with the number of the entry in the lower
32 bits. SQLite appends to such a table without moving other rows. Entries come to it from `sqlite_log_files`; the table
`shared`, of one row, has the file to which entries are now appended, and the bytes of each file that are already here.
"""

import sqlite3
from collections.abc import Sequence

import msgspec

from voxdouble_mock.core.request_log import DROPPED_AT_ONCE, ENTRY_BYTES, MAX_ENTRIES, LoggedRequest
from voxdouble_mock.store.sqlite_log_files import FULL, LogFiles
from voxdouble_mock.store.transactions import WaitingEntry

TRIM_INTERVAL = 100
"""The entries of a log beyond the bounds are deleted each time that this many more were appended."""


class SQLiteLogs:
    """The methods of `Transaction` for logs."""

    def __init__(self, connection: sqlite3.Connection, files: LogFiles) -> None:
        self._execute = connection.execute
        self._execute_many = connection.executemany
        self._files = files
        self._encode = msgspec.msgpack.Encoder().encode
        self._entry = msgspec.msgpack.Decoder(LoggedRequest).decode
        self._has_taken = False

    def begin(self) -> None:
        """Forget what the last transaction did."""
        self._has_taken = False

    def end(self) -> None:
        """Note that the transaction was committed."""
        if self._has_taken:
            self._files.waiting = 0

    def waiting(self) -> Sequence[WaitingEntry]:
        before = self._execute("SELECT file, end_0, end_1 FROM shared").fetchone()
        current, *ends = before
        entries: list[WaitingEntry] = []
        for number in (1 - current, current):
            found, ends[number] = self._files.read(number, ends[number])
            entries += found
        if ends[current] >= FULL:
            current = 1 - current
            self._files.empty(current)
            ends[current] = 0
        self._has_taken = True
        if before != (current, *ends):
            self._execute("UPDATE shared SET file = ?, end_0 = ?, end_1 = ?", (current, *ends))
        return entries

    def append(self, namespace: str, entries: Sequence[tuple[LoggedRequest, float]], max_logged: int) -> None:
        first, newest = self._positions(namespace)
        last = max(newest, first + self.cleared(namespace))
        rows = [(last + 1 + index, at, self._encode(entry)) for index, (entry, at) in enumerate(entries)]
        self._execute_many("INSERT INTO log VALUES (?, ?, ?)", rows)
        number = last - first
        if (number + len(rows)) // TRIM_INTERVAL > number // TRIM_INTERVAL:
            self._trim(namespace, max_logged)

    def _trim(self, namespace: str, max_logged: int) -> None:
        """Drop the oldest entries of a log, and those of others as long as all together are too large."""
        first, newest = self._positions(namespace)
        self._execute("DELETE FROM log WHERE position > ? AND position <= ?", (first, newest - MAX_ENTRIES))
        self._count_log(namespace)
        while self._sum("log_bytes") > max_logged:
            (idlest,) = self._execute("SELECT name FROM namespaces WHERE log_bytes > 0 ORDER BY last_use").fetchone()
            self._execute(
                "DELETE FROM log WHERE position IN "
                "(SELECT position FROM log WHERE position > ? AND position < ? ORDER BY position LIMIT ?)",
                (*self._positions(idlest), DROPPED_AT_ONCE),
            )
            self._count_log(idlest)

    def _count_log(self, namespace: str) -> None:
        """Set the size of a log without its newest entry, which is never dropped, since it has the last number."""
        self._execute(
            "UPDATE namespaces SET log_bytes = (SELECT coalesce(sum(length(entry) + ?), 0) FROM log WHERE "
            "position > ? AND position < ?) WHERE name = ?",
            (ENTRY_BYTES, *self._positions(namespace), namespace),
        )

    def _positions(self, namespace: str) -> tuple[int, int]:
        """Return the position before that of entry 1 of a log, and the position of its newest entry."""
        first = self._number("log_id", namespace) << 32
        row = self._execute(
            "SELECT coalesce(max(position), ?) FROM log WHERE position > ? AND position < ?",
            (first, first, first + (1 << 32)),
        ).fetchone()
        newest: int = row[0]
        return first, newest

    def clear_log(self, namespace: str) -> None:
        self._execute(
            "UPDATE namespaces SET cleared = ?, log_bytes = 0 WHERE name = ?", (self.logged(namespace), namespace)
        )
        self._execute("DELETE FROM log WHERE position > ? AND position <= ?", self._positions(namespace))

    def cleared(self, namespace: str) -> int:
        return self._number("cleared", namespace)

    def log(self, namespace: str) -> Sequence[LoggedRequest]:
        first, newest = self._positions(namespace)
        rows = self._execute(
            "SELECT entry, position, at FROM log WHERE position > ? AND position <= ? ORDER BY position",
            (max(first, newest - MAX_ENTRIES), newest),
        )
        return [self._entry(entry).numbered(position - first, at) for entry, position, at in rows]

    def logged(self, namespace: str) -> int:
        first, newest = self._positions(namespace)
        return max(self.cleared(namespace), newest - first)

    def _number(self, column: str, namespace: str) -> int:
        row = self._execute(f"SELECT {column} FROM namespaces WHERE name = ?", (namespace,)).fetchone()  # noqa: S608
        number: int = row[0]
        return number

    def _sum(self, column: str) -> int:
        total: int = self._execute(f"SELECT coalesce(sum({column}), 0) FROM namespaces").fetchone()[0]  # noqa: S608
        return total

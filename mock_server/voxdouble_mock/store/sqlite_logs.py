"""The request logs in the SQLite file.

All are in one table in the order of their positions: a namespace's `log_id`, with the number of the entry in the lower
32 bits. SQLite appends to such a table without moving other rows.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence

import msgspec

from voxdouble_mock.core.request_log import DROPPED_AT_ONCE, ENTRY_BYTES, MAX_ENTRIES, LoggedRequest
from voxdouble_mock.store.record_cache import MAX_RECORDS
from voxdouble_mock.store.records import NamespaceRecord

TRIM_INTERVAL = 100
"""The log of a namespace is counted after this many more entries, and the entries beyond the bounds are deleted."""


class SQLiteLogs:
    """See `Transaction`, of which this is the part for logs."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._encode = msgspec.msgpack.Encoder().encode
        self._entry = msgspec.msgpack.Decoder(LoggedRequest).decode
        self._appended: Counter[str] = Counter()
        """The entries that this process has appended to the log of each namespace."""
        self.untrimmed: tuple[str, int] | None = None
        """A namespace whose log is to be counted, and the bound of all logs."""

    def append(self, namespace: str, record: NamespaceRecord, entry: LoggedRequest, at: float, max_logged: int) -> bool:
        appended = self._execute(
            "INSERT INTO log SELECT 1 + max((log_id << 32) + cleared, coalesce((SELECT max(position) FROM log WHERE "
            "position > log_id << 32 AND position < (log_id + 1) << 32), 0)), ?, ? "
            "FROM namespaces WHERE name = ? AND life = ? AND version = ?",
            (at, self._encode(entry), namespace, record.life, record.version),
        ).rowcount
        if not appended:
            return False
        if len(self._appended) > MAX_RECORDS:
            self._appended.clear()
        self._appended[namespace] += 1
        if self._appended[namespace] == 1 or self._appended[namespace] % TRIM_INTERVAL == 0:
            self.untrimmed = namespace, max_logged
        return True

    def trim_log(self) -> None:
        """Drop the oldest entries of the log `untrimmed`, and those of others as long as all together are too large."""
        if self.untrimmed is None:
            return
        (namespace, max_logged), self.untrimmed = self.untrimmed, None
        if not self._execute("SELECT 1 FROM namespaces WHERE name = ?", (namespace,)).fetchone():
            return  # another server has deleted it
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

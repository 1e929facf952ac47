"""The reads and writes of one transaction of the SQLite store."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from voxdouble_mock.core.request_log import DROPPED_AT_ONCE, ENTRY_BYTES, MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.record_cache import MAX_RECORDS, CachedRecords, SharedScenarios
from voxdouble_mock.store.records import Counters, NamespaceRecord
from voxdouble_mock.store.task_cache import TaskCache

TRIM_INTERVAL = 100
"""The log of a namespace is counted after this many more entries, and the entries beyond the bounds are deleted."""


class SQLiteTransaction:
    """See `Transaction`. Records are cached by life and version, since most steps find an unchanged one.

    `tasks` keeps the tasks that were read; a stored task never changes.
    """

    def __init__(self, connection: sqlite3.Connection, tasks: TaskCache) -> None:
        self._tasks = tasks
        self._execute = connection.execute
        self._encode = msgspec.msgpack.Encoder().encode
        self._record = msgspec.msgpack.Decoder(NamespaceRecord).decode
        self._decode_scenario = msgspec.msgpack.Decoder(Scenario).decode
        self._decode_task = msgspec.msgpack.Decoder(Task).decode
        self._entry = msgspec.msgpack.Decoder(LoggedRequest).decode
        self._records = CachedRecords[NamespaceRecord]()
        self._scenarios = SharedScenarios()
        self._appended: Counter[str] = Counter()
        """The entries that this process has appended to the log of each namespace."""
        self._added: list[tuple[str, Task]] = []
        """The tasks that were added in this transaction, with the names of their namespaces."""
        self._last_uses: dict[str, int] = {}
        """The last uses that were read in this transaction."""

    def begin(self) -> None:
        """Forget what another process may have changed since the last transaction."""
        self._last_uses.clear()
        self._added.clear()

    def end(self) -> None:
        """Keep the tasks that were added, since they will be polled."""
        for namespace, task in self._added:
            record = self._records.get(namespace)
            if record is not None:
                self._tasks.keep(namespace, record.life, task)

    def names(self) -> Sequence[str]:
        return [name for (name,) in self._execute("SELECT name FROM namespaces")]

    def record(self, namespace: str) -> NamespaceRecord | None:
        row = self._execute("SELECT life, version, last_use FROM namespaces WHERE name = ?", (namespace,)).fetchone()
        if row is None:
            return None
        life, version, self._last_uses[namespace] = row
        cached = self._records.get(namespace)
        is_cached = cached is not None and (cached.life, cached.version) == (life, version)
        return cached if is_cached else self._read_record(namespace)

    def _read_record(self, namespace: str) -> NamespaceRecord:
        encoded, digest, size = self._execute(
            "SELECT record, scenario, record_size FROM namespaces WHERE name = ?", (namespace,)
        ).fetchone()
        record: NamespaceRecord = replace(self._record(encoded), scenario=digest and self._scenario(digest))
        self._records.keep(namespace, record, size)
        return record

    def _scenario(self, digest: bytes) -> Scenario:
        def decode() -> Scenario:
            [(content,)] = self._execute("SELECT content FROM contents WHERE digest = ?", (digest,)).fetchall()
            return self._decode_scenario(content)

        return self._scenarios.get(digest, decode)

    def save(self, namespace: str, record: NamespaceRecord, size: int = 0) -> None:
        scenario = None if record.scenario is None else self._keep(self._encode(record.scenario))
        self._execute(
            "INSERT INTO namespaces (name, life, version, record, scenario, record_size) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET life = excluded.life, version = excluded.version, record = excluded.record, "
            "scenario = excluded.scenario, record_size = excluded.record_size",
            (namespace, record.life, record.version, self._encode(replace(record, scenario=None)), scenario, size),
        )

    def record_size(self, namespace: str) -> int:
        return self._number("record_size", namespace)

    def record_sizes(self) -> int:
        return self._sum("record_size")

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
        found = self._last_uses.get(namespace)
        return self._number("last_use", namespace) if found is None else found

    def touch(self, namespace: str, real_now: int) -> None:
        self._last_uses[namespace] = real_now
        self._execute("UPDATE namespaces SET last_use = ? WHERE name = ?", (real_now, namespace))

    def add(self, namespace: str, task: Task) -> None:
        head = self._encode(replace(task, payload=b""))
        self._execute(
            "INSERT INTO tasks (namespace, task_id, expires, task, payload, size) VALUES (?, ?, ?, ?, ?, ?)",
            (namespace, task.task_id, task.timeline.expires, head, self._keep(task.payload), stored_size(task.payload)),
        )
        self._added.append((namespace, task))

    def _keep(self, content: bytes) -> bytes:
        """Store a content if it is not there, and return its digest."""
        digest = hashlib.sha256(content).digest()
        if self._execute("SELECT 1 FROM contents WHERE digest = ?", (digest,)).fetchone() is None:
            self._execute("INSERT INTO contents VALUES (?, ?)", (digest, content))
        return digest

    def task(self, namespace: str, task_id: str) -> Task | None:
        row = self._execute(
            "SELECT life, task, payload FROM tasks JOIN namespaces ON name = namespace "
            "WHERE namespace = ? AND task_id = ?",
            (namespace, task_id),
        ).fetchone()
        if row is None:
            return None
        life, head, digest = row
        cached = self._tasks.get(namespace, task_id)
        if cached is not None and cached[0] == life:
            return cached[1]
        [(payload,)] = self._execute("SELECT content FROM contents WHERE digest = ?", (digest,)).fetchall()
        task = replace(self._decode_task(head), payload=payload)
        self._tasks.keep(namespace, life, task)
        return task

    def tasks(self, namespace: str) -> Sequence[Task]:
        rows = self._execute(
            "SELECT task FROM tasks WHERE namespace = ? ORDER BY number",
            (namespace,),
        )
        return [self._decode_task(head) for (head,) in rows]

    def task_count(self, namespace: str) -> int:
        return self._number("tasks", namespace)

    def delete_expired(self, namespace: str, now: int) -> None:
        self._execute("DELETE FROM tasks WHERE namespace = ? AND expires <= ?", (namespace, now))

    def payload_bytes(self) -> int:
        return self._sum("payload_bytes")

    def append(self, namespace: str, record: NamespaceRecord, entry: LoggedRequest, at: float, max_logged: int) -> bool:
        appended = self._execute(
            "INSERT INTO log SELECT name, 1 + max(cleared, coalesce((SELECT max(number) FROM log WHERE "
            "namespace = name), 0)), ?, ? FROM namespaces WHERE name = ? AND life = ? AND version = ?",
            (at, self._encode(entry), namespace, record.life, record.version),
        ).rowcount
        if not appended:
            return False
        if len(self._appended) > MAX_RECORDS:
            self._appended.clear()
        self._appended[namespace] += 1
        if self._appended[namespace] == 1 or self._appended[namespace] % TRIM_INTERVAL == 0:
            self._bound_logs(namespace, max_logged)
        return True

    def _bound_logs(self, namespace: str, max_logged: int) -> None:
        """Drop the oldest entries of a log, and those of others as long as all logs together are too large."""
        oldest = self.logged(namespace) - MAX_ENTRIES
        self._execute("DELETE FROM log WHERE namespace = ? AND number <= ?", (namespace, oldest))
        self._count_log(namespace)
        while self._sum("log_bytes") > max_logged:
            row = self._execute("SELECT name FROM namespaces WHERE log_bytes > 0 ORDER BY last_use").fetchone()
            if row is None:  # another server drops entries at this moment
                return
            (idlest,) = row
            self._execute(
                "DELETE FROM log WHERE namespace = ? AND number IN (SELECT number FROM log WHERE namespace = ? "
                "AND number < (SELECT max(number) FROM log WHERE namespace = ?) ORDER BY number LIMIT ?)",
                (idlest, idlest, idlest, DROPPED_AT_ONCE),
            )
            self._count_log(idlest)

    def _count_log(self, namespace: str) -> None:
        """Set the size of a log without its newest entry, which is never dropped, since it has the last number."""
        self._execute(
            "UPDATE namespaces SET log_bytes = (SELECT coalesce(sum(length(entry) + ?), 0) FROM log WHERE "
            "namespace = name AND number < (SELECT max(number) FROM log WHERE namespace = name)) WHERE name = ?",
            (ENTRY_BYTES, namespace),
        )

    def clear_log(self, namespace: str) -> None:
        self._execute(
            "UPDATE namespaces SET cleared = ?, log_bytes = 0 WHERE name = ?", (self.logged(namespace), namespace)
        )
        self._execute("DELETE FROM log WHERE namespace = ?", (namespace,))

    def cleared(self, namespace: str) -> int:
        return self._number("cleared", namespace)

    def log(self, namespace: str) -> Sequence[LoggedRequest]:
        rows = self._execute(
            "SELECT entry, number, at FROM log WHERE namespace = ? ORDER BY number DESC LIMIT ?",
            (namespace, MAX_ENTRIES),
        ).fetchall()
        return [self._entry(entry).numbered(number, at) for entry, number, at in reversed(rows)]

    def logged(self, namespace: str) -> int:
        newest: int = self._execute(
            "SELECT coalesce(max(number), 0) FROM log WHERE namespace = ?", (namespace,)
        ).fetchone()[0]
        return max(self.cleared(namespace), newest)

    def _number(self, column: str, namespace: str) -> int:
        row = self._execute(f"SELECT {column} FROM namespaces WHERE name = ?", (namespace,)).fetchone()  # noqa: S608
        number: int = row[0]
        return number

    def _sum(self, column: str) -> int:
        total: int = self._execute(f"SELECT coalesce(sum({column}), 0) FROM namespaces").fetchone()[0]  # noqa: S608
        return total

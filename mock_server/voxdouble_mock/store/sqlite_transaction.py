"""The reads and writes of one transaction of the SQLite store."""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.record_cache import CachedRecords, SharedScenarios
from voxdouble_mock.store.records import Counters, NamespaceRecord
from voxdouble_mock.store.sqlite_clock import FileClock
from voxdouble_mock.store.sqlite_log_files import LogFiles
from voxdouble_mock.store.sqlite_logs import SQLiteLogs
from voxdouble_mock.store.task_cache import TaskCache


class Caches:
    """The records, scenarios and tasks that the connections of a process have read.

    Records are cached by life and version; tasks never change.

    `capacity` is the most bytes of tasks.
    """

    def __init__(self, capacity: int) -> None:
        self.records = CachedRecords[NamespaceRecord]()
        self.scenarios = SharedScenarios()
        self.tasks = TaskCache(capacity)


class SQLiteTransaction(SQLiteLogs):
    """See `Transaction`."""

    def __init__(self, connection: sqlite3.Connection, files: LogFiles, caches: Caches, clock: FileClock) -> None:
        super().__init__(connection, files)
        self._clock = clock
        self._records, self._scenarios, self._tasks = caches.records, caches.scenarios, caches.tasks
        self._record = msgspec.msgpack.Decoder(NamespaceRecord).decode
        self._decode_scenario = msgspec.msgpack.Decoder(Scenario).decode
        self._decode_task = msgspec.msgpack.Decoder(Task).decode
        self._added: list[tuple[str, Task]] = []
        """The tasks that were added in this transaction, with the names of their namespaces."""
        self._lives: dict[str, str] = {}
        """The lives that were read or saved in this transaction."""
        self._last_uses: dict[str, int] = {}
        """The last uses that were read in this transaction."""
        self.must_repeat = False
        """Whether a step that only reads must be repeated in a transaction.

        It has read with more than one statement, or another server has raised the offset of the clock since it began.
        """

    def begin(self) -> None:
        """Forget what another process may have changed since the last transaction."""
        super().begin()
        self.must_repeat = False
        self._lives.clear()
        self._last_uses.clear()
        self._added.clear()

    def read_clock(self) -> None:
        """Read the offset of the clock, before the step reads the time."""
        self._clock.follow(self._execute("SELECT clock_offset FROM shared").fetchone()[0])

    def end(self) -> None:
        """Keep the tasks that were added, since they will be polled."""
        super().end()
        for namespace, task in self._added:
            self._tasks.keep(namespace, self._lives[namespace], task)

    def names(self) -> Sequence[str]:
        return [name for (name,) in self._execute("SELECT name FROM namespaces")]

    def record(self, namespace: str) -> NamespaceRecord | None:
        row = self._execute(
            "SELECT life, version, last_use, file, clock_offset FROM namespaces, shared WHERE name = ?", (namespace,)
        ).fetchone()
        if row is None:
            return None
        life, version, self._last_uses[namespace], self._files.current, offset = row
        if self._clock.follow(offset):
            self.must_repeat = True
        self._lives[namespace] = life
        cached = self._records.get(namespace)
        is_cached = cached is not None and (cached.life, cached.version) == (life, version)
        return cached if is_cached else self._read_record(namespace)

    def _read_record(self, namespace: str) -> NamespaceRecord:
        self.must_repeat = True
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
        self._lives[namespace] = record.life
        scenario = None if record.scenario is None else self._keep(self._encode(record.scenario))
        self._execute(
            "INSERT INTO namespaces (name, life, version, record, scenario, record_size, log_id) "
            "VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(log_id), 0) + 1 FROM namespaces)) "
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
        life = self._lives[namespace]
        cached = self._tasks.get(namespace, task_id)
        if cached is not None and cached[0] == life:
            return cached[1]  # if it is no longer in the file, it has expired, as its timeline shows
        self.must_repeat = True
        row = self._execute(
            "SELECT task, content FROM tasks JOIN contents ON digest = payload WHERE namespace = ? AND task_id = ?",
            (namespace, task_id),
        ).fetchone()
        if row is None:
            return None
        head, payload = row
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

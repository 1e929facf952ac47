"""Namespaces in the memory of this process; they end with the process."""

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import msgspec

from voxdouble_mock.core.request_log import DROPPED_AT_ONCE, ENTRY_BYTES, MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.records import Counters, NamespaceRecord, StoreState
from voxdouble_mock.store.transactions import Transaction, WaitingEntry

T = TypeVar("T")


class MemoryStorage:
    """See `Storage`; a lock makes each step atomic."""

    def __init__(self) -> None:
        self._transaction = _MemoryTransaction()  # one for all steps: it holds the namespaces
        self._lock = Lock()

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        with self._lock:
            return step(self._transaction)

    def read(self, step: Callable[[Transaction], T]) -> T:
        return self.transact(step)

    def defer(self, entry: WaitingEntry) -> bool:
        self._transaction.deferred.append(entry)
        return True

    def state(self) -> StoreState:
        return "up"

    def close(self) -> None:
        pass


@dataclass(slots=True)
class _Namespace:
    record: NamespaceRecord
    counters: dict[str, int] = field(default_factory=dict)
    last_use: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)
    expiries: list[tuple[int, str]] = field(default_factory=list)
    """A heap of expiry instants and task ids."""
    record_size: int = 0
    log: deque[bytes] = field(default_factory=deque)
    """The encoded entries, which take a third of the memory of decoded ones, and whose size is known."""
    logged: int = 0
    cleared: int = 0


class _MemoryTransaction:
    """See `Transaction`."""

    def __init__(self) -> None:
        self._namespaces: dict[str, _Namespace] = {}
        self._payload_bytes = self._log_bytes = self._record_sizes = 0
        self.deferred: deque[WaitingEntry] = deque()
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(LoggedRequest).decode

    def names(self) -> Sequence[str]:
        return list(self._namespaces)

    def record(self, namespace: str) -> NamespaceRecord | None:
        found = self._namespaces.get(namespace)
        return None if found is None else found.record

    def save(self, namespace: str, record: NamespaceRecord, size: int = 0) -> None:
        found = self._namespaces.setdefault(namespace, _Namespace(record))
        self._record_sizes += size - found.record_size
        found.record, found.record_size = record, size

    def record_size(self, namespace: str) -> int:
        return self._namespaces[namespace].record_size

    def record_sizes(self) -> int:
        return self._record_sizes

    def delete(self, namespace: str) -> None:
        deleted = self._namespaces.pop(namespace)
        self._record_sizes -= deleted.record_size
        self._log_bytes -= sum(map(_entry_size, deleted.log))
        self._payload_bytes -= sum(stored_size(task.payload) for task in deleted.tasks.values())

    def counters(self, namespace: str) -> Counters:
        return dict(self._namespaces[namespace].counters)

    def count(self, namespace: str, name: str, by: int = 1) -> None:
        counters = self._namespaces[namespace].counters
        counters[name] = counters.get(name, 0) + by

    def delete_counters(self, namespace: str, beginning: str) -> None:
        counters = self._namespaces[namespace].counters
        for name in [name for name in counters if name.startswith(beginning)]:
            del counters[name]

    def last_use(self, namespace: str) -> int:
        return self._namespaces[namespace].last_use

    def touch(self, namespace: str, real_now: int) -> None:
        self._namespaces[namespace].last_use = real_now

    def add(self, namespace: str, task: Task) -> None:
        found = self._namespaces[namespace]
        found.tasks[task.task_id] = task
        heapq.heappush(found.expiries, (task.timeline.expires, task.task_id))
        self._payload_bytes += stored_size(task.payload)

    def task(self, namespace: str, task_id: str) -> Task | None:
        return self._namespaces[namespace].tasks.get(task_id)

    def tasks(self, namespace: str) -> Sequence[Task]:
        return list(self._namespaces[namespace].tasks.values())

    def task_count(self, namespace: str) -> int:
        return len(self._namespaces[namespace].tasks)

    def delete_expired(self, namespace: str, now: int) -> None:
        found = self._namespaces[namespace]
        while found.expiries and found.expiries[0][0] <= now:
            _, task_id = heapq.heappop(found.expiries)
            self._payload_bytes -= stored_size(found.tasks.pop(task_id).payload)

    def payload_bytes(self) -> int:
        return self._payload_bytes

    def waiting(self) -> Sequence[WaitingEntry]:
        return [self.deferred.popleft() for _ in range(len(self.deferred))]

    def append(self, namespace: str, entries: Sequence[tuple[LoggedRequest, float]], max_logged: int) -> None:
        found = self._namespaces[namespace]
        for entry, at in entries:
            found.logged += 1
            encoded = self._encode(entry.numbered(found.logged, at))
            found.log.append(encoded)
            self._log_bytes += _entry_size(encoded)
        if len(found.log) > MAX_ENTRIES:
            self._drop_entries(found, len(found.log) - MAX_ENTRIES)
        while self._log_bytes > max_logged:
            longer = [one for one in self._namespaces.values() if len(one.log) > 1]
            if not longer:
                break
            self._drop_entries(min(longer, key=lambda one: one.last_use), DROPPED_AT_ONCE)

    def _drop_entries(self, found: _Namespace, most: int) -> None:
        for _ in range(min(most, len(found.log) - 1)):
            self._log_bytes -= _entry_size(found.log.popleft())

    def clear_log(self, namespace: str) -> None:
        found = self._namespaces[namespace]
        self._log_bytes -= sum(map(_entry_size, found.log))
        found.log.clear()
        found.cleared = found.logged

    def cleared(self, namespace: str) -> int:
        return self._namespaces[namespace].cleared

    def log(self, namespace: str) -> Sequence[LoggedRequest]:
        return list(map(self._decode, self._namespaces[namespace].log))

    def logged(self, namespace: str) -> int:
        return self._namespaces[namespace].logged


def _entry_size(encoded: bytes) -> int:
    return ENTRY_BYTES + len(encoded)

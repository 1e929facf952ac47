"""The records and tasks of the Redis store that this process has read. Safe for several threads."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task
from voxdouble_mock.store import redis_values as values
from voxdouble_mock.store.record_cache import CachedRecords, SharedScenarios
from voxdouble_mock.store.records import NamespaceRecord

TASK_BYTES = 1_000
"""An estimate of the memory of a task beside its payload."""


@dataclass(frozen=True, slots=True)
class Known:
    """A record that this process has, None before it has read any, and a scenario that it has by its digest."""

    record: NamespaceRecord | None
    scenario: Scenario | None
    digest: str

    @property
    def fields(self) -> dict[str, object]:
        """Return the arguments by which the script leaves out of its reply a record and a scenario that are known."""
        record = self.record
        return {"life": record and record.life, "version": record and record.version, "scenario": self.digest}


class RecordCache:
    """The latest record of each namespace. `initial` has the scenario with which new namespaces start."""

    def __init__(self, initial: Known) -> None:
        self._initial = initial
        self._known = CachedRecords[Known]()
        self._scenarios = SharedScenarios()
        if initial.scenario is not None:
            self._scenarios.share(initial.digest, initial.scenario)

    def get(self, namespace: str) -> Known:
        """Return the record of a namespace as it was last read, or `initial` if it was not."""
        return self._known.get(namespace) or self._initial

    def read(self, namespace: str, known: Known, reply: values.Reply, content: bytes) -> NamespaceRecord:
        """Return the record that a reply to a step with `known` describes, and keep it."""
        if reply.record is None:
            assert known.record is not None
            return known.record
        scenario = known.scenario if reply.scenario else None
        if content:
            scenario = self._scenarios.get(reply.scenario, lambda: values.read_scenario(content))
        record = values.read_record(reply.record, scenario, reply)
        self._known.keep(namespace, Known(record, scenario, reply.scenario), reply.size)
        return record


class TaskCache:
    """Tasks by namespace and id, with the life of the namespace; the least recently used ones leave first.

    `capacity` is the most bytes of all tasks; 0 keeps nothing.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._tasks: OrderedDict[tuple[str, str], tuple[str, Task]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, namespace: str, task_id: str) -> tuple[str, Task] | None:
        """Return a task with the life of its namespace."""
        with self._lock:
            found = self._tasks.get((namespace, task_id))
            if found is not None:
                self._tasks.move_to_end((namespace, task_id))
            return found

    def keep(self, namespace: str, life: str, task: Task) -> None:
        """Keep a task that was read or stored."""
        key, size = (namespace, task.task_id), _size(task)
        if size > self._capacity:
            return
        with self._lock:
            replaced = self._tasks.pop(key, None)
            self._bytes += size - (0 if replaced is None else _size(replaced[1]))
            self._tasks[key] = (life, task)
            while self._bytes > self._capacity:
                _, (_, oldest) = self._tasks.popitem(last=False)
                self._bytes -= _size(oldest)


def _size(task: Task) -> int:
    return TASK_BYTES + len(task.payload)

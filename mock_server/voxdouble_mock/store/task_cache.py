"""The tasks that this process has read from a file or a server; all polls share one copy. Safe for several threads."""

from collections import OrderedDict
from threading import Lock

from voxdouble_mock.core.task import Task

CACHED_TASK_BYTES = 1_000
"""An estimate of the memory of a task without its payload."""


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
    return CACHED_TASK_BYTES + len(task.payload)

"""Namespaces in the memory of this process: nothing outlives it."""

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from voxdouble_mock.core.clock import Mode, read
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_BYTES, MAX_ENTRIES, LoggedRequest, weight
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.protocol import DEFAULT_NAMESPACE, Change, Entry, NamespaceRecord, Submission


@dataclass(slots=True)
class _Namespace:
    record: NamespaceRecord
    touched: int
    tasks: dict[str, Task] = field(default_factory=dict)
    expiries: list[tuple[int, str]] = field(default_factory=list)
    """A heap, soonest first."""
    log: deque[LoggedRequest] = field(default_factory=deque)
    logged: int = 0
    log_bytes: int = 0


class MemoryStore:
    """See `Store`; `fresh` makes a new namespace's record at a real instant."""

    def __init__(self, fresh: Callable[[int], NamespaceRecord], limits: Limits) -> None:
        self._fresh = fresh
        self._limits = limits
        self._namespaces: dict[str, _Namespace] = {}
        self._stored = 0
        self._lock = Lock()

    def record(self, namespace: str, real_now: int) -> NamespaceRecord:
        with self._lock:
            return self._live(namespace, real_now).record

    def peek(self, namespace: str, real_now: int) -> NamespaceRecord:
        with self._lock:
            known = self._known(namespace, real_now)
            return self._fresh(real_now) if known is None else known.record

    def update(self, namespace: str, change: Change, real_now: int) -> NamespaceRecord:
        with self._lock:
            live = self._live(namespace, real_now)
            live.record = change(live.record)
            return live.record

    def submit(self, namespace: str, build: Submission, real_now: int) -> Task | None:
        with self._lock:
            live = self._live(namespace, real_now)
            self._drop_expired(live, real_now)
            record, task = build(live.record)
            if task is not None:
                self._make_room(namespace, task, real_now)
                live.tasks[task.task_id] = task
                heapq.heappush(live.expiries, (task.timeline.expires, task.task_id))
                self._stored += len(task.outcome)
            live.record = record
            return task

    def find(self, namespace: str, task_id: str, real_now: int) -> tuple[Task, NamespaceRecord] | None:
        with self._lock:
            known = self._known(namespace, real_now)
            if known is None or task_id not in known.tasks:
                return None
            known.touched = real_now
            return known.tasks[task_id], known.record

    def tasks(self, namespace: str, real_now: int) -> tuple[Sequence[Task], NamespaceRecord]:
        with self._lock:
            known = self._known(namespace, real_now)
            return ([], self._fresh(real_now)) if known is None else (list(known.tasks.values()), known.record)

    def log(self, namespace: str, entry: Entry, real_now: int) -> None:
        with self._lock:
            live = self._known(namespace, real_now)
            if live is None:
                return
            live.logged += 1
            live.log.append(entry(live.logged))
            live.log_bytes += weight(live.log[-1])
            while len(live.log) > MAX_ENTRIES or live.log_bytes > MAX_BYTES:
                live.log_bytes -= weight(live.log.popleft())

    def requests(self, namespace: str, real_now: int) -> tuple[Sequence[LoggedRequest], int]:
        with self._lock:
            known = self._known(namespace, real_now)
            return ([], 0) if known is None else (list(known.log), known.logged)

    def reset(self, namespace: str, real_now: int) -> None:
        with self._lock:
            self._forget(namespace)

    def close(self) -> None:
        pass

    def _known(self, name: str, real_now: int) -> _Namespace | None:
        """Find a namespace that lives; one that has lain idle for too long is forgotten instead."""
        if name == DEFAULT_NAMESPACE and name not in self._namespaces:
            self._namespaces[name] = _Namespace(self._fresh(real_now), real_now)
        known = self._namespaces.get(name)
        if known is not None and self._is_idle(name, known, real_now):
            self._forget(name)
            return None
        return known

    def _live(self, name: str, real_now: int) -> _Namespace:
        """Find a namespace or bring it to life, forgetting idle ones where that makes the room."""
        known = self._known(name, real_now)
        if known is None:
            if len(self._namespaces) >= self._limits.max_namespaces:
                self._forget_idle(real_now)
            if len(self._namespaces) >= self._limits.max_namespaces and name != DEFAULT_NAMESPACE:
                raise Unavailable(_bound("namespaces", self._limits.max_namespaces))
            known = self._namespaces[name] = _Namespace(self._fresh(real_now), real_now)
        known.touched = real_now
        return known

    def _make_room(self, namespace: str, task: Task, real_now: int) -> None:
        """Refuse a task that would break a bound; only what has expired or lies idle goes."""
        if len(self._namespaces[namespace].tasks) >= self._limits.max_tasks:
            raise Unavailable(_bound("live tasks", self._limits.max_tasks))
        if self._stored + len(task.outcome) > self._limits.max_stored:
            for other in self._namespaces.values():
                self._drop_expired(other, real_now)
            self._forget_idle(real_now)
        if self._stored + len(task.outcome) > self._limits.max_stored:
            raise Unavailable(_bound("bytes of results", self._limits.max_stored))

    def _drop_expired(self, live: _Namespace, real_now: int) -> None:
        now = read(live.record.clock, real_now)
        while live.expiries and live.expiries[0][0] <= now:
            _, task_id = heapq.heappop(live.expiries)
            self._stored -= len(live.tasks.pop(task_id).outcome)

    def _forget_idle(self, real_now: int) -> None:
        for name, live in list(self._namespaces.items()):
            if self._is_idle(name, live, real_now):
                self._forget(name)

    def _is_idle(self, name: str, live: _Namespace, real_now: int) -> bool:
        """Tell whether nothing has touched a namespace for the idle time, and no task in it has its lifetime yet.

        A manual clock stands still while nobody touches it, so there the idle time alone decides.
        """
        if name == DEFAULT_NAMESPACE or live.touched > real_now - self._limits.namespace_idle * 1000:
            return False
        self._drop_expired(live, real_now)
        return not live.tasks or live.record.clock.pace.mode is Mode.MANUAL

    def _forget(self, name: str) -> None:
        forgotten = self._namespaces.pop(name, None)
        if forgotten is not None:
            self._stored -= sum(len(task.outcome) for task in forgotten.tasks.values())


def _bound(what: str, bound: int) -> str:
    return (
        f"This mock holds at most {bound} {what}, and nothing that lives is thrown away: reset it, or try again later."
    )

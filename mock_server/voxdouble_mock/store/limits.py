"""The policy above every store: namespaces are created on use, bounded in number and size, and deleted when idle (P7).

A namespace is idle if it was not used for `namespace_idle` seconds of real time and has no live task. A manual clock
stands still while it is not used, so there the idle time alone counts. The default namespace is never idle. If a bound
is reached, expired tasks and idle namespaces are deleted; live ones never are (C28).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from voxdouble_mock.core.clock import Mode, read, to_milliseconds
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.protocol import DEFAULT_NAMESPACE, NamespaceRecord, Store, Transaction

T = TypeVar("T")
TOUCH_INTERVAL_MS = 1000
"""The accuracy of the last use of a namespace: most polls write nothing."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """The result of a change: the new record, the value to return, and optionally a new task."""

    record: NamespaceRecord
    value: T
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class NamespaceSummary:
    """The name of a namespace with its numbers of live tasks and logged requests, and its idle time in real ms."""

    name: str
    tasks: int
    requests: int
    idle_ms: int


class LimitedStore:
    """A store within its bounds. Each call is atomic; `real_now` is the real time in milliseconds.

    Unless a method says otherwise, it does not create a namespace: for one that does not exist it returns what a new
    one would hold. `new_record` makes the record of a new namespace from the real time.
    """

    def __init__(self, store: Store, new_record: Callable[[int], NamespaceRecord], limits: Limits) -> None:
        self._store = store
        self._new_record = new_record
        self._limits = limits
        self._idle_ms = to_milliseconds(limits.namespace_idle)

    def record(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace; creates the namespace. Raises Unavailable."""
        return self._store.transact(lambda transaction: self._use(transaction, namespace, real_now), relaxed=True)

    def peek(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace."""
        return self._store.transact(
            lambda transaction: self._existing(transaction, namespace, real_now) or self._new_record(real_now),
            relaxed=True,
        )

    def transact(self, namespace: str, change: Callable[[NamespaceRecord], Change[T]], real_now: int) -> T:
        """Return the value of `change`, after storing its record and its task; creates the namespace.

        `change` may be called again. Raises Unavailable if there is no room for the namespace or the task.
        """

        def step(transaction: Transaction) -> T:
            changed = change(self._use(transaction, namespace, real_now))
            if changed.task is not None:
                self._make_room(transaction, namespace, changed.task, real_now)
                transaction.add(namespace, changed.task)
            transaction.save(namespace, changed.record)
            return changed.value

        return self._store.transact(step)

    def find(self, namespace: str, task_id: str, real_now: int) -> tuple[Task, NamespaceRecord] | None:
        """Return a task, expired or not, with the record of its namespace; None if it does not exist."""

        def step(transaction: Transaction) -> tuple[Task, NamespaceRecord] | None:
            record = self._existing(transaction, namespace, real_now)
            task = None if record is None else transaction.task(namespace, task_id)
            if record is None or task is None:
                return None
            self._touch(transaction, namespace, real_now)
            return task, record

        return self._store.transact(step, relaxed=True)

    def tasks(self, namespace: str, real_now: int) -> tuple[Sequence[Task], NamespaceRecord]:
        """Return the tasks in the order of submission, some perhaps expired, with the record of the namespace."""

        def step(transaction: Transaction) -> tuple[Sequence[Task], NamespaceRecord]:
            record = self._existing(transaction, namespace, real_now)
            return ([], self._new_record(real_now)) if record is None else (transaction.tasks(namespace), record)

        return self._store.transact(step, relaxed=True)

    def log(self, namespace: str, entry: Callable[[int], LoggedRequest], real_now: int) -> None:
        """Append to the log of an existing namespace what `entry` returns for its number; the oldest entries go."""

        def step(transaction: Transaction) -> None:
            if self._existing(transaction, namespace, real_now) is not None:
                transaction.append(namespace, entry(transaction.logged(namespace) + 1))
                transaction.trim_log(namespace, MAX_ENTRIES)

        self._store.transact(step, relaxed=True)

    def requests(self, namespace: str, real_now: int) -> tuple[Sequence[LoggedRequest], int]:
        """Return the kept log entries, oldest first, and the number of all since the log was last cleared."""

        def step(transaction: Transaction) -> tuple[Sequence[LoggedRequest], int]:
            if self._existing(transaction, namespace, real_now) is None:
                return [], 0
            total = transaction.logged(namespace) - transaction.cleared(namespace)
            return transaction.log(namespace), total

        return self._store.transact(step)

    def clear_log(self, namespace: str, real_now: int) -> None:
        """Delete the log entries of an existing namespace; the numbers of later ones continue."""

        def step(transaction: Transaction) -> None:
            if self._existing(transaction, namespace, real_now) is not None:
                transaction.clear_log(namespace)

        self._store.transact(step)

    def namespaces(self, real_now: int) -> list[NamespaceSummary]:
        """Return a summary of each existing namespace, in the order of their names."""

        def step(transaction: Transaction) -> list[NamespaceSummary]:
            self._existing(transaction, DEFAULT_NAMESPACE, real_now)
            existing = [name for name in sorted(transaction.names()) if self._existing(transaction, name, real_now)]
            return [self._summary(transaction, name, real_now) for name in existing]

        return self._store.transact(step, relaxed=True)

    def reset(self, namespace: str) -> None:
        """Delete a namespace, so that its next use creates a new one."""

        def step(transaction: Transaction) -> None:
            if transaction.record(namespace) is not None:
                transaction.delete(namespace)

        self._store.transact(step)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _summary(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceSummary:
        self._delete_expired(transaction, namespace, real_now)
        logged = transaction.logged(namespace) - transaction.cleared(namespace)
        idle_ms = max(0, real_now - transaction.last_use(namespace))
        return NamespaceSummary(namespace, transaction.task_count(namespace), logged, idle_ms)

    def _existing(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord | None:
        """Return the record of an existing namespace, and delete it instead if it is idle."""
        record = transaction.record(namespace)
        if record is None and namespace == DEFAULT_NAMESPACE:
            record = self._create(transaction, namespace, real_now)
        if record is not None and self._is_idle(transaction, namespace, record, real_now):
            transaction.delete(namespace)
            return None
        return record

    def _use(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace, and create it if it does not exist."""
        record = self._existing(transaction, namespace, real_now)
        if record is None:
            if len(transaction.names()) >= self._limits.max_namespaces:
                self._delete_idle(transaction, transaction.names(), real_now)
            if len(transaction.names()) >= self._limits.max_namespaces:
                raise _bound_reached("namespaces", self._limits.max_namespaces)
            return self._create(transaction, namespace, real_now)
        self._touch(transaction, namespace, real_now)
        return record

    def _touch(self, transaction: Transaction, namespace: str, real_now: int) -> None:
        if abs(real_now - transaction.last_use(namespace)) >= TOUCH_INTERVAL_MS:
            transaction.touch(namespace, real_now)

    def _create(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord:
        record = self._new_record(real_now)
        transaction.save(namespace, record)
        transaction.touch(namespace, real_now)
        return record

    def _make_room(self, transaction: Transaction, namespace: str, task: Task, real_now: int) -> None:
        """Delete expired tasks and idle namespaces as far as a new task needs room. Raises Unavailable."""
        self._delete_expired(transaction, namespace, real_now)
        if transaction.task_count(namespace) >= self._limits.max_tasks:
            raise _bound_reached("live tasks", self._limits.max_tasks)
        if transaction.payload_bytes() + len(task.payload) > self._limits.max_stored:
            others = [name for name in transaction.names() if name != namespace]
            for name in others:
                self._delete_expired(transaction, name, real_now)
            self._delete_idle(transaction, others, real_now)
        if transaction.payload_bytes() + len(task.payload) > self._limits.max_stored:
            raise _bound_reached("bytes of results", self._limits.max_stored)

    def _delete_expired(self, transaction: Transaction, namespace: str, real_now: int) -> None:
        record = transaction.record(namespace)
        if record is not None:
            transaction.delete_expired(namespace, read(record.clock, real_now))

    def _delete_idle(self, transaction: Transaction, names: Sequence[str], real_now: int) -> None:
        for name in names:
            record = transaction.record(name)
            if record is not None and self._is_idle(transaction, name, record, real_now):
                transaction.delete(name)

    def _is_idle(self, transaction: Transaction, namespace: str, record: NamespaceRecord, real_now: int) -> bool:
        if namespace == DEFAULT_NAMESPACE or transaction.last_use(namespace) > real_now - self._idle_ms:
            return False
        transaction.delete_expired(namespace, read(record.clock, real_now))
        return transaction.task_count(namespace) == 0 or record.clock.pace.mode is Mode.MANUAL


def _bound_reached(what: str, bound: int) -> Unavailable:
    return Unavailable(
        f"This mock holds at most {bound} {what}, and live data is never evicted: reset it, or try again later."
    )

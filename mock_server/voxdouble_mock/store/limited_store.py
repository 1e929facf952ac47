"""The policy above every store: namespaces are created on use, bounded in number and size, and deleted when idle (P7).

A request that changes something creates a namespace, and so does a refused POST, whose log entry a test may ask for. A
namespace that holds no more than its log gives way to a new one, the least recently used first.

A namespace is idle if it was not used for `namespace_idle` seconds of real time and has no live task. A manual clock
stands still while it is not used, so there the idle time alone counts. The default namespace is never idle. If a bound
is reached, expired tasks and idle namespaces are deleted; live ones never are (C28).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.eviction import Eviction
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
        self._eviction = Eviction(new_record, limits)

    def record(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace; creates the namespace. Raises Unavailable."""
        return self._store.transact(lambda transaction: self._use(transaction, namespace, real_now), relaxed=True)

    def peek(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace."""

        def step(transaction: Transaction) -> NamespaceRecord:
            record = self._existing(transaction, namespace, real_now)
            if record is None:
                return self._new_record(real_now)
            self._touch(transaction, namespace, real_now)
            return record

        return self._store.transact(step, relaxed=True)

    def transact(self, namespace: str, change: Callable[[NamespaceRecord], Change[T]], real_now: int) -> T:
        """Return the value of `change`, after storing its record and its task; creates the namespace.

        `change` may be called again. Raises Unavailable if there is no room for the namespace or the task.
        """

        def step(transaction: Transaction) -> T:
            changed = change(self._use(transaction, namespace, real_now))
            if changed.task is not None:
                self._eviction.make_room(transaction, namespace, changed.task, real_now)
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

    def log(
        self, namespace: str, entry: Callable[[int], LoggedRequest], real_now: int, *, create: bool = False
    ) -> None:
        """Append to the log of a namespace what `entry` returns for its number; the oldest entries go.

        With `create`, a namespace that does not exist is created if there is room for it; else nothing is logged.
        """

        def step(transaction: Transaction) -> None:
            exists = self._existing(transaction, namespace, real_now) is not None
            if not exists and create and self._eviction.has_room(transaction, real_now):
                self._create(transaction, namespace, real_now)
                exists = True
            if exists:
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

    def reset(self, namespace: str, real_now: int) -> None:
        """Replace an existing namespace by a new one."""

        def step(transaction: Transaction) -> None:
            if transaction.record(namespace) is not None:
                transaction.delete(namespace)
                self._create(transaction, namespace, real_now)

        self._store.transact(step)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _summary(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceSummary:
        self._eviction.delete_expired(transaction, namespace, real_now)
        logged = transaction.logged(namespace) - transaction.cleared(namespace)
        idle_ms = max(0, real_now - transaction.last_use(namespace))
        return NamespaceSummary(namespace, transaction.task_count(namespace), logged, idle_ms)

    def _existing(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord | None:
        """Return the record of an existing namespace, and delete it instead if it is idle."""
        record = transaction.record(namespace)
        if record is None and namespace == DEFAULT_NAMESPACE:
            record = self._create(transaction, namespace, real_now)
        if record is not None and self._eviction.is_idle(transaction, namespace, record, real_now):
            transaction.delete(namespace)
            return None
        return record

    def _use(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace, and create it if it does not exist."""
        record = self._existing(transaction, namespace, real_now)
        if record is None:
            if not self._eviction.has_room(transaction, real_now):
                raise Unavailable(
                    f"This mock holds at most {self._limits.max_namespaces} namespaces: reset one that is no longer "
                    "needed (POST /_ns/<name>/_mock/reset; GET /_mock/namespaces lists them), or start the mock with a "
                    "smaller --namespace-idle."
                )
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

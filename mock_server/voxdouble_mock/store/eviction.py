"""Makes room in a store: deletes expired tasks, idle namespaces and unused ones, and never live data (C28)."""

from collections.abc import Sequence

from voxdouble_mock.core.clock import Mode, read, to_milliseconds
from voxdouble_mock.core.control_size import FAULT_BYTES, scenario_size
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.reached_bounds import bound_reached, too_much_control_data
from voxdouble_mock.store.records import DEFAULT_NAMESPACE, NamespaceRecord
from voxdouble_mock.store.transactions import Transaction

SEARCH_INTERVAL_MS = 1000
"""After a search in vain, the real time until the next one may begin."""


class Eviction:
    """The rules by which tasks and namespaces are deleted.

    `initial` is the scenario with which namespaces start; they share it.
    """

    def __init__(self, limits: Limits, initial: Scenario | None) -> None:
        self._limits = limits
        self._initial = initial
        self._idle_ms = to_milliseconds(limits.namespace_idle)
        self._searched: int | None = None
        """The instant of the last search in vain for namespaces that give way."""

    def has_room(self, transaction: Transaction, real_now: int) -> bool:
        """Return whether one more namespace fits, after deleting idle ones, and some that hold no more than their logs.

        After a search in vain the next one is SEARCH_INTERVAL_MS later, so that a flood of new namespaces is cheap.
        """
        most = self._limits.max_namespaces
        if len(transaction.names()) < most:
            return True
        if self._searched is not None and 0 <= real_now - self._searched < SEARCH_INTERVAL_MS:
            return False
        self._delete_idle(transaction, transaction.names(), real_now)
        if len(transaction.names()) >= most:
            unused = [name for name in transaction.names() if self._is_unused(transaction, name)]
            for name in sorted(unused, key=transaction.last_use)[: giving_way(self._limits)]:
                transaction.delete(name)
        has_room = len(transaction.names()) < most
        self._searched = None if has_room else real_now
        return has_room

    def search_again(self) -> None:
        """Allow a search for the next namespace that needs room, since another one may have been reset."""
        self._searched = None

    def _is_unused(self, transaction: Transaction, namespace: str) -> bool:
        """Return whether a namespace has no task and its record is as created; the default one counts as used."""
        record = transaction.record(namespace)
        return (
            namespace != DEFAULT_NAMESPACE
            and record is not None
            and record.version == 0
            and transaction.task_count(namespace) == 0
        )

    def make_room(
        self, transaction: Transaction, namespace: str, record: NamespaceRecord, task: Task, real_now: int
    ) -> None:
        """Delete expired tasks and idle namespaces as far as a new task needs room. Raises Unavailable."""
        transaction.delete_expired(namespace, read(record.clock, real_now))
        if transaction.task_count(namespace) >= self._limits.max_tasks:
            raise bound_reached("live tasks in a namespace", self._limits.max_tasks)
        if transaction.payload_bytes() + stored_size(task.payload) <= self._limits.max_stored:
            return
        others = [name for name in transaction.names() if name != namespace]
        for name in others:
            self.delete_expired(transaction, name, real_now)
        self._delete_idle(transaction, others, real_now)
        if transaction.payload_bytes() + stored_size(task.payload) > self._limits.max_stored:
            raise bound_reached("bytes of tasks and results", self._limits.max_stored)

    def make_control_room(
        self, transaction: Transaction, namespace: str, old: NamespaceRecord, new: NamespaceRecord, real_now: int
    ) -> int:
        """Return the size of a changed record, after deleting idle namespaces if it needs room. Raises Unavailable."""
        before = transaction.record_size(namespace)
        if new.scenario is old.scenario and new.faults is old.faults:
            return before
        size = record_size(new, self._initial)
        most = self._limits.max_control + before - size
        if size > before and transaction.record_sizes() > most:
            self._delete_idle(transaction, [name for name in transaction.names() if name != namespace], real_now)
            if transaction.record_sizes() > most:
                raise too_much_control_data(self._limits.max_control)
        return size

    def delete_expired(self, transaction: Transaction, namespace: str, real_now: int) -> None:
        """Delete the tasks of a namespace that have expired by its clock."""
        record = transaction.record(namespace)
        if record is not None:
            transaction.delete_expired(namespace, read(record.clock, real_now))

    def _delete_idle(self, transaction: Transaction, names: Sequence[str], real_now: int) -> None:
        for name in names:
            record = transaction.record(name)
            if record is not None and self.is_idle(transaction, name, record, real_now):
                transaction.delete(name)

    def may_be_idle(self, transaction: Transaction, namespace: str, real_now: int) -> bool:
        """Return whether the last use of a namespace is long ago; without a live task it is then idle."""
        return namespace != DEFAULT_NAMESPACE and transaction.last_use(namespace) <= real_now - self._idle_ms

    def is_idle(self, transaction: Transaction, namespace: str, record: NamespaceRecord, real_now: int) -> bool:
        """Return whether a namespace is idle; its expired tasks are deleted."""
        if not self.may_be_idle(transaction, namespace, real_now):
            return False
        transaction.delete_expired(namespace, read(record.clock, real_now))
        return transaction.task_count(namespace) == 0 or record.clock.pace.mode is Mode.MANUAL


def giving_way(limits: Limits) -> int:
    """Return how many unused namespaces are deleted at once if there is no room, since a search reads all records."""
    return max(1, limits.max_namespaces // 20)


def record_size(record: NamespaceRecord, initial: Scenario | None) -> int:
    """Return the bytes of a record's faults, and of its scenario if namespaces do not start with it anyway."""
    own = 0 if record.scenario == initial else scenario_size(record.scenario)
    return own + FAULT_BYTES * len(record.faults)

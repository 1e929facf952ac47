"""The store above memory or a file: the atomic steps of requests and control routes, within their bounds (P7)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from voxdouble_mock.core.clock import read
from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.core.fault import Call, Fault, at_address, next_fault
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.scenario import chosen_rule, rule_counter
from voxdouble_mock.core.task import Task
from voxdouble_mock.store import records
from voxdouble_mock.store.creation import Namespaces
from voxdouble_mock.store.deferred_log import DeferredLog
from voxdouble_mock.store.eviction import Eviction
from voxdouble_mock.store.task_ids import new_task_id
from voxdouble_mock.store.transactions import Storage, Transaction

T = TypeVar("T")

logger = logging.getLogger("voxdouble_mock")


class LimitedStore:
    """See `Store`: a storage within its bounds. A step reads the time when the storage has begun it.

    `new_record` makes the record of a new namespace from the real time and from the time at which the store was opened.
    `real_now` returns the real time. Both are in milliseconds. With a `seed`, the ids of tasks are derived from it.
    """

    def __init__(
        self,
        storage: Storage,
        new_record: Callable[[int, int], records.NamespaceRecord],
        limits: Limits,
        real_now: Callable[[], int],
        seed: int | None = None,
    ) -> None:
        self._storage = storage
        opened = real_now()

        def new_record_at(now: int) -> records.NamespaceRecord:
            return new_record(now, opened)

        self._new_record = new_record_at
        self._log = DeferredLog(storage, limits.max_logged)
        self._eviction = Eviction(limits, new_record_at(opened).scenario)
        self._namespaces = Namespaces(self._new_record, limits, self._eviction)
        self._real_now = real_now
        self._seed = seed

    def begin(
        self, namespace: str, call: Call, offers: Callable[[records.NamespaceRecord], bool] = lambda _: True
    ) -> records.OpenRequest:
        def look(transaction: Transaction) -> tuple[records.OpenRequest, bool] | None:
            """Return the request, and whether to store the last use; None if more than that may have to be written."""
            now = self._real_now()
            record = transaction.record(namespace)
            if record is None or self._eviction.may_be_idle(transaction, namespace, now):
                return None
            if record.faults and offers(record):
                return None
            task = None if call.task_id is None else transaction.task(namespace, call.task_id)
            is_due = self._namespaces.is_touch_due(transaction, namespace, now)
            return records.OpenRequest(namespace, call, record, now, task=task), is_due

        def step(transaction: Transaction) -> records.OpenRequest:
            now = self._real_now()
            record = self._namespaces.existing(transaction, namespace, now)
            if record is None:
                return records.OpenRequest(namespace, call, self._new_record(now), now)
            self._namespaces.touch(transaction, namespace, now)
            task = None if call.task_id is None else transaction.task(namespace, call.task_id)
            counts = record.faults and offers(record)
            fault = _count_call(transaction, namespace, record, call, now) if counts else None
            return records.OpenRequest(namespace, call, record, now, fault, task)

        found = self._storage.read(look)
        if found is not None and (not found[1] or self._storage.state() == "down"):
            return found[0]
        try:
            return self._storage.transact(step, relaxed=True)
        except (StorageFull, Unavailable):
            if found is None:
                raise
            return found[0]  # a full disk or a locked file still answers polls

    def submit(self, request: records.OpenRequest, draft: records.Draft) -> records.Stored | records.OpenRequest:
        namespace = request.namespace

        def step(transaction: Transaction) -> records.Stored | records.OpenRequest:
            now = self._real_now()
            record = self._namespaces.use(transaction, namespace, now)
            if record.was_reset_since(request.record):
                return records.Stored(draft.unstored_task(new_task_id(None, namespace, 0), request, now))
            if (record.life, record.version) != (request.record.life or record.life, request.record.version):
                return replace(request, record=record, now=now)
            counters = transaction.counters(namespace) if draft.met or self._seed is not None else {}
            counts = {index: counters.get(rule_counter(index), 0) + 1 for index, _ in draft.met}
            rule = chosen_rule(draft.met, counts)
            plan = draft.plans[rule]
            task = None
            if plan is not None:
                task_id = new_task_id(self._seed, namespace, counters.get(records.SUBMISSIONS, 0))
                task = plan.task(task_id, read(record.clock, now))
                self._eviction.make_room(transaction, namespace, record, task, now)
                transaction.add(namespace, task)
            for name in map(rule_counter, counts):
                transaction.count(namespace, name)
            for name, amount in plan.counters.items() if plan else ():
                transaction.count(namespace, name, amount)
            return records.Stored(task, rule, counts)

        return self._storage.transact(step)

    def view(self, namespace: str, *, create: bool = False) -> records.View:
        def step(transaction: Transaction) -> records.View:
            now = self._real_now()
            record = self._namespaces.existing(transaction, namespace, now)
            if create or record is not None:
                record = self._namespaces.use(transaction, namespace, now)
            return self._view(transaction, namespace, record, now)

        return self._log.transact(step, relaxed=True)

    def change(self, namespace: str, change: Callable[[records.View], records.Change[T]]) -> T:
        def step(transaction: Transaction) -> T:
            now = self._real_now()
            record = self._namespaces.use(transaction, namespace, now)
            changed = change(self._view(transaction, namespace, record, now))
            size = self._eviction.make_control_room(transaction, namespace, record, changed.record, now)
            for beginning in changed.deleted:
                transaction.delete_counters(namespace, beginning)
            transaction.save(namespace, replace(changed.record, version=record.version + 1), size)
            return changed.value

        return self._log.transact(step)

    def tasks(self, namespace: str) -> tuple[Sequence[Task], records.View]:
        def step(transaction: Transaction) -> tuple[Sequence[Task], records.View]:
            now = self._real_now()
            record = self._namespaces.existing(transaction, namespace, now)
            tasks = [] if record is None else transaction.tasks(namespace)
            return tasks, self._view(transaction, namespace, record, now)

        return self._log.transact(step, relaxed=True)

    def log(
        self, namespace: str, entry: LoggedRequest, began: records.OpenRequest | None = None, *, create: bool = False
    ) -> None:
        def step(transaction: Transaction) -> None:
            now = self._real_now()
            record = self._namespaces.existing(transaction, namespace, now)
            if record is None and create and self._eviction.has_room(transaction, now):
                record = self._namespaces.create(transaction, namespace, now)
            if record is not None and not (began is not None and record.was_reset_since(began.record)):
                self._log.append(transaction, namespace, record, [(entry, now)])

        try:
            if began is not None and began.record.life:
                self._log.defer(namespace, began.record.life, entry, self._real_now())
            elif self._storage.state() != "down":  # else the request has waited for the store already
                self._log.transact(step, relaxed=True)
        except (StorageFull, Unavailable) as error:
            logger.debug("An entry of the request log was lost: %s", error)

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        def step(transaction: Transaction) -> tuple[Sequence[LoggedRequest], int]:
            now = self._real_now()
            if self._namespaces.existing(transaction, namespace, now) is None:
                return [], 0
            total = transaction.logged(namespace) - transaction.cleared(namespace)
            return transaction.log(namespace), total

        return self._log.transact(step, relaxed=True)

    def clear_log(self, namespace: str) -> None:
        def step(transaction: Transaction) -> None:
            now = self._real_now()
            if self._namespaces.existing(transaction, namespace, now) is not None:
                transaction.clear_log(namespace)

        self._log.transact(step)

    def namespaces(self) -> list[records.NamespaceSummary]:
        def step(transaction: Transaction) -> list[records.NamespaceSummary]:
            now = self._real_now()
            self._namespaces.existing(transaction, records.DEFAULT_NAMESPACE, now)
            existing = [
                name for name in sorted(transaction.names()) if self._namespaces.existing(transaction, name, now)
            ]
            return [self._summary(transaction, name, now) for name in existing]

        return self._log.transact(step, relaxed=True)

    def reset(self, namespace: str) -> None:
        def step(transaction: Transaction) -> None:
            now = self._real_now()
            if transaction.record(namespace) is not None:
                transaction.delete(namespace)
                self._namespaces.create(transaction, namespace, now, by_reset=True)
                self._eviction.search_again()

        self._log.transact(step)

    def state(self) -> records.StoreState:
        try:
            self._storage.transact(lambda transaction: transaction.record(records.DEFAULT_NAMESPACE))
        except (StorageFull, Unavailable):
            return "down"
        return self._storage.state()

    def close(self) -> None:
        self._storage.close()

    def _view(
        self, transaction: Transaction, namespace: str, record: records.NamespaceRecord | None, now: int
    ) -> records.View:
        if record is None:
            return records.View(self._new_record(now), {}, now, 0)
        return records.View(record, transaction.counters(namespace), now, transaction.logged(namespace))

    def _summary(self, transaction: Transaction, namespace: str, real_now: int) -> records.NamespaceSummary:
        self._eviction.delete_expired(transaction, namespace, real_now)
        logged = transaction.logged(namespace) - transaction.cleared(namespace)
        idle_ms = max(0, real_now - transaction.last_use(namespace))
        return records.NamespaceSummary(namespace, transaction.task_count(namespace), logged, idle_ms)


def _count_call(
    transaction: Transaction, namespace: str, record: records.NamespaceRecord, call: Call, now: int
) -> Fault | None:
    """Count a call for the faults at its address, and return the one that applies to it."""
    faults = at_address(record.faults, call)
    counted, armed = (
        next_fault(faults, transaction.counters(namespace), read(record.clock, now)) if faults else ([], None)
    )
    for name in counted:
        transaction.count(namespace, name)
    return None if armed is None else armed.spec.fault

"""Namespaces are created on use, bounded, and deleted when idle (P7).

A request that changes something creates a namespace, and so does a refused POST, whose log entry a test may ask for. A
namespace that holds no more than its log gives way to a new one, the least recently used first.

A namespace is idle if it was not used for `namespace_idle` seconds of real time and has no live task. By a manual clock
that is not used, tasks never expire, so there the idle time alone counts. The default namespace is never idle. If a
bound is reached, expired tasks and idle namespaces are deleted; live ones never are (C28).
"""

import uuid
from collections.abc import Callable
from dataclasses import replace

from voxdouble_mock.core.limits import Limits
from voxdouble_mock.store.eviction import Eviction
from voxdouble_mock.store.reached_bounds import too_many_namespaces
from voxdouble_mock.store.records import DEFAULT_NAMESPACE, NamespaceRecord
from voxdouble_mock.store.transactions import Transaction

TOUCH_INTERVAL_MS = 1000
"""The accuracy with which the last use of a namespace is stored, so that most polls write nothing."""


class Namespaces:
    """Finds and creates namespaces; `new_record` makes the record of one from the real time."""

    def __init__(self, new_record: Callable[[int], NamespaceRecord], limits: Limits, eviction: Eviction) -> None:
        self._new_record = new_record
        self._limits = limits
        self._eviction = eviction

    def existing(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord | None:
        """Return the record of a namespace; None if it does not exist, or was idle and is now deleted."""
        record = transaction.record(namespace)
        if record is None and namespace == DEFAULT_NAMESPACE:
            record = self.create(transaction, namespace, real_now)
        if record is not None and self._eviction.is_idle(transaction, namespace, record, real_now):
            transaction.delete(namespace)
            return None
        return record

    def use(self, transaction: Transaction, namespace: str, real_now: int) -> NamespaceRecord:
        """Return the record of a namespace, and create it if it does not exist."""
        record = self.existing(transaction, namespace, real_now)
        if record is None:
            if not self._eviction.has_room(transaction, real_now):
                raise too_many_namespaces(self._limits.max_namespaces)
            return self.create(transaction, namespace, real_now)
        self.touch(transaction, namespace, real_now)
        return record

    def touch(self, transaction: Transaction, namespace: str, real_now: int) -> None:
        """Note that a namespace is used now."""
        if self.is_touch_due(transaction, namespace, real_now):
            transaction.touch(namespace, real_now)

    def is_touch_due(self, transaction: Transaction, namespace: str, real_now: int) -> bool:
        """Return whether `touch` would write anything."""
        return abs(real_now - transaction.last_use(namespace)) >= TOUCH_INTERVAL_MS

    def create(
        self, transaction: Transaction, namespace: str, real_now: int, *, by_reset: bool = False
    ) -> NamespaceRecord:
        """Create a namespace and return its record."""
        record = replace(self._new_record(real_now), life=uuid.uuid4().hex, by_reset=by_reset)
        transaction.save(namespace, record)
        transaction.touch(namespace, real_now)
        return record

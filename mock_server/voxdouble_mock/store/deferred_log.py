"""Log entries of requests: they wait in the storage, and most steps append them first.

A step other than `begin`, `submit` and `state` does so.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from voxdouble_mock.core.clock import read, to_seconds
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.store.records import NamespaceRecord
from voxdouble_mock.store.transactions import Storage, Transaction, WaitingEntry

T = TypeVar("T")


class DeferredLog:
    """Appends entries to the logs, which together have at most `max_logged` bytes."""

    def __init__(self, storage: Storage, max_logged: int) -> None:
        self._storage = storage
        self._max_logged = max_logged

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        """See `Storage.transact`. The step finds all earlier entries in the logs.

        Each gets the time that the clock of its namespace showed at the request. This is still known, since every step
        that changes a clock runs here, and appends the entries first.
        """

        def whole(transaction: Transaction) -> T:
            waiting: dict[tuple[str, str], list[WaitingEntry]] = {}
            for one in transaction.waiting():
                waiting.setdefault((one.namespace, one.life), []).append(one)
            for (namespace, life), entries in waiting.items():
                record = transaction.record(namespace)
                if record is not None and record.life == life:
                    self.append(transaction, namespace, record, [(one.entry, one.now) for one in entries])
            return step(transaction)

        return self._storage.transact(whole, relaxed=relaxed)

    def defer(self, namespace: str, life: str, entry: LoggedRequest, now: int) -> None:
        """Keep an entry until a step appends it, if the namespace still has this life then. May raise like a step."""
        if self._storage.defer(WaitingEntry(namespace, life, now, entry)) and self._storage.state() != "down":
            self.transact(lambda _: None, relaxed=True)

    def append(
        self,
        transaction: Transaction,
        namespace: str,
        record: NamespaceRecord,
        entries: Sequence[tuple[LoggedRequest, int]],
    ) -> None:
        """Append entries, each with its real instant, in a step."""
        dated = [(entry, to_seconds(read(record.clock, now))) for entry, now in entries]
        transaction.append(namespace, dated, self._max_logged)

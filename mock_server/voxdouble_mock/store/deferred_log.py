"""The log entries of requests, which wait in the storage until a step reads or changes more than a request does."""

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
        """See `Storage.transact`; the step finds all earlier entries in the logs, dated by the clocks until then."""

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
        """Append an entry of a request, unless the namespace has another life then. May raise as a step does."""
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

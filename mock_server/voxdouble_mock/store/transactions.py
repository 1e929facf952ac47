"""The interface of a storage on one host, memory or a file; `limited_store` makes a store of it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.records import Counters, NamespaceRecord, StoreState

T = TypeVar("T")


class WaitingEntry(Struct, frozen=True):
    """A log entry that is to be appended to the log of a namespace, if that still has this life then."""

    namespace: str
    life: str
    now: int
    """The real instant of the entry, in milliseconds."""
    entry: LoggedRequest


class Transaction(Protocol):
    """Reads and writes of one atomic step; except for `record` and `save`, the namespace must exist."""

    def names(self) -> Sequence[str]:
        """Return the names of all namespaces."""
        ...

    def record(self, namespace: str) -> NamespaceRecord | None:
        """Return the record of a namespace; None if it does not exist."""
        ...

    def save(self, namespace: str, record: NamespaceRecord, size: int = 0) -> None:
        """Replace the record of a namespace, with its size in memory; create the namespace if it does not exist."""
        ...

    def record_size(self, namespace: str) -> int:
        """Return the size with which the record of a namespace was saved."""
        ...

    def record_sizes(self) -> int:
        """Return the size of the records of all namespaces."""
        ...

    def delete(self, namespace: str) -> None:
        """Delete a namespace with its counters, its tasks and its log."""
        ...

    def counters(self, namespace: str) -> Counters:
        """Return the counters of a namespace."""
        ...

    def count(self, namespace: str, name: str, by: int = 1) -> None:
        """Increase a counter."""
        ...

    def delete_counters(self, namespace: str, beginning: str) -> None:
        """Delete the counters whose names have a beginning."""
        ...

    def last_use(self, namespace: str) -> int:
        """Return the real instant of the last `touch`."""
        ...

    def touch(self, namespace: str, real_now: int) -> None:
        """Set the real instant at which a namespace was last used."""
        ...

    def add(self, namespace: str, task: Task) -> None:
        """Add a task."""
        ...

    def task(self, namespace: str, task_id: str) -> Task | None:
        """Return a task, expired or not; None if it does not exist. The step has read the record before."""
        ...

    def tasks(self, namespace: str) -> Sequence[Task]:
        """Return all tasks, expired ones included, in the order of submission; the payloads may be left out."""
        ...

    def task_count(self, namespace: str) -> int:
        """Return the number of tasks, expired ones included."""
        ...

    def delete_expired(self, namespace: str, now: int) -> None:
        """Delete the tasks that have expired at an instant of the namespace's clock."""
        ...

    def payload_bytes(self) -> int:
        """Return the size of all tasks in all namespaces, see `stored_size`."""
        ...

    def waiting(self) -> Sequence[WaitingEntry]:
        """Return the log entries that were deferred, oldest first; they no longer wait if the step succeeds."""
        ...

    def append(self, namespace: str, entries: Sequence[tuple[LoggedRequest, float]], max_logged: int) -> None:
        """Append entries, each with its time, under the next numbers, and drop all but the newest MAX_ENTRIES.

        While all logs together have more than `max_logged` bytes, with ENTRY_BYTES for each entry, the oldest entries
        of the namespace that was used the longest ago are dropped. Each log keeps its newest entry. In SQLite both
        bounds are checked only when a log passes a multiple of 100 entries, and only this log is counted then. So it
        may hold up to 1,099 entries, and up to 99 of the newest entries of each log are not counted.
        """
        ...

    def clear_log(self, namespace: str) -> None:
        """Delete all log entries; `logged` stays as it is."""
        ...

    def cleared(self, namespace: str) -> int:
        """Return what `logged` was when the log was last cleared, 0 if it never was."""
        ...

    def log(self, namespace: str) -> Sequence[LoggedRequest]:
        """Return the kept log entries, oldest first."""
        ...

    def logged(self, namespace: str) -> int:
        """Return the number of all log entries so far, deleted ones included."""
        ...


class Storage(Protocol):
    """Runs atomic steps. A step reads the time itself, and passes instants in milliseconds to its transaction."""

    def transact(self, step: Callable[[Transaction], T], *, relaxed: bool = False) -> T:
        """Return the value of `step`, whose reads and writes are one atomic step.

        The writes of a `relaxed` step may be lost with the power of the machine, which saves a wait for the disk.
        A storage may call `step` again if another step interferes. It need not undo the writes of a step that raises:
        before they raise, the steps of `limited_store` only append the entries that waited, create empty namespaces,
        store when a namespace was last used, and delete what may be evicted.
        """
        ...

    def read(self, step: Callable[[Transaction], T]) -> T:
        """Return the value of `step`, which only reads, without waiting for a step that writes.

        A storage may call `step` again.
        """
        ...

    def defer(self, entry: WaitingEntry) -> bool:
        """Keep a log entry until a step takes it by `waiting`; return whether a step should do so now."""
        ...

    def state(self) -> StoreState:
        """Return whether the last step succeeded, and whether the storage was emptied."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...

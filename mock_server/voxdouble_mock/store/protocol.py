"""The interface of a store, which keeps namespaces in memory, in a file or on a server.

A namespace has a record, counters, its tasks, and the log of its requests. A method is one atomic step. The store reads
the real time itself: that of its server, or else that of this process.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from voxdouble_mock.core.fault import Call
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store.records import (
    Change,
    Draft,
    NamespaceRecord,
    NamespaceSummary,
    OpenRequest,
    Stored,
    StoreState,
    View,
)

T = TypeVar("T")


class Store(Protocol):
    """Keeps namespaces within their bounds (P7).

    A completed step is not lost while the process, file or server that holds the store lives.

    A method does not create a namespace unless its docstring says so: for one that does not exist it returns what a new
    one would hold. A step raises Unavailable if the store is down, and StorageFull if it is full; only `log`, `state`
    and `close` raise neither.
    """

    def begin(
        self, namespace: str, call: Call, offers: Callable[[NamespaceRecord], bool] = lambda _: True
    ) -> OpenRequest:
        """Count a call for the armed faults, and find its task if it is a poll.

        `offers` returns whether a namespace with this record offers the technology of the call. If not, the call is not
        counted.
        """
        ...

    def submit(self, request: OpenRequest, draft: Draft) -> Stored | OpenRequest:
        """Count a request and store its task before returning. Creates the namespace.

        If the record was changed after the request began, nothing is stored, and the request is returned with the
        present record. If the namespace was reset, the task is returned and not stored. Raises Unavailable if there is
        no room.
        """
        ...

    def view(self, namespace: str, *, create: bool = False) -> View:
        """Return the record and the counters of a namespace.

        With `create`, a namespace that does not exist is created.
        """
        ...

    def change(self, namespace: str, change: Callable[[View], Change[T]]) -> T:
        """Return the value of `change`, after storing its record; creates the namespace.

        `change` may be called again if another step interferes. Raises Unavailable if there is no room.
        """
        ...

    def tasks(self, namespace: str) -> tuple[Sequence[Task], View]:
        """Return the tasks in the order of submission, some perhaps expired, with the namespace at that instant.

        The payloads of the tasks, the counters and the number of log entries may be left out.
        """
        ...

    def log(
        self, namespace: str, entry: LoggedRequest, began: OpenRequest | None = None, *, create: bool = False
    ) -> None:
        """Append an entry to the log; the store sets its number and its time.

        `began` is the request of the entry as it began: if the namespace was reset since, nothing is appended. If it
        was deleted and created again since, Redis appends the entry, and memory and SQLite drop it. With `create`, a
        namespace that does not exist is created if there is room for it. An entry may be lost with the store's host,
        and while the store is down or full.
        """
        ...

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        """Return the kept log entries, oldest first, and the number of all entries since the log was last cleared."""
        ...

    def clear_log(self, namespace: str) -> None:
        """Delete the log entries of an existing namespace; the numbers of later ones continue."""
        ...

    def namespaces(self) -> list[NamespaceSummary]:
        """Return a summary of each existing namespace, in the order of their names."""
        ...

    def reset(self, namespace: str) -> None:
        """Replace an existing namespace by a new one."""
        ...

    def state(self) -> StoreState:
        """Return whether the store answers, and whether it was emptied; raises nothing."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...

"""What every store does, whether it keeps namespaces in memory, in a file or on a server.

A namespace is a small record that can be changed (its clock, its scenario, its faults), the tasks that it holds and
the log of its requests. It comes to life on first use. Stores read no clock: each call brings the real now, in
milliseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from voxdouble_mock.core.clock import Clock
from voxdouble_mock.core.fault import ArmedFault
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task

DEFAULT_NAMESPACE = ""
"""The namespace of the bare base URL, which is never forgotten."""


@dataclass(frozen=True, slots=True)
class NamespaceRecord:
    """All that can change of a namespace, apart from its tasks and its log."""

    clock: Clock
    submissions: int = 0
    """How many tasks it has taken since it was made or reset."""
    scenario: Scenario | None = None
    seen: tuple[int, ...] = ()
    """For each rule of the scenario, how many requests have fitted it."""
    faults: tuple[ArmedFault, ...] = ()
    audio_ms: Mapping[str, int] = field(default_factory=dict)
    """For each technology, the milliseconds of audio that it has processed."""


Change = Callable[[NamespaceRecord], NamespaceRecord]
Submission = Callable[[NamespaceRecord], tuple[NamespaceRecord, Task | None]]
Entry = Callable[[int], LoggedRequest]


class Store(Protocol):
    """Keeps namespaces. Each call is atomic, and what it returned or acknowledged is not lost before its time.

    `Unavailable` is raised where a bound is reached (C28): nothing that lives is evicted for something new.
    """

    def record(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Give a namespace's record; brings the namespace to life."""
        ...

    def peek(self, namespace: str, real_now: int) -> NamespaceRecord:
        """Give a namespace's record, or the one that it would have; brings nothing to life."""
        ...

    def update(self, namespace: str, change: Change, real_now: int) -> NamespaceRecord:
        """Replace the record by what `change` makes of it, and give the new one; `change` may be called again."""
        ...

    def submit(self, namespace: str, build: Submission, real_now: int) -> Task | None:
        """Replace the record and store the task as `build` says, both or neither; `build` may be called again."""
        ...

    def find(self, namespace: str, task_id: str, real_now: int) -> tuple[Task, NamespaceRecord] | None:
        """Give a task, expired or not, with its namespace's record; does not bring a namespace to life."""
        ...

    def tasks(self, namespace: str, real_now: int) -> tuple[Sequence[Task], NamespaceRecord]:
        """Give all tasks that the namespace holds, oldest first, expired ones perhaps among them, and its record.

        Like every look, it does not bring a namespace to life.
        """
        ...

    def log(self, namespace: str, entry: Entry, real_now: int) -> None:
        """Add to a living namespace's log what `entry` makes of the next number; the oldest go where it is full."""
        ...

    def requests(self, namespace: str, real_now: int) -> tuple[Sequence[LoggedRequest], int]:
        """Give the log that is kept, oldest first, and how many requests were logged in all."""
        ...

    def reset(self, namespace: str, real_now: int) -> None:
        """Make the namespace as new: no task, an empty log, a fresh record."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...

"""The values that pass between a store and the layers above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from voxdouble_mock.core.clock import Clock, read
from voxdouble_mock.core.fault import ArmedFault, Call, Fault, GetFault
from voxdouble_mock.core.namespace_options import NO_CHANGES, OptionChanges
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Origin, State, Task, Timeline

T = TypeVar("T")
DEFAULT_NAMESPACE = ""
"""The name of the namespace at the base URL; it always exists."""
SUBMISSIONS = "submissions"
"""The counter of the tasks that were submitted since the namespace was created or reset."""
AUDIO_COUNTERS = "audio:"
"""The beginning of the names of the counters of audio, in milliseconds, one for each technology."""
StoreState = Literal["up", "down", "emptied"]
"""Whether the store answers; `emptied` means that it lost its contents and is in use again."""
Counters = Mapping[str, int]
"""The counters of a namespace by name; an absent one is 0. Requests increase them, control routes delete some."""


@dataclass(frozen=True, slots=True)
class NamespaceRecord:
    """The clock of a namespace, and what the control routes have set in it."""

    clock: Clock
    scenario: Scenario | None = None
    faults: tuple[ArmedFault, ...] = ()
    armed: int = 0
    """The number of faults that were armed since the namespace was created or reset."""
    options: OptionChanges = NO_CHANGES
    """The options that were changed for this namespace."""
    version: int = 0
    """Increased by every change, so that a step can find out whether its preparation is still valid."""
    life: str = ""
    """A random text that is made when the namespace is created or reset; empty if the namespace does not exist."""
    by_reset: bool = False
    """Whether a reset made this life of the namespace."""

    def was_reset_since(self, earlier: "NamespaceRecord") -> bool:
        """Return whether a reset came after an earlier record: then tasks of requests that began before it are gone."""
        return self.life != earlier.life and self.by_reset


@dataclass(frozen=True, slots=True)
class View:
    """A namespace at one real instant, in milliseconds."""

    record: NamespaceRecord
    counters: Counters
    now: int
    logged: int
    """The number of the newest log entry, deleted or not; 0 before the first one."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is being processed, with its namespace and its task as they were when it began."""

    namespace: str
    call: Call
    record: NamespaceRecord
    now: int
    """The real instant in milliseconds."""
    fault: Fault | None = None
    """The armed fault that applies to the request."""
    task: Task | None = None
    """For a poll the task, expired or not; None if it does not exist."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A task to be stored, with durations in milliseconds; the step that stores it fixes the instants."""

    technology: str
    final: State
    payload: bytes
    pending: int
    running: int
    lifetime: int
    fault: GetFault | None = None
    audio_ms: int = 0
    file_name: str | None = None
    rule: str | None = None
    origin: Origin = "computed"

    def task(self, task_id: str, submitted: int) -> Task:
        """Return the task whose life begins at an instant of the namespace's clock."""
        return Task(
            task_id,
            self.technology,
            self.timeline(submitted),
            self.payload,
            self.fault,
            self.file_name,
            self.rule,
            self.origin,
        )

    def timeline(self, submitted: int) -> Timeline:
        """Return the timeline of the task."""
        return Timeline.plan(submitted, self.final, pending=self.pending, running=self.running, lifetime=self.lifetime)

    @property
    def counters(self) -> dict[str, int]:
        """Return what the task adds to the counters."""
        audio = {AUDIO_COUNTERS + self.technology: self.audio_ms} if self.audio_ms else {}
        return {SUBMISSIONS: 1, **audio}


@dataclass(frozen=True, slots=True)
class Draft:
    """A prepared POST. The atomic step counts the request, and the counts decide which rule applies."""

    met: Sequence[tuple[int, int | None]]
    """The index and the `nth` of each rule that counts the request."""
    plans: Mapping[int | None, Plan | None]
    """The plan for each rule that can apply, under the index of the rule; under None, the plan if no rule applies.

    A plan is None if a status fault refuses the request.
    """

    def unstored_task(self, task_id: str, request: OpenRequest, now: int) -> Task:
        """Return the task of a request whose namespace was reset after the request began; the task is gone already."""
        plan = self.plans[None]
        assert plan is not None
        return plan.task(task_id, read(request.record.clock, now))


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome of the atomic step of a POST."""

    task: Task | None
    """None if a status fault refuses the request."""
    rule: int | None = None
    """The index of the rule that applied."""
    counts: Mapping[int, int] | None = None
    """The count of each met rule, this request included; None if the namespace was reset after the request began."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A change of a namespace: its new record, the value to return, and the beginnings of counters to delete."""

    record: NamespaceRecord
    value: T
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamespaceSummary:
    """The name of a namespace with its numbers of live tasks and logged requests, and its idle time in real ms."""

    name: str
    tasks: int
    requests: int
    idle_ms: int

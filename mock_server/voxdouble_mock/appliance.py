"""The appliance: submit a request, look a task up, move the clock. Where clock, store and technologies meet.

It reads no clock: `real_now` gives integer milliseconds since the epoch and never goes back.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import BoundedSemaphore

import orjson

from voxdouble_mock.core import clock as clocks
from voxdouble_mock.core.clock import Clock, Pace
from voxdouble_mock.core.errors import Rejection
from voxdouble_mock.core.settings import Settings
from voxdouble_mock.core.task import State, Task, Timeline, state_at, transitions
from voxdouble_mock.store import MemoryStore, NamespaceRecord, Store
from voxdouble_mock.technologies._technology import Result, Technology

COMPUTATIONS = max(4, os.cpu_count() or 1)
"""How many requests are computed at one time, so that a crowd of uploads cannot multiply the memory that one takes."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A task's change of state that a moving clock has passed; `state` None is expiry. `instant` in milliseconds."""

    task: Task
    instant: int
    state: State | None


class Appliance:
    """All namespaces of one mock. Safe from several threads; every name of a namespace is plain data."""

    def __init__(self, settings: Settings, real_now: Callable[[], int], store: Store | None = None) -> None:
        self.settings = settings
        self._real_now = real_now
        self._store: Store = store or MemoryStore(
            lambda now: NamespaceRecord(clocks.start(settings.pace(), now)), settings.limits
        )
        self._computing = BoundedSemaphore(COMPUTATIONS)

    def submit(self, namespace: str, technology: Technology, compute: Callable[[], Result]) -> Task:
        """Compute the outcome, then store the task whose life begins at that moment; it is stored when this returns."""
        with self._computing:
            final, outcome = _outcome(compute)

        def build(record: NamespaceRecord) -> Task:
            submitted = clocks.read(record.clock, self._real_now())
            task_id = self._task_id(namespace, record.submissions)
            return Task(task_id, technology.name, self._timeline(technology, submitted, final), outcome)

        return self._store.submit(namespace, build, self._real_now())

    def find(self, namespace: str, technology: str, task_id: str) -> tuple[Task, State] | None:
        """Look a task up; None if there is none of that id and technology (C4), or none any more (S20)."""
        now = self._real_now()
        found = self._store.find(namespace, task_id, now)
        if found is None or found[0].technology != technology:
            return None
        task, record = found
        state = state_at(task.timeline, clocks.read(record.clock, now))
        return None if state is None else (task, state)

    def tasks(self, namespace: str) -> list[tuple[Task, State]]:
        """List the tasks that live, oldest first, with their states at one and the same instant."""
        now = self._real_now()
        held, record = self._store.tasks(namespace, now)
        shown = clocks.read(record.clock, now)
        return [(task, state) for task in held if (state := state_at(task.timeline, shown)) is not None]

    def clock(self, namespace: str) -> tuple[Pace, int]:
        """Tell a namespace's pace and what its clock shows, in milliseconds."""
        now = self._real_now()
        clock = self._store.record(namespace, now).clock
        return clock.pace, clocks.read(clock, now)

    def change_pace(self, namespace: str, pace: Pace) -> None:
        """Let the namespace's clock run at another pace from what it shows."""
        self._change_clock(namespace, lambda clock, now: clocks.change_pace(clock, pace, now))

    def advance(self, namespace: str, seconds: float) -> list[Transition]:
        """Move the namespace's clock ahead and give the transitions passed, in order of time."""
        now = self._real_now()
        clock = self._change_clock(namespace, lambda clock, _: clocks.advance(clock, seconds))
        until = clocks.read(clock, now)
        held, _ = self._store.tasks(namespace, now)
        return _passed(held, until - round(seconds * 1000), until)

    def reset(self, namespace: str) -> None:
        """Make the namespace as new: tasks, clock, id counter."""
        self._store.reset(namespace, self._real_now())

    def close(self) -> None:
        """Let the store go."""
        self._store.close()

    def _change_clock(self, namespace: str, change: Callable[[Clock, int], Clock]) -> Clock:
        now = self._real_now()
        return self._store.update(namespace, lambda record: replace(record, clock=change(record.clock, now)), now).clock

    def _timeline(self, technology: Technology, submitted: int, final: State) -> Timeline:
        settings = self.settings
        pending = technology.pending if settings.pending is None else settings.pending
        running = technology.running if settings.running is None else settings.running
        return Timeline.plan(
            submitted,
            final,
            pending=round(pending * 1000),
            running=round(running * 1000),
            lifetime=round(settings.task_lifetime * 1000),
        )

    def _task_id(self, namespace: str, submissions: int) -> str:
        """Make a random UUID, or with a seed one derived from seed, namespace and count (C24, P13)."""
        if self.settings.seed is None:
            return str(uuid.uuid4())
        digest = hashlib.sha256(f"{self.settings.seed}/{namespace}/{submissions}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))


def _outcome(compute: Callable[[], Result]) -> tuple[State, bytes]:
    try:
        return State.DONE, orjson.dumps(compute())
    except Rejection as rejection:
        error = {
            "type": "task.validation-error",
            "message": rejection.message,
            "detail": [detail.as_json() for detail in rejection.details],
        }
        return State.REJECTED, orjson.dumps(error)


def _passed(tasks: Sequence[Task], after: int, until: int) -> list[Transition]:
    passed = [
        Transition(task, instant, state)
        for task in tasks
        for instant, state in transitions(task.timeline, after, until)
    ]
    return sorted(passed, key=lambda transition: transition.instant)

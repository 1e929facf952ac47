"""The appliance: submit a request, look a task up, move the clock. Where clock, store and technologies meet.

It reads no clock: `real_now` gives integer milliseconds since the epoch and never goes back.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import BoundedSemaphore

from voxdouble_mock.core import clock as clocks
from voxdouble_mock.core.clock import Clock, Pace
from voxdouble_mock.core.fault import Fault, GetFault, Status
from voxdouble_mock.core.scenario import Choice, Facts, Then, choose
from voxdouble_mock.core.task import State, Task, Timeline, next_transition, state_at, transitions
from voxdouble_mock.outcome import Outcome, ending, outcome_of
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import NamespaceRecord, Store
from voxdouble_mock.technologies._technology import Result, Technology

COMPUTATIONS = max(4, os.cpu_count() or 1)
"""How many requests are computed at one time, so that a crowd of uploads cannot multiply the memory that one takes."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A task's change of state that a moving clock has passed; `state` None is expiry. `instant` in milliseconds."""

    task: Task
    instant: int
    state: State | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a request: its task, unless the scenario refuses it by `fault`, and what the scenario made of it."""

    task: Task | None
    fault: Fault | None
    choice: Choice


class Appliance:
    """All namespaces of one mock. Safe from several threads; every name of a namespace is plain data."""

    def __init__(self, settings: Settings, store: Store, real_now: Callable[[], int]) -> None:
        self.settings = settings
        self._store = store
        self._real_now = real_now
        self._computing = BoundedSemaphore(COMPUTATIONS)

    def submit(self, namespace: str, technology: Technology, facts: Facts, compute: Callable[[], Result]) -> Submitted:
        """Compute the outcome, then store the task whose life begins at that moment; it is stored when this returns."""
        with self._computing:
            outcome = outcome_of(compute)
        submitted = Submitted(None, None, Choice(None, (), ()))

        def build(record: NamespaceRecord) -> tuple[NamespaceRecord, Task | None]:
            nonlocal submitted
            choice = choose(record.scenario, record.seen, facts) if record.scenario else Choice(None, (), ())
            then = choice.rule.then if choice.rule else Then()
            record = replace(record, seen=choice.seen)
            if isinstance(then.fault, Status):
                submitted = Submitted(None, then.fault, choice)
                return record, None
            end = ending(then, outcome)
            task = self._task(namespace, record, technology, then, end)
            submitted = Submitted(task, None if isinstance(then.fault, GetFault) else then.fault, choice)
            heard = {technology.name: record.audio_ms.get(technology.name, 0) + end.audio_ms} if end.audio_ms else {}
            return replace(record, submissions=record.submissions + 1, audio_ms={**record.audio_ms, **heard}), task

        self._store.submit(namespace, build, self._real_now())
        return submitted

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
        return _passed(self._store.tasks(namespace, now)[0], until - clocks.milliseconds(seconds), until)

    def advance_to_next(self, namespace: str) -> list[Transition]:
        """Move the clock to the next instant at which a task changes its state; nothing moves where none will."""
        now = self._real_now()
        held, record = self._store.tasks(namespace, now)
        shown = clocks.read(record.clock, now)
        instants = [instant for task in held if (instant := next_transition(task.timeline, shown)) is not None]
        return self.advance(namespace, (min(instants) - shown) / 1000) if instants else []

    def audio_processed(self, namespace: str) -> Mapping[str, int]:
        """Give the milliseconds of audio that each technology has processed for tasks that end done."""
        return self._store.record(namespace, self._real_now()).audio_ms

    def reset(self, namespace: str) -> None:
        """Make the namespace as new: tasks, clock, scenario, faults, log, id counter."""
        self._store.reset(namespace, self._real_now())

    def _change_clock(self, namespace: str, change: Callable[[Clock, int], Clock]) -> Clock:
        now = self._real_now()
        return self._store.update(namespace, lambda record: replace(record, clock=change(record.clock, now)), now).clock

    def _task(
        self, namespace: str, record: NamespaceRecord, technology: Technology, then: Then, outcome: Outcome
    ) -> Task:
        submitted = clocks.read(record.clock, self._real_now())
        timeline = Timeline.plan(
            submitted,
            outcome.final,
            pending=_milliseconds(then.pending, self.settings.pending, technology.pending),
            running=_milliseconds(then.running, self.settings.running, technology.running),
            lifetime=_milliseconds(then.lifetime, self.settings.task_lifetime),
        )
        return Task(
            self._task_id(namespace, record.submissions),
            technology.name,
            timeline,
            outcome.text,
            then.fault if isinstance(then.fault, GetFault) else None,
        )

    def _task_id(self, namespace: str, submissions: int) -> str:
        """Make a random UUID, or with a seed one derived from seed, namespace and count (C24, P13)."""
        if self.settings.seed is None:
            return str(uuid.uuid4())
        digest = hashlib.sha256(f"{self.settings.seed}/{namespace}/{submissions}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))


def _milliseconds(*seconds: float | None) -> int:
    """Take the first duration that is set."""
    return round(next(one for one in seconds if one is not None) * 1000)


def _passed(tasks: Sequence[Task], after: int, until: int) -> list[Transition]:
    passed = [
        Transition(task, instant, state)
        for task in tasks
        for instant, state in transitions(task.timeline, after, until)
    ]
    return sorted(passed, key=lambda transition: transition.instant)

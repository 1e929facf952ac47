"""The appliance: starts and finds tasks, and runs the clocks of the namespaces.

It reads no clock itself: `real_now` returns the real time in integer milliseconds since the epoch, and never goes back.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore, Lock

from voxdouble_mock.core import clock as clocks
from voxdouble_mock.core.clock import Clock, Pace, to_milliseconds, to_seconds
from voxdouble_mock.core.fault import Fault, GetFault, Status
from voxdouble_mock.core.scenario import Choice, RequestSummary, Then, choose
from voxdouble_mock.core.task import State, Task, Timeline, next_transition, state_at, transitions
from voxdouble_mock.execution import Completion, apply_rule, execute
from voxdouble_mock.result_cache import ResultCache
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import Change, LimitedStore, NamespaceRecord
from voxdouble_mock.technologies._technology import Result, Technology

MAX_EXECUTIONS = max(4, os.cpu_count() or 1)
"""The most requests that are executed at one time, which bounds the memory of many simultaneous uploads."""


@dataclass(frozen=True, slots=True, repr=False)
class Transition:
    """A change of a task's state on the clock of its namespace."""

    task_id: str
    technology: str
    state: str
    """The new state, or "expired"."""
    at: float
    """In seconds since the epoch."""

    def __repr__(self) -> str:
        return f"<{self.technology} {self.task_id}: {self.state} at {self.at:.3f}>"


@dataclass(frozen=True, slots=True)
class Submission:
    """The outcome of a submitted request: its task, or None if a status fault of the scenario refuses it."""

    task: Task | None
    fault: Fault | None
    """The scenario's fault for the response to this request."""
    choice: Choice


@dataclass(frozen=True, slots=True)
class Execution:
    """How a request is executed: a function, and the parameters on which its result depends beside the content."""

    run: Callable[[], Result]
    parameters: Hashable


class OpenRequest:
    """A request that is being processed. A reset of its namespace sets `stale`, and then its task is not stored."""

    stale = False


class Appliance:
    """The namespaces of one mock, as the vendor's clients see them. Safe for several threads."""

    def __init__(self, settings: Settings, store: LimitedStore, real_now: Callable[[], int]) -> None:
        self.settings = settings
        self._store = store
        self._real_now = real_now
        self._executing = BoundedSemaphore(MAX_EXECUTIONS)
        self._cache = ResultCache(settings.limits.cache)
        self._open: dict[str, set[OpenRequest]] = {}
        self._open_lock = Lock()

    @contextmanager
    def open_request(self, namespace: str) -> Iterator[OpenRequest]:
        """Mark a request as being processed for as long as the block lasts."""
        request = OpenRequest()
        with self._open_lock:
            self._open.setdefault(namespace, set()).add(request)
        try:
            yield request
        finally:
            with self._open_lock:
                self._open[namespace].discard(request)
                if not self._open[namespace]:
                    del self._open[namespace]

    def submit(
        self,
        namespace: str,
        technology: Technology,
        request: RequestSummary,
        execution: Execution,
        open_request: OpenRequest,
    ) -> Submission:
        """Execute a request and store its task, whose life begins at that moment; it is stored when this returns.

        If the namespace was reset after the request began, the task is gone with all earlier ones, and no rule applies.
        """
        completion = self._completion(technology, request, execution)

        def change(record: NamespaceRecord) -> Change[Submission]:
            if open_request.stale:
                unstored = self._new_task(str(uuid.uuid4()), record, technology, Then(), completion)
                return Change(record, Submission(unstored, None, Choice()))
            choice = choose(record.scenario, record.seen, request) if record.scenario else Choice()
            then = choice.rule.then if choice.rule else Then()
            record = replace(record, seen=choice.seen)
            if isinstance(then.fault, Status):
                return Change(record, Submission(None, then.fault, choice))
            end = apply_rule(then, completion)
            task = self._new_task(self._new_task_id(namespace, record), record, technology, then, end)
            audio_ms = dict(record.audio_ms)
            if end.audio_ms:
                audio_ms[technology.name] = audio_ms.get(technology.name, 0) + end.audio_ms
            record = replace(record, submissions=record.submissions + 1, audio_ms=audio_ms)
            fault = None if isinstance(then.fault, GetFault) else then.fault
            return Change(record, Submission(task, fault, choice), task)

        return self._store.transact(namespace, change, self._real_now())

    def _completion(self, technology: Technology, request: RequestSummary, execution: Execution) -> Completion:
        def compute() -> Completion:
            with self._executing:
                return execute(execution.run)

        return self._cache.get((technology.name, request.sha256, execution.parameters), compute)

    def find(self, namespace: str, technology: str, task_id: str) -> tuple[Task, State] | None:
        """Return a task with its state; None if it is unknown, of another technology (C4), or has expired (S20)."""
        now = self._real_now()
        found = self._store.find(namespace, task_id, now)
        if found is None or found[0].technology != technology:
            return None
        task, record = found
        state = state_at(task.timeline, clocks.read(record.clock, now))
        return None if state is None else (task, state)

    def tasks(self, namespace: str) -> list[tuple[Task, State]]:
        """Return the live tasks, oldest first, with their states at one instant."""
        now = self._real_now()
        tasks, record = self._store.tasks(namespace, now)
        shown = clocks.read(record.clock, now)
        return [(task, state) for task in tasks if (state := state_at(task.timeline, shown)) is not None]

    def clock(self, namespace: str) -> tuple[Pace, int]:
        """Return the pace of the namespace's clock, and the instant that it shows, in milliseconds."""
        now = self._real_now()
        clock = self._store.peek(namespace, now).clock
        return clock.pace, clocks.read(clock, now)

    def change_pace(self, namespace: str, pace: Pace) -> None:
        """Change the pace of the namespace's clock, which continues from what it shows."""
        self._change_clock(namespace, lambda clock, now: clocks.change_pace(clock, pace, now))

    def advance(self, namespace: str, seconds: float) -> list[Transition]:
        """Advance the namespace's clock; return the transitions that it passes, in order of time."""
        now = self._real_now()
        clock = self._change_clock(namespace, lambda clock, _: clocks.advance(clock, seconds))
        until = clocks.read(clock, now)
        return _passed(self._store.tasks(namespace, now)[0], until - to_milliseconds(seconds), until)

    def advance_to_next(self, namespace: str) -> list[Transition]:
        """Advance the clock to the next transition of any task, if there is one; return the transitions at it."""
        now = self._real_now()
        tasks, record = self._store.tasks(namespace, now)
        shown = clocks.read(record.clock, now)
        instants = [instant for task in tasks if (instant := next_transition(task.timeline, shown)) is not None]
        return self.advance(namespace, to_seconds(min(instants) - shown)) if instants else []

    def audio_processed(self, namespace: str) -> Mapping[str, int]:
        """Return the milliseconds of audio that each technology has processed for tasks that end done (C36)."""
        return self._store.peek(namespace, self._real_now()).audio_ms

    def reset(self, namespace: str) -> None:
        """Reset the namespace: tasks, clock, scenario, faults, log and counters; open requests become stale."""
        with self._open_lock:
            for request in self._open.get(namespace, ()):
                request.stale = True
        self._store.reset(namespace, self._real_now())

    def _change_clock(self, namespace: str, change: Callable[[Clock, int], Clock]) -> Clock:
        now = self._real_now()

        def changed(record: NamespaceRecord) -> Change[Clock]:
            clock = change(record.clock, now)
            return Change(replace(record, clock=clock), clock)

        return self._store.transact(namespace, changed, now)

    def _new_task(
        self, task_id: str, record: NamespaceRecord, technology: Technology, then: Then, completion: Completion
    ) -> Task:
        settings = self.settings
        timeline = Timeline.plan(
            clocks.read(record.clock, self._real_now()),
            completion.final,
            pending=to_milliseconds(_first_set(then.pending, settings.pending, technology.pending)),
            running=to_milliseconds(_first_set(then.running, settings.running, technology.running)),
            lifetime=to_milliseconds(_first_set(then.lifetime, settings.task_lifetime)),
        )
        fault = then.fault if isinstance(then.fault, GetFault) else None
        return Task(task_id, technology.name, timeline, completion.payload, fault)

    def _new_task_id(self, namespace: str, record: NamespaceRecord) -> str:
        """Return a random UUID, or with a seed one derived from seed, namespace and counter (C24, P13)."""
        if self.settings.seed is None:
            return str(uuid.uuid4())
        digest = hashlib.sha256(f"{self.settings.seed}/{namespace}/{record.submissions}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))


def _first_set(*durations: float | None) -> float:
    return next(duration for duration in durations if duration is not None)


def _passed(tasks: Sequence[Task], after: int, until: int) -> list[Transition]:
    passed = [
        Transition(task.task_id, task.technology, str(state or "expired"), to_seconds(instant))
        for task in tasks
        for instant, state in transitions(task.timeline, after, until)
    ]
    return sorted(passed, key=lambda transition: transition.at)

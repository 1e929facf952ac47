"""The appliance: starts and finds tasks, and moves the clocks of the namespaces. Its store supplies the real time."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from voxdouble_mock.core import clock as clocks
from voxdouble_mock.core.clock import Clock, Pace, to_milliseconds, to_seconds
from voxdouble_mock.core.errors import InvalidRequest
from voxdouble_mock.core.fault import Call, Fault, GetFault, Status
from voxdouble_mock.core.request_log import shortened
from voxdouble_mock.core.scenario import Choice, Match, RequestSummary, Then, match
from voxdouble_mock.core.task import State, Task, live_at, next_transition, state_at
from voxdouble_mock.core.transitions import Transition, passed
from voxdouble_mock.execution import Completion, Slots, apply_rule, completion_of
from voxdouble_mock.result_cache import ResultCache
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import (
    AUDIO_COUNTERS,
    SUBMISSIONS,
    Change,
    Draft,
    NamespaceRecord,
    OpenRequest,
    Plan,
    Store,
    Stored,
    StoreState,
    View,
)
from voxdouble_mock.technologies._technology import Result, Technology

if TYPE_CHECKING:
    from voxdouble_mock.packs.library import Library

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Activity:
    """The clock of a namespace, and marks of its tasks and its log: a list is out of date if its mark has changed."""

    pace: Pace
    now: int
    """The instant that the clock shows, in milliseconds."""
    tasks: str
    """A mark that changes with each submission, reset and change by a control route, but not with time."""
    logged: int
    """The number of the newest request in the log."""
    has_scenario: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """The outcome of a submitted request: its task, or None if a status fault of the scenario refuses it."""

    task: Task | None
    fault: Fault | None
    """The scenario's fault for the response to this request."""
    choice: Choice


@dataclass(frozen=True, slots=True)
class Execution:
    """How a request is executed: a function, and the parameters that determine its result together with the content."""

    run: Callable[[Callable[[], None]], Result | Completion]
    """It calls its argument from time to time; the argument raises an exception if no client waits for the result."""
    parameters: Hashable
    is_waiting: Callable[[], bool] = lambda: True
    """Returns whether the request's client is still connected."""


class Appliance:
    """The namespaces of one mock, as the vendor's clients see them. Safe for several threads."""

    def __init__(self, settings: Settings, store: Store, packs: "Library") -> None:
        self.settings = settings
        self.packs = packs
        self._store = store
        self._slots = Slots()
        self._cache = ResultCache(settings.limits.cache)

    def begin(self, namespace: str, call: Call, offers: Callable[[NamespaceRecord], bool]) -> OpenRequest:
        """Begin a request: return it with the armed fault that applies, and for a poll with the task.

        A call of a technology that the namespace does not offer is not counted for the faults. Does not create the
        namespace.
        """
        return self._store.begin(namespace, call, offers)

    def submit(
        self, request: OpenRequest, technology: Technology, summary: RequestSummary, execution: Execution
    ) -> Submission:
        """Execute a request, and store its task before returning; the task's life begins when it is stored.

        Nothing is stored if a status fault of the scenario refuses the request. If the namespace was reset after the
        request began, no rule applies and the task is not stored: the client gets its 202, and its poll a 404.
        """
        completion = self._completion(technology, summary, execution)
        while True:
            matched = match(request.record.scenario, summary)
            stored = self._store.submit(request, self._draft(matched, technology, completion, summary.file_name))
            if isinstance(stored, Stored):
                break
            request = stored  # the record was changed in the meantime
        choice = Choice() if stored.counts is None else matched.choice(stored.counts)
        then = choice.rule.then if choice.rule else Then()
        fault = None if isinstance(then.fault, GetFault) else then.fault
        return Submission(stored.task, fault, choice)

    def _draft(self, matched: Match, technology: Technology, completion: Completion, file_name: str | None) -> Draft:
        file_name = None if file_name is None else shortened(file_name)
        rules = matched.scenario.rules if matched.scenario else ()

        def plan(then: Then, rule: str | None = None) -> Plan | None:
            return self._plan(then, technology, completion, file_name, rule)

        plans: dict[int | None, Plan | None] = {None: plan(Then())}
        for index in matched.candidates:
            plans[index] = plan(rules[index].then, rules[index].name or f"rule {index + 1}")
        return Draft(matched.met, plans)

    def _plan(
        self, then: Then, technology: Technology, completion: Completion, file_name: str | None, rule: str | None
    ) -> Plan | None:
        """Return the task that a rule makes of a request; None if its status fault refuses the request."""
        if isinstance(then.fault, Status):
            return None
        (end, origin), settings = apply_rule(then, completion), self.settings
        return Plan(
            technology.name,
            end.final,
            end.payload,
            pending=to_milliseconds(_first_set(then.pending, end.timing.pending, settings.pending, technology.pending)),
            running=to_milliseconds(_first_set(then.running, end.timing.running, settings.running, technology.running)),
            lifetime=to_milliseconds(_first_set(then.lifetime, settings.task_lifetime)),
            fault=then.fault if isinstance(then.fault, GetFault) else None,
            audio_ms=end.audio_ms,
            file_name=file_name,
            rule=None if rule is None else shortened(rule),
            origin=origin,
        )

    def _completion(self, technology: Technology, request: RequestSummary, execution: Execution) -> Completion:
        def compute(is_wanted: Callable[[], bool]) -> Completion:
            def checkpoint() -> None:
                if not is_wanted():
                    raise InvalidRequest("The client closed its connection before its result was computed.")

            return self._slots.run(lambda: completion_of(lambda: execution.run(checkpoint)), checkpoint)

        key = (technology.name, request.sha256, execution.parameters)
        return self._cache.get(key, compute, execution.is_waiting)

    def in_slot(self, work: Callable[[], T]) -> T:
        """Return the result of some work that needs as much memory as an execution. Raises Unavailable."""
        return self._slots.run(work)

    def find(self, request: OpenRequest, technology: str) -> tuple[Task, State] | None:
        """Return a poll's task with its state; None if it is unknown, of another technology (C4), or expired (S20)."""
        task = request.task
        if task is None or task.technology != technology:
            return None
        state = state_at(task.timeline, clocks.read(request.record.clock, request.now))
        return None if state is None else (task, state)

    def tasks(self, namespace: str) -> tuple[list[Task], list[State]]:
        """Return the live tasks, oldest first, and the state of each at one instant."""
        tasks, view = self._store.tasks(namespace)
        return live_at(tasks, clocks.read(view.record.clock, view.now))

    def task(self, namespace: str, task_id: str) -> tuple[Task, State] | None:
        """Return a task of any technology with its state; None if it is unknown or has expired."""
        request = self._store.begin(namespace, Call(None, "GET", task_id), lambda _: False)
        return None if request.task is None else self.find(request, request.task.technology)

    def activity(self, namespace: str) -> Activity:
        """Return the activity of a namespace."""
        view = self._store.view(namespace)
        record, now = view.record, clocks.read(view.record.clock, view.now)
        mark = f"{record.life}-{record.version}-{view.counters.get(SUBMISSIONS, 0)}"
        return Activity(record.clock.pace, now, mark, view.logged, record.scenario is not None)

    def clock(self, namespace: str) -> tuple[Pace, int]:
        """Return the pace of the namespace's clock, and the instant that it shows, in milliseconds."""
        view = self._store.view(namespace)
        return view.record.clock.pace, clocks.read(view.record.clock, view.now)

    def change_pace(self, namespace: str, pace: Pace) -> None:
        """Change the pace of the clock, which continues from what it shows; a real one catches up with real time."""
        self._change_clock(namespace, lambda clock, now: clocks.change_pace(clock, pace, now))

    def advance(self, namespace: str, seconds: float) -> list[Transition]:
        """Advance the namespace's clock; return the transitions that it passes, in order of time."""
        before = self._store.tasks(namespace)[0]  # a POST after the advance may delete those that expire in it
        until = self._change_clock(namespace, lambda clock, _: clocks.advance(clock, seconds))
        tasks = {task.task_id: task for task in (*before, *self._store.tasks(namespace)[0])}
        return passed(list(tasks.values()), until - to_milliseconds(seconds), until)

    def advance_to_next(self, namespace: str) -> list[Transition]:
        """Advance the clock to the next transition of any task, if there is one; return the transitions at it."""
        tasks = self._store.tasks(namespace)[0]

        def change(view: View) -> Change[list[Transition]]:
            shown = clocks.read(view.record.clock, view.now)
            instants = [instant for task in tasks if (instant := next_transition(task.timeline, shown)) is not None]
            if not instants:
                return Change(view.record, [])
            clock = clocks.advance(view.record.clock, to_seconds(min(instants) - shown))
            return Change(replace(view.record, clock=clock), passed(tasks, shown, min(instants)))

        return self._store.change(namespace, change) if tasks else []

    def audio_processed(self, namespace: str) -> Mapping[str, int]:
        """Return the milliseconds of audio that each technology has processed for tasks that end done (C36)."""
        return {
            name.removeprefix(AUDIO_COUNTERS): amount
            for name, amount in self._store.view(namespace).counters.items()
            if name.startswith(AUDIO_COUNTERS)
        }

    def store_state(self) -> StoreState:
        """Return whether the store answers, and whether it was emptied."""
        return self._store.state()

    def reset(self, namespace: str) -> None:
        """Reset all of the namespace, its options and counters included; requests in progress store nothing."""
        self._store.reset(namespace)

    def _change_clock(self, namespace: str, change: Callable[[Clock, int], Clock]) -> int:
        """Change the clock of a namespace, and return the instant that it then shows."""

        def changed(view: View) -> Change[int]:
            clock = change(view.record.clock, view.now)
            return Change(replace(view.record, clock=clock), clocks.read(clock, view.now))

        return self._store.change(namespace, changed)


def _first_set(*durations: float | None) -> float:
    return next(duration for duration in durations if duration is not None)

"""The task: an immutable record, and a pure function from time to state. Read this module first.

A task does not change while it lives. It is written once, at its POST, with its result already in it and with the four
instants at which its life changes. The state is not stored: `state_at` computes it from these instants.

    instant    submitted          starts          ends           expires
    state      |     pending      |    running    |     final     |     none: 404, as for an unknown id

Each state holds from its own instant until just before the next one. `final` is done, failed or rejected. A rejected
task was never executed: it has `starts` equal to `ends`, so no instant shows it running (C2).

The laws of the lifecycle follow from this, without locks, timers or workers (tested in tests/core/test_task_laws.py):

1. A poll changes nothing: at one instant every poll gets the same state.
2. States never go back: states observed in the order of time are in the order of a task's life.
3. A final state is final until the task expires; an expired task never returns.
4. The state at an instant does not depend on when the task was polled before.
5. Every time that is shown for a task is one of its instants.
6. The result depends on the request and the scenario's rule alone, not on the time, the machine or the polls.

Two rules keep the laws true. Everything that determines a state is in this module. Nothing in this module reads a
clock: the caller passes the instant. Instants are integer milliseconds of the namespace's clock, since sums of rounded
floating-point durations let a state step back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from voxdouble_mock.core.fault import GetFault


class State(StrEnum):
    """The five states of the contract (S12), spelled as in responses."""

    PENDING = "pending"
    RUNNING = "running"
    REJECTED = "rejected"
    FAILED = "failed"
    DONE = "done"


Origin = Literal["computed", "rule", "given", "captured", "mixed"]
"""The source of a payload: computed from the request, the error of a scenario's rule, a result given by a rule,
captured in a pack, or a list with captured and computed values."""
FINAL = frozenset({State.REJECTED, State.FAILED, State.DONE})


@dataclass(frozen=True, slots=True)
class Timeline:
    """The four instants of a task, in milliseconds, and its final state.

    The state is pending from `submitted`, running from `starts` and `final` from `ends`. The task has expired from
    `expires` on.
    """

    submitted: int
    starts: int
    ends: int
    expires: int
    final: State

    def __post_init__(self) -> None:
        if self.final not in FINAL:
            raise ValueError(f"The final state must be done, failed or rejected, got {self.final}.")
        if not self.submitted <= self.starts <= self.ends <= self.expires:
            raise ValueError(f"The instants of a task must be in order, got {self}.")

    @classmethod
    def plan(cls, submitted: int, final: State, *, pending: int, running: int, lifetime: int) -> Self:
        """Return the timeline of a task from durations in milliseconds.

        A rejected task goes from pending to its end without running (C2). The lifetime counts from the end (C3).
        """
        starts = submitted + pending
        ends = starts if final is State.REJECTED else starts + running
        return cls(submitted, starts, ends, ends + lifetime, final)


def state_at(timeline: Timeline, now: int) -> State | None:
    """Return the state at an instant; None once the task has expired, and polls get 404 (S20)."""
    if now >= timeline.expires:
        return None
    if now >= timeline.ends:
        return timeline.final
    if now >= timeline.starts:
        return State.RUNNING
    return State.PENDING


def transitions(timeline: Timeline, after: int, until: int) -> Iterator[tuple[int, State | None]]:
    """Yield each instant in (after, until] at which the state changes, with the new state; None is expiry."""
    for instant in sorted({timeline.starts, timeline.ends, timeline.expires}):
        entered = state_at(timeline, instant)
        if after < instant <= until and entered is not state_at(timeline, instant - 1):
            yield instant, entered


def next_transition(timeline: Timeline, now: int) -> int | None:
    """Return the next instant after `now` at which the state changes; None once the task has expired."""
    return next((instant for instant, _ in transitions(timeline, now, timeline.expires)), None)


TASK_BYTES = 1_000
"""The memory of a task without its payload, but with its places in the store, rounded up (P7)."""


def stored_size(payload: bytes) -> int:
    """Return the bytes that a task with this payload takes in a store."""
    return TASK_BYTES + len(payload)


@dataclass(frozen=True, slots=True)
class Task:
    """One accepted request, written once, before its 202 is sent."""

    task_id: str
    technology: str
    timeline: Timeline
    payload: bytes
    """The JSON text of `result` if the task ends done, else of `error`; a GET may add null members to it (C15)."""
    fault: GetFault | None = None
    """The fault that a scenario applies to every poll of this task."""
    file_name: str | None = None
    """The name of the uploaded file, shortened if it is long."""
    rule: str | None = None
    """The name of the scenario's rule that applied to the request."""
    origin: Origin = "computed"


def live_at(tasks: Iterable[Task], now: int) -> tuple[list[Task], list[State]]:
    """Return the tasks that have not expired at an instant, and the state of each.

    Two lists, since ten thousand new tuples would trigger a full garbage collection.
    """
    live: list[Task] = []
    states: list[State] = []
    for task in tasks:
        state = state_at(task.timeline, now)
        if state is not None:
            live.append(task)
            states.append(state)
    return live, states

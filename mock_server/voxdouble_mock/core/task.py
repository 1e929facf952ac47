"""What a task is: an immutable record, and a pure function from time to state. Read this first.

Two rules hold here. Everything that decides a state lives in this file. Nothing in this file reads a clock: whoever
asks brings the instant, so that looking can never change anything.

Instants are integer milliseconds of the namespace's clock. Floats and durations were tried and break the laws:
sums of rounded durations let a state step back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from voxdouble_mock.core.fault import GetFault


class State(StrEnum):
    """The five states that the contract knows (S12), spelled as on the wire."""

    PENDING = "pending"
    RUNNING = "running"
    REJECTED = "rejected"
    FAILED = "failed"
    DONE = "done"


FINAL = frozenset({State.REJECTED, State.FAILED, State.DONE})


@dataclass(frozen=True, slots=True)
class Timeline:
    """When a task starts, ends and is forgotten, and how it ends; all instants in milliseconds.

    Each state holds from its own instant up to, and without, the next: pending from `submitted`, running from
    `starts`, `final` from `ends`, nothing from `expires` on.
    """

    submitted: int
    starts: int
    ends: int
    expires: int
    final: State

    def __post_init__(self) -> None:
        if self.final not in FINAL:
            raise ValueError(f"A task ends done, failed or rejected, not {self.final}.")
        if not self.submitted <= self.starts <= self.ends <= self.expires:
            raise ValueError(f"The instants of a task must be in order: {self}.")

    @classmethod
    def plan(cls, submitted: int, final: State, *, pending: int, running: int, lifetime: int) -> Self:
        """Lay out a life from durations in milliseconds.

        A rejected task was never executed, so it leaves pending for its end without running (C2).
        The lifetime counts from the task's end (C3).
        """
        starts = submitted + pending
        ends = starts if final is State.REJECTED else starts + running
        return cls(submitted, starts, ends, ends + lifetime, final)


def state_at(timeline: Timeline, now: int) -> State | None:
    """Tell the state at an instant; None once the task has expired and answers like one that never was (S20)."""
    if now >= timeline.expires:
        return None
    if now >= timeline.ends:
        return timeline.final
    if now >= timeline.starts:
        return State.RUNNING
    return State.PENDING


def transitions(timeline: Timeline, after: int, until: int) -> Iterator[tuple[int, State | None]]:
    """Yield each instant in (after, until] at which the state changes, with the state entered; None is expiry."""
    for instant in sorted({timeline.starts, timeline.ends, timeline.expires}):
        entered = state_at(timeline, instant)
        if after < instant <= until and entered is not state_at(timeline, instant - 1):
            yield instant, entered


def next_transition(timeline: Timeline, now: int) -> int | None:
    """Tell the next instant after `now` at which the state changes; None once the task has expired."""
    return next((instant for instant, _ in transitions(timeline, now, timeline.expires)), None)


@dataclass(frozen=True, slots=True)
class Task:
    """One accepted request: written once, before its 202 goes out, with its outcome already in it.

    `outcome` is the JSON text of `result` if the task ends done, else of `error`, exactly as it will be sent.
    """

    task_id: str
    technology: str
    timeline: Timeline
    outcome: bytes
    fault: GetFault | None = None
    """What a scenario lets go wrong with every poll of this task."""

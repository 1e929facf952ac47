"""A history of the requests of many clients to an appliance, and the violations in it (P9).

The clients start tasks, poll their own and those of others, list them and read the clock. Each request is an operation
with the instants at which it was sent and answered, on the clock of the clients. An operation that was answered before
another was sent happened before it; nothing is assumed about the order of others.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

ORDER = {"pending": 0, "running": 1, "done": 2, "failed": 2, "rejected": 2, "expired": 3}
Kind = Literal["start", "poll", "list", "clock"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request and its outcome."""

    kind: Kind
    sent: float
    answered: float
    task_id: str = ""
    state: str = ""
    """The state that a poll showed; "unknown" for a 404."""
    body: bytes = b""
    """The body of a final answer."""
    listed: frozenset[str] = frozenset()
    now: float = 0.0
    """The instant that the clock showed."""


@dataclass
class History:
    """Operations in any order; safe for several threads."""

    operations: list[Operation] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, operation: Operation) -> None:
        """Record an operation."""
        with self.lock:
            self.operations.append(operation)

    def states(self) -> set[str]:
        """Return the states that polls have shown."""
        return {one.state for one in self.operations if one.kind == "poll"}

    def violations(self) -> list[str]:
        """Return a sentence for each violation: lost, doubled or changed tasks, states and clocks that go back."""
        started: dict[str, float] = {}
        found: list[str] = []
        for one in self.operations:
            if one.kind == "start":
                if one.task_id in started:
                    found.append(f"{one.task_id} was acknowledged twice")
                started[one.task_id] = one.answered
        found += self._lost(started)
        for task_id, polls in self._polls().items():
            found += _states_that_go_back(task_id, polls)
            finals = {poll.body for poll in polls if ORDER.get(poll.state) == 2}
            if len(finals) > 1:
                found.append(f"{task_id} has {len(finals)} different final answers")
        return found + self._clocks_that_go_back()

    def _polls(self) -> dict[str, list[Operation]]:
        polls: dict[str, list[Operation]] = defaultdict(list)
        for one in self.operations:
            if one.kind == "poll":
                polls[one.task_id].append(one)
        return polls

    def _lost(self, started: dict[str, float]) -> list[str]:
        """Return the polls and lists that were sent after a task was acknowledged, and do not know it."""
        found = [
            f"{one.task_id} was acknowledged and then unknown"
            for one in self.operations
            if one.kind == "poll" and one.state == "unknown" and started.get(one.task_id, one.sent) < one.sent
        ]
        for one in self.operations:
            if one.kind == "list":
                missing = {task_id for task_id, at in started.items() if at < one.sent} - one.listed
                found += [f"{task_id} was acknowledged and is not in a later list" for task_id in missing]
        return found

    def _clocks_that_go_back(self) -> list[str]:
        clocks = [one for one in self.operations if one.kind == "clock"]
        ordered = sorted(clocks, key=lambda one: one.sent)
        answered = sorted(clocks, key=lambda one: one.answered)
        found, latest, position = [], 0.0, 0
        for one in ordered:
            while position < len(answered) and answered[position].answered < one.sent:
                latest = max(latest, answered[position].now)
                position += 1
            if one.now < latest:
                found.append(f"the clock showed {one.now:.3f} after it had shown {latest:.3f}")
        return found


def _states_that_go_back(task_id: str, polls: list[Operation]) -> list[str]:
    """Return the polls that showed an earlier state than a poll that was answered before they were sent."""
    ordered = sorted(polls, key=lambda poll: poll.sent)
    answered = sorted(polls, key=lambda poll: poll.answered)
    found, latest, position = [], -1, 0
    for poll in ordered:
        while position < len(answered) and answered[position].answered < poll.sent:
            latest = max(latest, ORDER.get(answered[position].state, -1))
            position += 1
        if poll.state in ORDER and ORDER[poll.state] < latest:
            found.append(f"{task_id} went back to {poll.state}")
    return found

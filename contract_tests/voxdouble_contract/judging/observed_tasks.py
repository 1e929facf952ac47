"""The states in which the suite observed each task, and when: what the report draws on a time axis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import pytest

PROPERTY = "contract states"
"""The key of the states in a pytest report's properties: plain JSON, so that they can cross processes."""
FINAL = frozenset({"done", "failed", "rejected"})
STATES = ("pending", "running", "done", "failed", "rejected")
MAX_TASKS = 200
"""The most tasks in a report. A run may start several hundred; those that were started first are kept."""


@dataclass(frozen=True)
class ObservedState:
    """The state of a task in one response to a POST or a GET."""

    technology: str
    task_id: str
    sample: str
    """The name of the sample in the request; empty for one without a name."""
    seconds: float
    """The instant on the target's clock, counted from any beginning."""
    state: str


@dataclass(frozen=True)
class StatePeriod:
    """Responses in a row with one state: the first and the last, in seconds after the POST, and their number."""

    state: str
    first: float
    last: float
    responses: int


@dataclass(frozen=True)
class ObservedTask:
    """One task from its POST to the first response with a final state, or to the last response."""

    technology: str
    task_id: str
    sample: str
    periods: Sequence[StatePeriod]

    @property
    def seconds(self) -> float:
        """Seconds from the POST to the end of what was observed."""
        return self.periods[-1].last

    def as_json(self) -> dict[str, Any]:
        """Return the task as a JSON object."""
        return {**vars(self), "periods": [asdict(period) for period in self.periods]}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Return the task of a JSON object that `as_json` made."""
        return cls(**{**entry, "periods": tuple(StatePeriod(**period) for period in entry["periods"])})


def write_states(report: pytest.TestReport, states: Iterable[ObservedState]) -> None:
    """Write observed states into a report's properties."""
    report.user_properties.append((PROPERTY, [asdict(state) for state in states]))


def read_states(report: pytest.TestReport) -> list[ObservedState]:
    """Return the observed states in a report's properties."""
    lists: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
    return [ObservedState(**entry) for entries in lists for entry in entries]


def observed_tasks(states: Iterable[ObservedState]) -> tuple[ObservedTask, ...]:
    """Return the first MAX_TASKS tasks that were polled at least once, in the order of their POSTs."""
    by_task: dict[tuple[str, str], list[ObservedState]] = {}
    for state in states:
        by_task.setdefault((state.technology, state.task_id), []).append(state)
    polled = [found for found in by_task.values() if len(found) > 1]
    return tuple(observed_task(found) for found in polled[:MAX_TASKS])


def observed_task(states: Sequence[ObservedState]) -> ObservedTask:
    """Return the task of these states, in the order of their responses; the first is that of the POST."""
    posted = states[0]
    periods: list[StatePeriod] = []
    for observed in states:
        seconds = round(observed.seconds - posted.seconds, 3)
        if periods and periods[-1].state == observed.state:
            periods[-1] = replace(periods[-1], last=seconds, responses=periods[-1].responses + 1)
        else:
            periods.append(StatePeriod(observed.state, seconds, seconds, 1))
        if observed.state in FINAL:
            break
    return ObservedTask(posted.technology, posted.task_id, posted.sample, tuple(periods))

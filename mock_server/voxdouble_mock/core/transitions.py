"""The transitions of tasks that an advance of the clock passes."""

from collections.abc import Sequence
from dataclasses import dataclass

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.core.task import Task, transitions


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


def passed(tasks: Sequence[Task], after: int, until: int) -> list[Transition]:
    """Return the transitions in (after, until], in order of time; instants in milliseconds."""
    found = [
        Transition(task.task_id, task.technology, str(state or "expired"), to_seconds(instant))
        for task in tasks
        for instant, state in transitions(task.timeline, after, until)
    ]
    return sorted(found, key=lambda transition: transition.at)

"""How a task is waited for: how long to pause between looks, and the loop that looks until the end or the deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from voxdouble_client._clock import Clock, Deadline
from voxdouble_client._errors import ApiError, ApplianceError, TransportError
from voxdouble_client._models import TaskAnswer

SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 5.0
SHORTEST_LAST_LOOK, LONGEST_LAST_LOOK = 0.02, 0.5
"""Seconds before the deadline at which a pause ends, so that a task that ended meanwhile is still seen."""

CLOCK_TICK = 0.001
"""Seconds. A clock may count in milliseconds, as a mock does, and not move for less."""

Look = Callable[[Deadline, Callable[[float], float | None]], tuple[TaskAnswer, float | None]]
"""Asks for the task once, within the deadline and by a rule for pauses; the answer, and the pause it asks for."""


@dataclass(frozen=True, slots=True)
class Waited:
    """How waiting ended: the last answer, final unless the deadline came first, and what the last look failed for."""

    answer: TaskAnswer | None
    failure: ApplianceError | None = None


def pause_between_looks(age: float, chance: float) -> float:
    """Tell the seconds until the next look at a task of this age: a tenth of it, so no result is late by more.

    `chance` in [0, 1) spreads the looks of clients that started together.
    """
    return min(max(age / 10, SHORTEST_PAUSE), LONGEST_PAUSE) * (0.8 + 0.2 * chance)


class Within:
    """The rule for pauses in a wait: as wished, but with time left for a last look; None when there is none.

    The time left is twice what the longest look took, within bounds and at most a tenth of the whole wait.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._longest = 0.0

    def took(self, seconds: float) -> None:
        """Learn how long a look took."""
        self._longest = max(self._longest, seconds)

    def __call__(self, wished: float) -> float | None:
        last_look = min(max(2 * self._longest, SHORTEST_LAST_LOOK), LONGEST_LAST_LOOK, self._deadline.timeout / 10)
        left = self._deadline.left() - last_look
        return min(wished, left) if left >= CLOCK_TICK else None


def wait_for(
    look: Look, clock: Clock, deadline: Deadline, since: float, on_state: Callable[[str], None] | None
) -> Waited:
    """Look until the task has ended or the deadline has come; `since` is the instant from which its age counts.

    `on_state` is called with every state seen, once for as long as it lasts. Errors not due to the deadline pass.
    """
    granted = Within(deadline)
    answer: TaskAnswer | None = None
    while True:
        seen = answer.state if answer else None
        began = time.monotonic()  # a look takes real time, on whatever clock the deadline is
        try:
            answer, wished = look(deadline, granted)
        except (TransportError, ApiError) as failure:
            late = granted(0.0) is None or (isinstance(failure, TransportError) and failure.timed_out)
            if not (late and failure.transient):
                raise
            return Waited(answer, failure)
        granted.took(time.monotonic() - began)
        if on_state is not None and answer.state != seen:
            on_state(answer.state)
        if answer.final:
            return Waited(answer)
        if not wished:
            wished = pause_between_looks(clock.now() - since, random.random())  # noqa: S311  jitter, no secret
        pause = granted(wished)
        if pause is None:
            return Waited(answer)
        clock.sleep(pause)

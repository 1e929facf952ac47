"""Time as the caller gives it: two callables, so that a test's clock can stand in for the real one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_TIMEOUT = 365 * 24 * 3600.0
"""Seconds. Chosen: everything ends, and no socket is given a time-out that its C type cannot hold."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`now()` tells seconds from any zero, never going back; `sleep(seconds)` lets them pass."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def deadline(self, timeout: float) -> Deadline:
        """Set the deadline `timeout` seconds from now; ValueError where that is no time to end by."""
        return Deadline(checked_timeout(timeout), self.now() + timeout, self.now)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant `ends`, on the clock `now`, by which a call of `timeout` seconds has to come back."""

    timeout: float
    ends: float
    now: Callable[[], float]

    def left(self) -> float:
        """Tell the seconds until the deadline; 0 or less when it has passed."""
        return self.ends - self.now()


def checked_timeout(timeout: float) -> float:
    """Return `timeout` if it is a number of seconds that a call can be given."""
    if not math.isfinite(timeout) or not 0 < timeout <= LONGEST_TIMEOUT:
        raise ValueError(f"A timeout is a number of seconds above 0 and at most a year, not {timeout!r}.")
    return float(timeout)

"""The clock and the deadlines of all waiting; the clock is two callables, which a test can replace."""

from __future__ import annotations

import time
from collections.abc import Callable
from numbers import Real
from typing import Any, TypeAlias

from msgspec import Struct

MAX_TIMEOUT = 365 * 24 * 3600.0
"""The longest timeout in seconds. Chosen: the C type of a socket's timeout can hold it."""

PauseRule: TypeAlias = Callable[[float], float | None]
"""Returns the allowed pause for a wanted one, in seconds, or None to end the retries."""


class Clock(Struct, frozen=True):
    """`now()` returns seconds since any zero and never goes back; `sleep(seconds)` waits."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def deadline(self, timeout: float) -> Deadline:
        """Return the deadline `timeout` seconds from now; ValueError if the timeout is not valid."""
        return Deadline(checked_timeout(timeout), self.now() + timeout, self.now)


class Deadline(Struct, frozen=True):
    """The instant `ends`, on the clock `now`, by which a call with this `timeout` in seconds must return."""

    timeout: float
    ends: float
    now: Callable[[], float]

    def left(self) -> float:
        """Return the seconds until the deadline; 0 or less once it has passed."""
        return self.ends - self.now()


def checked_timeout(timeout: Any) -> float:
    """Return `timeout`; ValueError unless it is a number of seconds above 0 and at most a year."""
    is_number = isinstance(timeout, Real) and not isinstance(timeout, bool)
    if not is_number or not 0 < timeout <= MAX_TIMEOUT:
        raise ValueError(f"`timeout` must be a number of seconds above 0 and at most a year, got {timeout!r}.")
    return float(timeout)

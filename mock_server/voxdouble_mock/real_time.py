"""The real time of the mock: the wall clock is read once, when this module is imported, and then `time.monotonic`.

Tests of users replace the clock of their process: freezegun replaces attributes in all modules, time-machine 3 the
functions of `time` except `monotonic`, and `mock.patch` may put a list of values there that runs out. None of these
changes the closure from which the functions here call `time.monotonic_ns`; only time-machine 2, from 2.13 on, replaces
that function itself. This clock never goes back, whereas a wall clock that is set back would return finished tasks to
`running`.
"""

import time
from collections.abc import Callable


def _read_clocks() -> tuple[Callable[[], float], Callable[[], int]]:
    read = time.monotonic_ns
    offset = time.time_ns() - read()
    return lambda: read() / 1e9, lambda: (read() + offset) // 1_000_000


_seconds, _milliseconds = _read_clocks()


def monotonic() -> float:
    """Return seconds from an arbitrary start, for timeouts and deadlines."""
    return _seconds()


def real_now() -> int:
    """Return the integer milliseconds since the epoch."""
    return _milliseconds()

"""The real time of the mock: the wall clock is read once, when this module is imported, and then `time.monotonic`.

Tests of users replace the clock of their process: freezegun every attribute of every module, time-machine the functions
of `time` themselves except `monotonic`, and `mock.patch` with values that run out. The functions here call
`time.monotonic_ns` from a closure, which none of them changes. They never go back either, as a wall clock that is set
does, which would return finished tasks to `running`.
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

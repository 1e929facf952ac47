"""The real time of the mock: the wall clock at the import of this module, plus `time.monotonic` since then.

A user's test may replace the clock of its process. freezegun replaces attributes of modules. time-machine 3 replaces
the functions of `time` except `monotonic`. `mock.patch` may put a list of values in their place. None of these changes
the functions of this module, which call `time.monotonic_ns` from a closure. Only time-machine 2, from 2.13 on, replaces
`monotonic_ns` itself.

This clock never goes back within a process. A wall clock that is set back would return finished tasks to `running`.
"""

import time
from collections.abc import Callable


def _read_clocks() -> tuple[Callable[[], float], Callable[[], int], Callable[[], int]]:
    read = time.monotonic_ns
    offset = time.time_ns() - read()
    return lambda: read() / 1e9, lambda: (read() + offset) // 1_000_000, lambda: read() // 1_000_000


_seconds, _milliseconds, _host_milliseconds = _read_clocks()


def monotonic() -> float:
    """Return seconds from an arbitrary start, for timeouts and deadlines."""
    return _seconds()


def real_now() -> int:
    """Return the milliseconds since the epoch, as an integer."""
    return _milliseconds()


def host_time() -> int:
    """Return the milliseconds from a start that all processes of this host share until its next boot."""
    return _host_milliseconds()

"""The one place where the mock reads the real clock."""

import time
from collections.abc import Callable


def real_clock() -> Callable[[], int]:
    """Make a clock of integer milliseconds since the epoch that never goes back.

    It is set by the wall clock once and moves by the monotonic one, since a wall clock that is put back would put
    finished tasks back to running.
    """
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: (time.monotonic_ns() + offset) // 1_000_000

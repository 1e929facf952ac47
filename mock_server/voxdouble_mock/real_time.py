"""The one place where the mock reads the real clock."""

import time
from collections.abc import Callable


def real_clock() -> Callable[[], int]:
    """Return a clock of integer milliseconds since the epoch that never goes back.

    It is set by the wall clock once and then follows the monotonic clock, since a wall clock that is set back would
    return finished tasks to `running`.
    """
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: (time.monotonic_ns() + offset) // 1_000_000

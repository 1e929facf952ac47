"""Independent requests at the same time, so that a slow appliance is waited for once and not in turn."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MAX_REQUESTS = 8
"""Requests that are sent to a target at the same time."""
T = TypeVar("T")


def in_parallel(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of calls that do not depend on each other, in their order; raise the first exception."""
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(min(MAX_REQUESTS, len(calls))) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]

"""Records that this process has read from a file or a server, within bounds, and the scenarios that they share."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from voxdouble_mock.core.scenario import Scenario

T = TypeVar("T")
MAX_RECORDS = 1_000
MAX_BYTES = 1 << 28
"""The bound of the sizes of all kept records."""


class CachedRecords(Generic[T]):
    """The record of each namespace as it was last read. Safe for several threads."""

    def __init__(self) -> None:
        self._records: dict[str, tuple[T, int]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, namespace: str) -> T | None:
        """Return the record of a namespace; None if it is not kept."""
        found = self._records.get(namespace)
        return None if found is None else found[0]

    def keep(self, namespace: str, record: T, size: int) -> None:
        """Keep a record of a size in bytes; beyond the bounds all other records are dropped."""
        with self._lock:
            self._bytes += size - self._records.pop(namespace, (None, 0))[1]
            if len(self._records) >= MAX_RECORDS or self._bytes > MAX_BYTES:
                self._records.clear()
                self._bytes = size
            self._records[namespace] = record, size


class SharedScenarios:
    """The scenarios in use, by the digests of their contents. Namespaces with equal scenarios share one."""

    def __init__(self) -> None:
        self._scenarios: WeakValueDictionary[object, Scenario] = WeakValueDictionary()

    def share(self, digest: object, scenario: Scenario) -> None:
        """Share a scenario under a digest as long as it is in use."""
        self._scenarios[digest] = scenario

    def get(self, digest: object, decode: Callable[[], Scenario]) -> Scenario:
        """Return the scenario with a digest: the scenario in use, else the decoded one."""
        found = self._scenarios.get(digest)
        if found is None:
            found = decode()
            self.share(digest, found)
        return found

"""A bounded cache of completions, since a task's completion is a function of its content and parameters.

Test suites send the same recordings thousands of times. The cache keeps completions before a scenario applies to them.
It is in memory only, so a new version never reads what an older one computed. Each request makes its own task (C25).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Condition

from voxdouble_mock.execution import Completion

ENTRY_BYTES = 1000
"""An estimate of the memory of an entry beside its payload."""


class ResultCache:
    """Completions by key; the least recently used ones leave first. Safe for several threads.

    `capacity` is the most bytes of all entries; 0 keeps nothing. The payload of a kept completion is shared with the
    tasks that have it. A completion that is being computed is computed once, and other requests with its key wait.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[Hashable, Completion] = OrderedDict()
        self._bytes = 0
        self._computing: set[Hashable] = set()
        self._changed = Condition()

    def get(self, key: Hashable, compute: Callable[[], Completion]) -> Completion:
        """Return the completion of a key, computed if it is not kept.

        An exception of `compute` is raised to its own caller and never kept; a waiting request then computes itself.
        """
        if not self._capacity:
            return compute()
        with self._changed:
            while key in self._computing:
                self._changed.wait()
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
            self._computing.add(key)
        try:
            completion = compute()
            with self._changed:
                self._keep(key, completion)
            return completion
        finally:
            with self._changed:
                self._computing.discard(key)
                self._changed.notify_all()

    def _keep(self, key: Hashable, completion: Completion) -> None:
        size = _size(completion)
        if size > self._capacity:
            return
        self._entries[key] = completion
        self._bytes += size
        while self._bytes > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(completion: Completion) -> int:
    return ENTRY_BYTES + len(completion.payload)

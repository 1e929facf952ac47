"""A bounded cache of completions, by the content and the parameters of their requests.

Test suites send the same recordings thousands of times. The cache keeps completions as they are before a scenario
applies to them. It is in memory only, so a new version never reads the completions of an older one. Each request makes
its own task (C25).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Condition

from voxdouble_mock.core.errors import InvalidRequest, Unavailable
from voxdouble_mock.execution import Completion

CHECK_SECONDS = 0.5
"""Real time after which a waiting request finds that its client has left."""
ENTRY_BYTES = 1000
"""An estimate of the memory of an entry without its payload."""


@dataclass(eq=False, slots=True)
class _Computation:
    """A completion that is being computed: the requests that wait for the outcome, and the outcome at the end."""

    waiting: list[Callable[[], bool]]
    outcome: Completion | Unavailable | None = None
    ended: bool = False

    def is_wanted(self) -> bool:
        return any(is_waiting() for is_waiting in list(self.waiting))


class ResultCache:
    """Completions by key; the least recently used ones leave first. Safe for several threads.

    `capacity` is the most bytes of all entries; 0 keeps nothing. The payload of a kept completion is shared with the
    tasks that have it. A completion that is being computed is computed once, and other requests with its key wait.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[Hashable, Completion] = OrderedDict()
        self._bytes = 0
        self._computing: dict[Hashable, _Computation] = {}
        self._changed = Condition()

    def get(
        self,
        key: Hashable,
        compute: Callable[[Callable[[], bool]], Completion],
        is_waiting: Callable[[], bool] = lambda: True,
    ) -> Completion:
        """Return the completion of a key, computed if it is not kept.

        The argument of `compute` is a function: it returns whether any request still waits for the completion.
        `is_waiting` returns whether this request does. If `compute` raises Unavailable, it is raised for all waiting
        requests. Any other exception is raised for this request alone, and one of the waiting requests computes next.
        Raises InvalidRequest if the client of this request leaves while the request waits.
        """
        if not self._capacity:
            return compute(is_waiting)
        while True:
            with self._changed:
                if key in self._entries:
                    self._entries.move_to_end(key)
                    return self._entries[key]
                computation = self._computing.get(key)
                if computation is None:
                    computation = self._computing[key] = _Computation([is_waiting])
                    break
                computation.waiting.append(is_waiting)
                outcome = self._outcome(computation, is_waiting)
            if isinstance(outcome, Unavailable):
                raise Unavailable(outcome.message)
            if outcome is not None:
                return outcome
        return self._compute(key, computation, compute)

    def _outcome(self, computation: _Computation, is_waiting: Callable[[], bool]) -> Completion | Unavailable | None:
        """Wait for the end of another request's computation; return None if it failed. Raises InvalidRequest."""
        while not self._changed.wait_for(lambda: computation.ended, CHECK_SECONDS):
            if not is_waiting():
                computation.waiting.remove(is_waiting)
                raise InvalidRequest("The client closed its connection before its result was computed.")
        return computation.outcome

    def _compute(
        self, key: Hashable, computation: _Computation, compute: Callable[[Callable[[], bool]], Completion]
    ) -> Completion:
        try:
            completion = compute(computation.is_wanted)
            computation.outcome = completion
            with self._changed:
                self._keep(key, completion)
            return completion
        except Unavailable as error:
            computation.outcome = error
            raise
        finally:
            with self._changed:
                computation.ended = True
                del self._computing[key]
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

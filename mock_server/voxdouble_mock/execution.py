"""Execution: runs a technology on a request, and encodes how its task ends, before the POST is answered."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TypeVar

import orjson

from voxdouble_mock.core.clock import to_milliseconds
from voxdouble_mock.core.errors import Detail, Failure, Rejection, Unavailable, error_body
from voxdouble_mock.core.scenario import Then
from voxdouble_mock.core.task import Origin, State
from voxdouble_mock.technologies._technology import Result

T = TypeVar("T")

MAX_EXECUTIONS = min(4, max(2, os.cpu_count() or 1))
"""The most requests that are executed at one time: one for each core, but 2 to 4, since each needs memory (P7)."""
SLOT_SECONDS = 30.0
"""Real time for which a request waits for its slot."""
SLOT_CHECK_SECONDS = 0.5
"""Real time after which a waiting request finds that its client has left."""
LARGE_TEXT = 1 << 16
"""The size in bytes from which a payload is not copied, since the unused part of its buffer does not matter then."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations of a captured task, in seconds; None for a duration that was not captured."""

    pending: float | None = None
    running: float | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of a task: its final state, and the JSON text of its result or error."""

    final: State
    payload: bytes
    audio_ms: int = 0
    """The audio processed for it, in milliseconds over all channels."""
    origin: Origin = "computed"
    timing: Timing = Timing()
    """The durations of the task, where they are replayed from a pack."""


class Slots:
    """The slots for executions, MAX_EXECUTIONS of them. Safe for several threads."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(MAX_EXECUTIONS)

    def run(self, work: Callable[[], T], checkpoint: Callable[[], None] = lambda: None) -> T:
        """Return the result of some work, after waiting for a free slot.

        Raises Unavailable after SLOT_SECONDS of waiting; `checkpoint` is called meanwhile, and may raise.
        """
        for _ in range(round(SLOT_SECONDS / SLOT_CHECK_SECONDS)):
            if self._free.acquire(timeout=SLOT_CHECK_SECONDS):
                break
            checkpoint()
        else:
            raise Unavailable(
                f"This mock computes at most {MAX_EXECUTIONS} results at one time, and this request did not get its "
                f"turn within {SLOT_SECONDS:g} s: try again later."
            )
        try:
            return work()
        finally:
            self._free.release()


def completion_of(run: Callable[[], Result | Completion]) -> Completion:
    """Return the completion of a task: done with the result of `run`, or the end that its exception stands for (S18).

    A captured completion that `run` returns is not changed.
    """
    try:
        result = run()
        if isinstance(result, Completion):
            return result
        return Completion(State.DONE, payload_of(result.members), to_milliseconds(result.audio_seconds))
    except Rejection as rejection:
        return Completion(State.REJECTED, _error("task.validation-error", rejection.message, rejection.details))
    except Failure as failure:
        return Completion(State.FAILED, _error("internal", str(failure)))


def no_result(technology: str, sha256: str, pack: str = "") -> Failure:
    """Return the failure of a task on a recording for which neither a rule nor a pack has a result (C50)."""
    in_pack = f" and no fact of the pack {pack}" if pack else ""
    return Failure(
        f"No rule of the scenario{in_pack} has a result of {technology} for this request with the recording of SHA-256 "
        f"{sha256}. The request log says why each rule does not apply."
    )


def apply_rule(then: Then, completion: Completion) -> tuple[Completion, Origin]:
    """Return the completion that a scenario's rule chooses, and its origin.

    It is `completion` unless the rule has a result, or ends the task failed or rejected. A rule's result replaces a
    rejection too, so unusable media succeed with it.
    """
    if then.result is not None:
        return Completion(State.DONE, payload_of(then.result), completion.audio_ms), "given"
    if then.end == "rejected":
        message = then.error.message if then.error else "A rule of the scenario rejects this request."
        return Completion(State.REJECTED, _error("task.validation-error", message)), "rule"
    if then.end == "failed":
        message = then.error.message if then.error else "A rule of the scenario makes this task fail."
        return Completion(State.FAILED, _error("internal", message)), "rule"
    return completion, completion.origin


def _error(kind: str, message: str, details: Sequence[Detail] = ()) -> bytes:
    """Return the JSON text of a finished task's error (S15, S16)."""
    return payload_of(error_body(kind, message, details))


def payload_of(value: object) -> bytes:
    """Return the JSON text of a result or an error, in no more memory than it needs.

    A short text is copied: the bytes that orjson returns keep its buffer of four kilobytes in memory.
    """
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    return text if len(text) >= LARGE_TEXT else bytes(memoryview(text))

"""How a task ends: the JSON text of its result or error, computed once, at POST."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from voxdouble_mock.core.errors import Detail, Rejection, error_body
from voxdouble_mock.core.scenario import Then
from voxdouble_mock.core.task import State
from voxdouble_mock.technologies._technology import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """The final state, and the text of `result` or `error`."""

    final: State
    text: bytes
    audio_ms: int = 0
    """Audio that was processed for it, in milliseconds over all channels."""


def outcome_of(compute: Callable[[], Result]) -> Outcome:
    """Run a technology: its result, or the error of what it rejects (S18)."""
    try:
        result = compute()
        text = orjson.dumps(result.members, option=orjson.OPT_SERIALIZE_NUMPY)
        return Outcome(State.DONE, text, round(result.audio_seconds * 1000))
    except Rejection as rejection:
        return Outcome(State.REJECTED, _error("task.validation-error", rejection.message, rejection.details))


def ending(then: Then, natural: Outcome) -> Outcome:
    """Let a scenario's rule choose the end; `done` leaves it as it is, since no rule can make up a result."""
    if then.end == "rejected":
        message = then.error.message if then.error else "A rule of the scenario rejects this request."
        return Outcome(State.REJECTED, _error("task.validation-error", message))
    if then.end == "failed":
        message = then.error.message if then.error else "A rule of the scenario lets this task fail."
        return Outcome(State.FAILED, _error("internal", message))
    return natural


def _error(kind: str, message: str, details: Sequence[Detail] = ()) -> bytes:
    """Return the JSON text of a finished task's error (S15, S16)."""
    return orjson.dumps(error_body(kind, message, details))

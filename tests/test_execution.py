"""The payloads of tasks: their memory."""

import tracemalloc
from collections.abc import Callable

import pytest

from voxdouble_mock.core.errors import Rejection
from voxdouble_mock.core.scenario import TaskError, Then
from voxdouble_mock.core.task import State
from voxdouble_mock.execution import Completion, apply_rule, completion_of
from voxdouble_mock.technologies._technology import Result

COUNT = 200
MOST_BYTES = 500
"""Above the memory of any of these completions, and far below the buffer of 4 KB in which orjson writes a text."""
COMPUTED = Completion(State.DONE, b"{}")


def reject() -> Result:
    """Raise the error of a recording that a technology rejects."""
    raise Rejection("too short")


@pytest.mark.parametrize(
    "complete",
    [
        lambda: completion_of(lambda: Result({"scores": [1.5]})),
        lambda: completion_of(reject),
        lambda: apply_rule(Then(result={"scores": [1.5]}), COMPUTED)[0],
        lambda: apply_rule(Then(end="failed", error=TaskError("no")), COMPUTED)[0],
    ],
    ids=["computed", "rejected", "result of a rule", "failure of a rule"],
)
def test_a_short_payload_takes_little_memory(complete: Callable[[], Completion]) -> None:
    """The payload that a task keeps does not keep the buffer in which it was written."""
    complete()
    tracemalloc.start()
    try:
        kept = [complete() for _ in range(COUNT)]
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == COUNT
    assert size / COUNT < MOST_BYTES

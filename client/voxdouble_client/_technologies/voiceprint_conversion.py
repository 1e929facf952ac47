"""Voiceprint conversion: the vectors of voiceprints (S41 to S47)."""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from voxdouble_client._convert import InvalidResult, convert
from voxdouble_client._errors import ApplianceError, ContractError
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import MAX_VOICEPRINTS, checked_voiceprints
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import Vector, check_lengths, float32_matrix, result_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TECHNOLOGY = "speaker-identification-voiceprint-conversion"


class VoiceprintConversion(Model, frozen=True):
    """Vectors in the order of the voiceprints that were sent: 128 numbers each, or none without speech (S44 to S46).

    `answers` are the raw answers, one for each call that was made.
    """

    vector_voiceprints: list[Vector]
    answers: tuple[dict[str, Any], ...]

    @property
    def raw(self) -> dict[str, Any]:
        """The raw answer of the last call, usually the only one."""
        return self.answers[-1]

    def to_numpy(self) -> "npt.NDArray[np.float32]":
        """Return the vectors as float32 of shape (voiceprints, 128); a row without speech is NaN; needs numpy."""
        return float32_matrix(self.vector_voiceprints)


def read(answer: TaskAnswer) -> VoiceprintConversion:
    """Return the result of a conversion (S44)."""
    vectors: list[Vector] = convert(
        result_of(answer).get("vector_voiceprints"), list[Vector], "result.vector_voiceprints"
    )
    check_lengths(vectors, "`result.vector_voiceprints`")
    return VoiceprintConversion(vectors, (answer.raw,))


def reader_for(count: int) -> Callable[[TaskAnswer], VoiceprintConversion]:
    """Return the reader for a conversion of `count` voiceprints: there must be as many vectors (S44)."""

    def read_and_count(answer: TaskAnswer) -> VoiceprintConversion:
        result = read(answer)
        if len(result.vector_voiceprints) != count:
            raise InvalidResult(f"it has {len(result.vector_voiceprints)} vectors for {count} voiceprints")
        return result

    return read_and_count


def joined(first: VoiceprintConversion, second: VoiceprintConversion) -> VoiceprintConversion:
    """Return two conversions as one; ContractError if their vectors differ in length."""
    vectors = first.vector_voiceprints + second.vector_voiceprints
    try:
        check_lengths(vectors, "the result of several calls")
    except InvalidResult as invalid:
        raise ContractError(f"The conversion breaks the contract: {invalid}.", url="") from None
    return VoiceprintConversion(vectors, first.answers + second.answers)


def start_voiceprint_conversion(
    self: TaskClient, voiceprints: Iterable[str], *, timeout: float | None = None
) -> TaskHandle[VoiceprintConversion]:
    """Start the conversion of at most 50,000 voiceprints (S41); `timeout` is for sending and acceptance, in seconds."""
    deadline = self._deadline(timeout)
    checked = checked_voiceprints(voiceprints)
    if len(checked) > MAX_VOICEPRINTS:
        raise ValueError(
            f"`voiceprints` must have at most {MAX_VOICEPRINTS} voiceprints in one call, got {len(checked)};"
            " convert_voiceprints makes several calls."
        )
    return self._start(_request(checked), deadline)


def convert_voiceprints(
    self: TaskClient, voiceprints: Iterable[str], *, batch_size: int = MAX_VOICEPRINTS, timeout: float | None = None
) -> VoiceprintConversion:
    """Convert voiceprints to vectors, in their order, in calls of at most `batch_size` (S41 to S47).

    `timeout` is for all calls together, in seconds. The errors are those of `extract_voiceprint`; a note on the error
    says in which call it came.
    """
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be at least 1, got {batch_size}.")
    deadline = self._deadline(timeout)
    checked = checked_voiceprints(voiceprints)
    done = VoiceprintConversion([], ())
    for first in range(0, len(checked), batch_size):
        batch = checked[first : first + batch_size]
        try:
            done = joined(done, self._run_to_end(_request(batch), deadline))
        except ApplianceError as error:
            error.converted = done if done.answers else None
            error.add_note(f"In the call for the voiceprints {first} to {first + len(batch) - 1} of {len(checked)}.")
            raise
    return done


def _request(voiceprints: list[str]) -> TaskRequest[VoiceprintConversion]:
    return TaskRequest(TECHNOLOGY, reader_for(len(voiceprints)), json={"voiceprints": voiceprints})

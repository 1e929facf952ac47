"""Voiceprint conversion: the vectors of voiceprints (S41 to S47)."""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.json import Decoder

from voxdouble_client._clock import Deadline
from voxdouble_client._convert import InvalidResult, convert
from voxdouble_client._errors import ApplianceError, ContractError
from voxdouble_client._http.urls import BaseUrl
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import MAX_VOICEPRINTS, checked_voiceprints
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import Vector, check_lengths, float32_matrix, result_of
from voxdouble_client._whole_number import checked_whole_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TECHNOLOGY = "speaker-identification-voiceprint-conversion"


class _Result(Struct, forbid_unknown_fields=True):
    vector_voiceprints: list[Vector]


class _Done(Struct, forbid_unknown_fields=True):
    """The usual answer of a task that is done. The general parser reads answers with other members."""

    task: dict[str, Any]
    result: _Result


class _CheckedResult(dict[str, Any]):
    """A result whose vectors were checked while they were parsed."""


_done = Decoder(_Done)


class VoiceprintConversion(Model, frozen=True):
    """Vectors in the order of the voiceprints: 128 numbers each; without speech a vector is empty (S44 to S46).

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


def quick_parse(body: bytes) -> dict[str, Any] | None:
    """Return the usual answer, parsed and checked in one pass, in half the time of two; None for another answer."""
    try:
        done = _done.decode(body)
    except (ValueError, RecursionError):
        return None
    return {"task": done.task, "result": _CheckedResult(vector_voiceprints=done.result.vector_voiceprints)}


def read(answer: TaskAnswer) -> VoiceprintConversion:
    """Return the result of a conversion (S44)."""
    result = result_of(answer)
    vectors: list[Vector] = result.get("vector_voiceprints")  # type: ignore[assignment]
    if not isinstance(result, _CheckedResult):
        vectors = convert(vectors, list[Vector], "result.vector_voiceprints")
    check_lengths(vectors, "`result.vector_voiceprints`")
    return VoiceprintConversion(vectors, (answer.raw,))


def reader_of_vectors(count: int) -> Callable[[TaskAnswer], VoiceprintConversion]:
    """Return the reader for a conversion of `count` voiceprints: there must be as many vectors (S44)."""

    def read_and_count(answer: TaskAnswer) -> VoiceprintConversion:
        result = read(answer)
        if len(result.vector_voiceprints) != count:
            raise InvalidResult(
                f"`result.vector_voiceprints` must have a vector for each voiceprint ({count}),"
                f" got {len(result.vector_voiceprints)}"
            )
        return result

    return read_and_count


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

    `timeout` is for all calls together, in seconds. The errors are those of `extract_voiceprint`. A note on the error
    names the voiceprints of the failed call; `converted` has the results of the calls before it.
    """
    checked_whole_number("batch_size", batch_size, 1)
    deadline = self._deadline(timeout)
    parts: list[VoiceprintConversion] = []
    try:
        parts.extend(_parts(self, _batches(checked_voiceprints(voiceprints), batch_size), lambda: deadline))
    except ApplianceError as error:
        error.converted = _joined(parts) if parts else None
        raise
    return _joined(parts)


def convert_voiceprints_in_parts(
    self: TaskClient, voiceprints: Iterable[str], *, batch_size: int = MAX_VOICEPRINTS, timeout: float | None = None
) -> Iterator[VoiceprintConversion]:
    """Convert voiceprints to vectors and yield the result of each call, of at most `batch_size`, in their order.

    `voiceprints` may be any number: only those of one call, and their vectors, are in memory. `timeout` is for each
    call, in seconds. An error ends the iteration; its `converted_count` is the number of voiceprints whose vectors were
    yielded, so that the caller can go on with the others. An invalid voiceprint is a TypeError or ValueError when its
    call is made.
    """
    checked_whole_number("batch_size", batch_size, 1)
    self._deadline(timeout)  # an invalid timeout is refused now, not at the first part
    if isinstance(voiceprints, str):
        checked_voiceprints(voiceprints)  # TypeError
    return _parts(self, _batches(voiceprints, batch_size), lambda: self._deadline(timeout))


def _batches(voiceprints: Iterable[str], size: int) -> Iterator[list[str]]:
    drawn = iter(voiceprints)
    first = 0
    while batch := list(islice(drawn, size)):
        yield checked_voiceprints(batch, first=first)
        first += len(batch)


def _parts(
    self: TaskClient, batches: Iterable[list[str]], deadline: Callable[[], Deadline]
) -> Iterator[VoiceprintConversion]:
    """Yield the result of each batch; an error has the number of voiceprints that are done."""
    first = 0
    length: list[list[float]] = []  # the first vector with numbers, for its length
    for batch in batches:
        try:
            part = self._run_to_end(_request(batch), deadline())
            found = [next(filter(None, part.vector_voiceprints), [])]
            _check_same_length(length + found, self._base)
        except ApplianceError as error:
            error.converted_count = first
            error.add_note(
                f"In the call for the voiceprints {first} to {first + len(batch) - 1}, counted from 0;"
                f" the {first} before are converted."
            )
            raise
        length = length or [vector for vector in found if vector]
        yield part
        del part  # its memory is for the next one
        first += len(batch)


def _check_same_length(vectors: list[list[float]], appliance: BaseUrl) -> None:
    try:
        check_lengths(vectors, "the result of several calls")
    except InvalidResult as invalid:
        url = appliance.technology(TECHNOLOGY, {})
        raise ContractError(f"The conversion breaks the contract: {invalid}.", url=url) from None


def _joined(parts: list[VoiceprintConversion]) -> VoiceprintConversion:
    if len(parts) == 1:
        return parts[0]
    vectors = [vector for part in parts for vector in part.vector_voiceprints]
    return VoiceprintConversion(vectors, tuple(answer for part in parts for answer in part.answers))


def _request(voiceprints: list[str]) -> TaskRequest[VoiceprintConversion]:
    return TaskRequest(
        TECHNOLOGY, reader_of_vectors(len(voiceprints)), json={"voiceprints": voiceprints}, quick_parse=quick_parse
    )

"""What commands write: answers as the appliance gave them, or vectors or scores as one array."""

from __future__ import annotations

from typing import Protocol

import click
import orjson

from voxdouble_client._errors import ContractError
from voxdouble_client._models import VECTOR_LENGTH, VoiceprintConversion, VoiceprintExtraction, matrix
from voxdouble_client._speaker_models import Comparison
from voxdouble_client.cli.run import Ended
from voxdouble_client.cli.sink import Sink


class Output(Protocol):
    """Takes what became of the jobs, one after the other, and then is closed."""

    def take(self, ended: Ended) -> None:
        """Write what became of one job; ContractError where its result is not what was to be written."""

    def close(self) -> None:
        """Write what stands at the end, and put the file in its place."""


class Json:
    """Answers as they came; of several, each on a line, `null` standing for one that did not come."""

    def __init__(self, sink: Sink, *, several: bool) -> None:
        self._sink = sink
        self._several = several
        self._answered = False

    def take(self, ended: Ended) -> None:
        """Write the answer at once, so that an interrupted run has given what it had."""
        if ended.answer is not None:
            self._answered = True
            body = ended.answer.body.strip()
            self._sink.write((orjson.dumps(ended.answer.raw) if self._several and b"\n" in body else body) + b"\n")
        elif self._several:
            self._sink.write(b"null\n")

    def close(self) -> None:
        """Put the file in its place, if there is an answer in it."""
        self._sink.close(keep=self._answered)


class Npy:
    """The vectors of all results, or the rows of a comparison, as one float32 array in numpy's own format.

    Its shape is (vectors, 128) or (voiceprints_b, voiceprints_a). A job without any has NaN in its rows.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rows: list[list[float]] = []
        self._kinds: set[type] = set()
        self._width = 0
        self._answered = False

    def take(self, ended: Ended) -> None:
        """Keep the rows; UsageError where such a result has none, ContractError where this one should have."""
        self._answered |= ended.answer is not None
        try:
            rows = _rows(ended)
            self._check(ended, rows)
        except ContractError:
            self._rows += _nothing(ended)
            raise
        self._rows += rows

    def _check(self, ended: Ended, rows: list[list[float]]) -> None:
        """See that the rows go with those before them."""
        if ended.result is None:
            return
        self._kinds.add(Comparison if isinstance(ended.result, Comparison) else VoiceprintExtraction)
        widths = {len(row) for row in rows if row} | ({self._width} if self._width else set())
        if len(widths) > 1:
            told = f"Rows of {', '.join(map(str, sorted(widths)))} numbers do not make one array."
            if Comparison in self._kinds:
                raise click.UsageError(told)  # they were asked for together
            raise ContractError(f"{told} All vectors of one model are of one length.", url=ended.job.name)
        self._width = max(widths, default=0)

    def close(self) -> None:
        """Write the array, if any answer came."""
        if self._answered and self._rows:
            import numpy as np  # noqa: PLC0415  late, as most runs need no numpy

            np.save(self._sink, matrix(self._rows, self._width or VECTOR_LENGTH))
        self._sink.close(keep=True)


def _rows(ended: Ended) -> list[list[float]]:
    result = ended.result
    if isinstance(result, VoiceprintConversion):
        return result.vector_voiceprints
    if isinstance(result, Comparison):
        return result.rows()
    if isinstance(result, VoiceprintExtraction):
        vectors = [channel.vector_voiceprint for channel in result.channels]
        if None in vectors:
            raise ContractError("The answer has no vectors, which .npy is for.", url=ended.job.name)
        return [vector or [] for vector in vectors]
    if result is not None:
        raise click.UsageError(f"The result of {ended.job.name} has neither vectors nor scores for .npy.")
    return _nothing(ended)


def _nothing(ended: Ended) -> list[list[float]]:
    return [[] for _ in range(ended.job.rows)]


def output_for(path: str, *, several: bool) -> Output:
    """Choose the form by the name of the file."""
    return Npy(Sink(path)) if is_array(path) else Json(Sink(path), several=several)


def is_array(path: str) -> bool:
    """Tell whether the file is to hold an array."""
    return path.endswith(".npy")

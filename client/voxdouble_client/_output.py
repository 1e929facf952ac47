"""What commands write: answers as the appliance gave them, or vectors or scores as one array."""

from __future__ import annotations

from typing import IO, Protocol

import click
import orjson

from voxdouble_client._models import VoiceprintConversion, VoiceprintExtraction, matrix
from voxdouble_client._run import Ended
from voxdouble_client._speaker_models import Comparison


class Output(Protocol):
    """Takes what became of the jobs, one after the other, and then is closed."""

    def take(self, ended: Ended) -> None:
        """Write what became of one job."""

    def close(self) -> None:
        """Write what stands at the end."""


class Json:
    """Answers as they came; of several, each on a line, `null` standing for one that did not come."""

    def __init__(self, stream: IO[bytes], *, several: bool) -> None:
        self._stream = stream
        self._several = several

    def take(self, ended: Ended) -> None:
        """Write the answer at once, so that an interrupted run has given what it had."""
        if ended.answer is not None:
            body = ended.answer.body.strip()
            self._stream.write(orjson.dumps(ended.answer.raw) if self._several and b"\n" in body else body)
            self._stream.write(b"\n")
        elif self._several:
            self._stream.write(b"null\n")
        self._stream.flush()

    def close(self) -> None:
        """There is no more to write."""


class Npy:
    """The vectors of all results, or the rows of a comparison, as one float32 array in numpy's own format.

    Its shape is (vectors, 128) or (voiceprints_b, voiceprints_a).
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rows: list[list[float]] = []

    def take(self, ended: Ended) -> None:
        """Keep the rows; UsageError where the result has none."""
        if isinstance(ended.result, VoiceprintConversion):
            self._rows += ended.result.vector_voiceprints
        elif isinstance(ended.result, Comparison):
            self._rows += ended.result.rows()
        elif isinstance(ended.result, VoiceprintExtraction):
            for channel in ended.result.channels:
                if channel.vector_voiceprint is None:
                    raise click.UsageError(f"{ended.job.name} was extracted without vectors, which .npy is for.")
                self._rows.append(channel.vector_voiceprint)
        elif ended.result is not None:
            raise click.UsageError(f"The result of {ended.job.name} has neither vectors nor scores for .npy.")

    def close(self) -> None:
        """Write the array; UsageError where the rows do not make one."""
        import numpy as np  # noqa: PLC0415  late, as most runs need no numpy

        if len(widths := {len(row) for row in self._rows if row}) > 1:
            raise click.UsageError(f"Rows of {', '.join(map(str, sorted(widths)))} numbers do not make one array.")
        np.save(self._stream, matrix(self._rows))


def output_for(stream: IO[bytes], *, several: bool) -> Output:
    """Choose the form by the name of the file."""
    return Npy(stream) if str(getattr(stream, "name", "")).endswith(".npy") else Json(stream, several=several)

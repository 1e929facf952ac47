"""What commands write: answers as the appliance gave them, or vectors as one array."""

from __future__ import annotations

from typing import IO, Protocol

import click
import orjson

from voxdouble_client._models import VoiceprintConversion, VoiceprintExtraction, matrix
from voxdouble_client._run import Ended


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
    """The vectors of all results as a float32 array of shape (vectors, 128), in numpy's own format."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._vectors: list[list[float]] = []

    def take(self, ended: Ended) -> None:
        """Keep the vectors; UsageError where the result has none."""
        if isinstance(ended.result, VoiceprintConversion):
            self._vectors += ended.result.vector_voiceprints
        elif isinstance(ended.result, VoiceprintExtraction):
            for channel in ended.result.channels:
                if channel.vector_voiceprint is None:
                    raise click.UsageError(f"{ended.job.name} was extracted without vectors, which .npy is for.")
                self._vectors.append(channel.vector_voiceprint)
        elif ended.result is not None:
            raise click.UsageError(f"The result of {ended.job.name} has no vectors, which .npy is for.")

    def close(self) -> None:
        """Write the array."""
        import numpy as np  # noqa: PLC0415  late, as most runs need no numpy

        np.save(self._stream, matrix(self._vectors))


def output_for(stream: IO[bytes], *, several: bool) -> Output:
    """Choose the form by the name of the file."""
    return Npy(stream) if str(getattr(stream, "name", "")).endswith(".npy") else Json(stream, several=several)

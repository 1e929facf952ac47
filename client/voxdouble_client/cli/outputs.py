"""The output of commands: the JSON of the answers, or vectors or scores as one array."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import click

from voxdouble_client._errors import ApplianceError, ContractError
from voxdouble_client._generations import NO_VECTORS
from voxdouble_client._journal.lines import on_one_line
from voxdouble_client._technologies._results import VECTOR_LENGTH, float32_matrix
from voxdouble_client._technologies.voiceprint_comparison import Comparison
from voxdouble_client._technologies.voiceprint_conversion import VoiceprintConversion
from voxdouble_client._technologies.voiceprint_extraction import VoiceprintExtraction
from voxdouble_client.cli.jobs import TaskEnd
from voxdouble_client.cli.output_file import OutputFile
from voxdouble_client.cli.pictures import is_picture
from voxdouble_client.cli.score_picture import ScorePicture

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Output(Protocol):
    """A destination of the ends of the jobs: it gets them in their order and is then closed."""

    def write(self, end: TaskEnd) -> None:
        """Write the end of one job; ApplianceError if its result lacks the rows of the output."""

    def close(self) -> None:
        """Write the rest, and move the file to its path."""


class MissingVectors:
    """A note on stderr, once, that vectors were `requested` and a result has none."""

    def __init__(self, *, requested: bool) -> None:
        self._due = requested

    def check(self, result: object) -> None:
        """Print the note if this is the first result without the vectors that were requested."""
        channels = result.channels if self._due and isinstance(result, VoiceprintExtraction) else ()
        if any(channel.vector_voiceprint is None for channel in channels):
            click.echo(f"The result has no vectors. {NO_VECTORS}", err=True)
            self._due = False


class JsonOutput:
    """The JSON of the answers.

    The answer of one job is written as it was received. Those of several jobs are one a line, without line ends inside
    them, with `null` for a missing answer.
    """

    def __init__(self, file: OutputFile, missing_vectors: MissingVectors, *, several: bool) -> None:
        self._file = file
        self._missing_vectors = missing_vectors
        self._several = several
        self._answered = False

    def write(self, end: TaskEnd) -> None:
        """Write the answer at once: an interrupted run keeps the answers that came."""
        self._missing_vectors.check(end.result)
        if end.answer is not None:
            self._answered = True
            body = on_one_line(end.answer) if self._several else end.answer.body.strip()
            self._file.write(body + b"\n")
        elif self._several:
            self._file.write(b"null\n")

    def close(self) -> None:
        """Move the file to its path if it has an answer."""
        self._file.close(keep=self._answered)


class ArrayOutput:
    """The vectors of all results, or the rows of a comparison, as one float32 array in numpy's `.npy` format.

    Its shape is (vectors, 128) or (voiceprints_b, voiceprints_a). A row without a vector is NaN; with `skip_silent` it
    is left out. With `named` the format is `.npz`: the array is `vectors` or `scores`. `names` has the names of its
    rows, `column_names` those of the columns of scores.
    """

    def __init__(self, file: OutputFile, *, named: bool, skip_silent: bool) -> None:
        self._file = file
        self._named = named
        self._skip_silent = skip_silent
        self._rows: list[list[float]] = []
        self._names: list[str] = []
        self._columns: Sequence[str] = ()
        self._kinds: set[type] = set()
        self._width = 0
        self._answered = False

    def write(self, end: TaskEnd) -> None:
        """Keep the rows; UsageError if results of this type have no rows, ApplianceError if this result lacks them."""
        self._answered |= end.answer is not None
        try:
            rows = _rows(end)
            self._check_width(end, rows)
        except ApplianceError:
            self._keep(end, _empty_rows(end))
            raise
        self._keep(end, rows)

    def _keep(self, end: TaskEnd, rows: list[list[float]]) -> None:
        names = _names(end, len(rows))
        if self._skip_silent:
            for name in (name for name, row in zip(names, rows, strict=True) if not row):
                click.echo(f"{name}: There is no vector, so it is left out.", err=True)
            names, rows = [name for name, row in zip(names, rows, strict=True) if row], [row for row in rows if row]
        self._rows += rows
        self._names += names
        self._columns = end.job.columns

    def _check_width(self, end: TaskEnd, rows: list[list[float]]) -> None:
        if end.result is None:
            return
        self._kinds.add(Comparison if isinstance(end.result, Comparison) else VoiceprintExtraction)
        widths = {len(row) for row in rows if row} | ({self._width} if self._width else set())
        if len(widths) > 1:
            text = f"Rows of {', '.join(map(str, sorted(widths)))} numbers cannot form one array."
            if Comparison in self._kinds:
                raise click.UsageError(text)  # the user asked for them together
            raise ContractError(f"{text} All vectors of one model must have one length.", url=end.job.name)
        self._width = max(widths, default=0)

    def close(self) -> None:
        """Write the array, if any answer came."""
        if self._answered and (self._rows or self._skip_silent):
            import numpy as np  # noqa: PLC0415  late, as most runs need no numpy

            array = float32_matrix(self._rows, self._width or VECTOR_LENGTH)
            if self._named:
                self._write_named(array)
            else:
                np.save(self._file, array)
        self._file.close(keep=True)

    def _write_named(self, array: npt.NDArray[np.float32]) -> None:
        import numpy as np  # noqa: PLC0415

        names = np.array(self._names, dtype=np.str_)
        data = io.BytesIO()
        if Comparison in self._kinds:
            np.savez(data, scores=array, names=names, column_names=np.array(self._columns, dtype=np.str_))
        else:
            np.savez(data, vectors=array, names=names)
        self._file.write(data.getvalue())


def _rows(end: TaskEnd) -> list[list[float]]:
    result = end.result
    if isinstance(result, VoiceprintConversion):
        return result.vector_voiceprints
    if isinstance(result, Comparison):
        return result.rows()
    if isinstance(result, VoiceprintExtraction):
        vectors = [channel.vector_voiceprint for channel in result.channels]
        if None in vectors:
            text = "The answer must have vectors for a .npy or .npz file, and has none."
            raise ApplianceError(f"{text} A task has them only if started with --vector. {NO_VECTORS}")
        return [vector or [] for vector in vectors]
    if result is not None:
        raise click.UsageError(
            f"A .npy or .npz file needs vectors or scores; the result of {end.job.name} has neither."
        )
    return _empty_rows(end)


def _empty_rows(end: TaskEnd) -> list[list[float]]:
    return [[] for _ in end.job.rows]


def _names(end: TaskEnd, rows: int) -> list[str]:
    if isinstance(end.result, VoiceprintExtraction) and rows > 1:
        return [f"{end.job.name}#{channel.channel_number}" for channel in end.result.channels]
    return list(end.job.rows) if len(end.job.rows) == rows else [f"{end.job.name}#{row}" for row in range(rows)]


class BothOutputs:
    """Two outputs of one run."""

    def __init__(self, first: Output, second: Output) -> None:
        self._outputs = (first, second)

    def write(self, end: TaskEnd) -> None:
        """Write the end of one job to both."""
        for output in self._outputs:
            output.write(end)

    def close(self) -> None:
        """Close both."""
        for output in self._outputs:
            output.close()


def output_for(path: str, *, several: bool, skip_silent: bool, vectors: bool) -> Output:
    """Return the output in the format that the suffix of the path names."""
    if is_picture(path):
        return ScorePicture(path)
    if is_array(path):
        return ArrayOutput(OutputFile(path), named=path.endswith(".npz"), skip_silent=skip_silent)
    if skip_silent:
        raise click.UsageError("--skip-silent is for rows of vectors; it needs -o with a .npy or .npz file.")
    return JsonOutput(OutputFile(path), MissingVectors(requested=vectors), several=several)


def is_array(path: str) -> bool:
    """Return whether the suffix of the path is that of an array."""
    return path.endswith((".npy", ".npz"))

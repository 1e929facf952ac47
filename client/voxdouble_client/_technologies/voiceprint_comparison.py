"""Voiceprint comparison: the scores of all pairs of two lists of voiceprints (S48 to S50)."""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from msgspec import Meta

from voxdouble_client._convert import InvalidResult, convert
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import voiceprints_of_one_call
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import Vector, result_of, with_raw

TECHNOLOGY = "speaker-identification-voiceprint-comparison"

MAX_SCORES = 1_000_000
"""The appliance's default limit of scores in one comparison (S50)."""


class Comparison(Model, frozen=True):
    """The scores of all pairs of two lists: log-likelihood ratios, higher for voices that are more alike (S48, S49).

    The columns are the voiceprints of the first list, `voiceprints_a`; the rows are those of the second,
    `voiceprints_b`. `values` has the scores row by row.
    """

    rows_count: Annotated[int, Meta(ge=1)]
    columns_count: Annotated[int, Meta(ge=1)]
    values: Vector
    raw: dict[str, Any]

    def score(self, row: int, column: int) -> float:
        """Return the score of `voiceprints_b[row]` with `voiceprints_a[column]`, both counted from 0; or IndexError."""
        if not (0 <= row < self.rows_count and 0 <= column < self.columns_count):
            raise IndexError(
                f"The row must be below {self.rows_count} and the column below {self.columns_count}, both counted from"
                f" 0; got row {row} and column {column}."
            )
        return self.values[row * self.columns_count + column]

    def rows(self) -> list[list[float]]:
        """Return one list for each of `voiceprints_b`, with one score for each of `voiceprints_a`."""
        width = self.columns_count
        return [self.values[row * width : (row + 1) * width] for row in range(self.rows_count)]


def read(answer: TaskAnswer) -> Comparison:
    """Return the scores of a comparison (S48, S49)."""
    result: Comparison = convert(with_raw(result_of(answer).get("scores"), answer.raw), Comparison, "result.scores")
    rows, columns, count = result.rows_count, result.columns_count, len(result.values)
    if rows * columns != count:
        raise InvalidResult(f"`result.scores` has {count} values for {rows} rows and {columns} columns")
    return result


def reader_of_scores(columns: int, rows: int) -> Callable[[TaskAnswer], Comparison]:
    """Return the reader for a comparison of `columns` voiceprints with `rows` others (S48)."""

    def read_and_count(answer: TaskAnswer) -> Comparison:
        result = read(answer)
        if (result.columns_count, result.rows_count) != (columns, rows):
            raise InvalidResult(
                f"it has {result.columns_count} columns and {result.rows_count} rows"
                f" for {columns} voiceprints_a and {rows} voiceprints_b"
            )
        return result

    return read_and_count


def start_voiceprint_comparison(
    self: TaskClient, voiceprints_a: Iterable[str], voiceprints_b: Iterable[str], *, timeout: float | None = None
) -> TaskHandle[Comparison]:
    """Start the comparison that `compare_voiceprints` makes; `timeout` is for sending and acceptance, in seconds."""
    deadline = self._deadline(timeout)
    return self._start(_request(voiceprints_a, voiceprints_b), deadline)


def compare_voiceprints(
    self: TaskClient, voiceprints_a: Iterable[str], voiceprints_b: Iterable[str], *, timeout: float | None = None
) -> Comparison:
    """Compare each voiceprint of one list with each of the other, and wait for the scores (S48 to S50).

    `voiceprints_a` become the columns, `voiceprints_b` the rows. Each list has 1 to 50,000 voiceprints. The product of
    the two numbers is at most 1,000,000. `timeout` is for the whole call, in seconds.
    """
    deadline = self._deadline(timeout)
    return self._run_to_end(_request(voiceprints_a, voiceprints_b), deadline)


def _request(voiceprints_a: Iterable[str], voiceprints_b: Iterable[str]) -> TaskRequest[Comparison]:
    columns = voiceprints_of_one_call(voiceprints_a, "voiceprints_a")
    rows = voiceprints_of_one_call(voiceprints_b, "voiceprints_b")
    if len(columns) * len(rows) > MAX_SCORES:
        raise ValueError(
            f"One comparison must make at most {MAX_SCORES} scores; {len(columns)} voiceprints_a and {len(rows)}"
            f" voiceprints_b make {len(columns) * len(rows)}. Compare them in parts."
        )
    lists = {"voiceprints_a": columns, "voiceprints_b": rows}
    return TaskRequest(TECHNOLOGY, reader_of_scores(len(columns), len(rows)), json=lists)

"""What the appliance tells of speakers from their voiceprints, typed: scores, a merged voiceprint, gender, age.

The vendor's pages on merging, gender and age are not readable as far as their members go, so the names here are a
choice (C22, C35): what an answer does not have under them is None, and `raw` has all that came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Log-likelihood ratios of all pairs of two lists of voiceprints; higher is more alike (S48, S49).

    Columns are the voiceprints of the first list, `voiceprints_a`; rows are those of the second, `voiceprints_b`.
    `values` has the scores row by row.
    """

    rows_count: int
    columns_count: int
    values: list[float] = field(repr=False)
    raw: dict[str, Any] = field(repr=False)

    def score(self, row: int, column: int) -> float:
        """Give the score of `voiceprints_b[row]` with `voiceprints_a[column]`, both counted from 0; or IndexError."""
        if not (0 <= row < self.rows_count and 0 <= column < self.columns_count):
            raise IndexError(
                f"There are {self.rows_count} rows and {self.columns_count} columns, counted from 0;"
                f" row {row} and column {column} are not among them."
            )
        return self.values[row * self.columns_count + column]

    def rows(self) -> list[list[float]]:
        """Give the scores as one list for each of `voiceprints_b`, with one score for each of `voiceprints_a`."""
        width = self.columns_count
        return [self.values[row * width : (row + 1) * width] for row in range(self.rows_count)]


@dataclass(frozen=True, slots=True)
class Merging:
    """One voiceprint for those that were merged; `speech_length` is the sum of theirs, in seconds (C22).

    `voiceprint` is opaque Base64 text, as that of an extraction. Either is None where the answer has no such member.
    """

    voiceprint: str | None = field(repr=False)  # voice data stays out of logs
    speech_length: float | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GenderScore:
    """How much speaks for one gender: a log-likelihood ratio, and a probability from 0 to 1 (C35)."""

    score_llr: float | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Gender:
    """The gender of one speaker; both scores are None where there was no speech to judge by (C35).

    `channel_number` counts from 0, and is None where a voiceprint was judged; `speech_length` is in seconds.
    """

    channel_number: int | None
    score_male: GenderScore | None
    score_female: GenderScore | None
    speech_length: float | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GenderIdentification:
    """The genders of the speakers: one a channel of the recording, or one a voiceprint, in their order (C35).

    `genders` is None where the answer has no list under the name that is looked for.
    """

    genders: tuple[Gender, ...] | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Age:
    """The age of one speaker in whole years, None where there was no speech to judge by (C35).

    `channel_number` counts from 0, and is None where a voiceprint was judged; `speech_length` is in seconds.
    """

    channel_number: int | None
    age: int | None
    speech_length: float | None
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AgeEstimation:
    """The ages of the speakers: one a channel of the recording, or one a voiceprint, in their order (C35).

    `ages` is None where the answer has no list under the name that is looked for.
    """

    ages: tuple[Age, ...] | None
    raw: dict[str, Any] = field(repr=False)

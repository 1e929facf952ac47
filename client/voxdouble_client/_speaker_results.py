"""From the JSON of a comparison, a merging, a gender or an age to its type.

A comparison is documented, and is held to it. The members of the others are named by choice (C22, C35): one that is
absent is None, and one that is there has to be of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from voxdouble_client._members import Unlike, integer_of, list_of, number_of, numbers_at, object_at, result_of, text_of
from voxdouble_client._models import TaskAnswer
from voxdouble_client._speaker_models import (
    Age,
    AgeEstimation,
    Comparison,
    Gender,
    GenderIdentification,
    GenderScore,
    Merging,
)

COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
GENDER, GENDER_OF_VOICEPRINTS = "gender-identification", "gender-identification-voiceprints"
AGE, AGE_OF_VOICEPRINTS = "age-estimation", "age-estimation-voiceprints"

T = TypeVar("T")


def comparison(answer: TaskAnswer) -> Comparison:
    """Read the scores of a comparison (S48, S49)."""
    where = "result.scores"
    scores = object_at(result_of(answer).get("scores"), where)
    rows, columns = integer_of(scores, "rows_count", where), integer_of(scores, "columns_count", where)
    values = numbers_at(scores.get("values"), f"{where}.values")
    if min(rows, columns) < 1 or rows * columns != len(values):
        raise Unlike(f"{where} has {len(values)} values for {rows} rows and {columns} columns")
    return Comparison(rows, columns, values, answer.raw)


def comparison_of(columns: int, rows: int) -> Callable[[TaskAnswer], Comparison]:
    """Make the reader for a comparison of so many voiceprints of the first list and of the second (S48)."""

    def read(answer: TaskAnswer) -> Comparison:
        result = comparison(answer)
        if (result.columns_count, result.rows_count) != (columns, rows):
            raise Unlike(
                f"it has {result.columns_count} columns and {result.rows_count} rows"
                f" for {columns} voiceprints_a and {rows} voiceprints_b"
            )
        return result

    return read


def merging(answer: TaskAnswer) -> Merging:
    """Read a merged voiceprint (C22)."""
    result = result_of(answer)
    return Merging(
        _known(text_of, result, "voiceprint", "result"),
        _known(number_of, result, "speech_length", "result"),
        answer.raw,
    )


def gender(answer: TaskAnswer) -> GenderIdentification:
    """Read the gender in each channel of a recording (C35)."""
    return GenderIdentification(_each(_gender, answer, "channels"), answer.raw)


def gender_of_voiceprints(count: int | None = None) -> Callable[[TaskAnswer], GenderIdentification]:
    """Make the reader for the genders of voiceprints, of which there are `count` if that is known (C35)."""
    return lambda answer: GenderIdentification(_each(_gender, answer, "results", count), answer.raw)


def age(answer: TaskAnswer) -> AgeEstimation:
    """Read the age in each channel of a recording (C35)."""
    return AgeEstimation(_each(_age, answer, "channels"), answer.raw)


def age_of_voiceprints(count: int | None = None) -> Callable[[TaskAnswer], AgeEstimation]:
    """Make the reader for the ages of voiceprints, of which there are `count` if that is known (C35)."""
    return lambda answer: AgeEstimation(_each(_age, answer, "results", count), answer.raw)


READERS: dict[str, Callable[[TaskAnswer], Any]] = {
    COMPARISON: comparison,
    MERGING: merging,
    GENDER: gender,
    GENDER_OF_VOICEPRINTS: gender_of_voiceprints(),
    AGE: age,
    AGE_OF_VOICEPRINTS: age_of_voiceprints(),
}
"""How the result of a task is read of which no more is known than its technology."""


def _gender(raw: dict[str, Any], where: str) -> Gender:
    return Gender(
        channel_number=_known(integer_of, raw, "channel_number", where),
        score_male=_known(_score, raw, "score_male", where),
        score_female=_known(_score, raw, "score_female", where),
        speech_length=_known(number_of, raw, "speech_length", where),
        raw=raw,
    )


def _score(owner: dict[str, Any], name: str, where: str) -> GenderScore:
    place = f"{where}.{name}"
    raw = object_at(owner[name], place)
    return GenderScore(_known(number_of, raw, "score_llr", place), _known(number_of, raw, "probability", place))


def _age(raw: dict[str, Any], where: str) -> Age:
    return Age(
        channel_number=_known(integer_of, raw, "channel_number", where),
        age=_known(integer_of, raw, "age", where),
        speech_length=_known(number_of, raw, "speech_length", where),
        raw=raw,
    )


def _each(
    read: Callable[[dict[str, Any], str], T], answer: TaskAnswer, name: str, count: int | None = None
) -> tuple[T, ...] | None:
    entries = _known(list_of, result_of(answer), name, "result")
    if entries is None:
        return None
    if count is not None and len(entries) != count:
        raise Unlike(f"result.{name} has {len(entries)} entries for {count} voiceprints")
    places = [f"result.{name}[{i}]" for i in range(len(entries))]
    return tuple(read(object_at(raw, where), where) for raw, where in zip(entries, places, strict=True))


def _known(read: Callable[[dict[str, Any], str, str], T], owner: dict[str, Any], name: str, where: str) -> T | None:
    return None if owner.get(name) is None else read(owner, name, where)

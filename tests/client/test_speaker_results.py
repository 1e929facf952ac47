"""Typed results about speakers: a comparison must be complete, members of the others may be absent."""

import copy
from typing import Any

import pytest

from tests.client.answers import quoted, read
from tests.client.hostile import task_body
from voxdouble_client import Age, Comparison, ContractError, Gender, GenderScore, Merging
from voxdouble_client._technologies import (
    age_estimation,
    gender_identification,
    voiceprint_comparison,
    voiceprint_merging,
)

COMPARISON = voiceprint_comparison.TECHNOLOGY
MERGING = voiceprint_merging.TECHNOLOGY
GENDER, GENDER_OF_VOICEPRINTS = gender_identification.TECHNOLOGY, gender_identification.TECHNOLOGY_OF_VOICEPRINTS
AGE, AGE_OF_VOICEPRINTS = age_estimation.TECHNOLOGY, age_estimation.TECHNOLOGY_OF_VOICEPRINTS

SCORES = {"columns_count": 2, "rows_count": 3, "values": [1.5, -2, 0, 4, 5, 6]}
MALE = {
    "channel_number": 1,
    "score_male": {"score_llr": 3.5, "probability": 0.97},
    "score_female": {"score_llr": -3.5, "probability": 0.03},
    "speech_length": 4,
}
OLD = {"channel_number": 0, "age": 61, "speech_length": 4.1}


def done(**result: object) -> dict[str, Any]:
    """Return the answer of a task that is done, with this result."""
    return task_body("done", result=result)


def test_the_quoted_comparison_is_read() -> None:
    """The first row of the documented example belongs to the first of voiceprints_b ([VPC-G])."""
    raw = done(scores=quoted("comparison-scores"))
    comparison = read(COMPARISON, raw)
    assert comparison == Comparison(3, 3, [3, 1, 2, 8, 2, -6, 11, 2, 7], raw)
    assert comparison.rows() == [[3, 1, 2], [8, 2, -6], [11, 2, 7]]


def test_a_score_has_a_row_and_a_column() -> None:
    """Scores are ordered row by row, each row as long as there are columns (S48, S49)."""
    comparison = read(COMPARISON, done(scores=SCORES))
    assert [[comparison.score(row, column) for column in range(2)] for row in range(3)] == comparison.rows()
    assert comparison.rows() == [[1.5, -2.0], [0.0, 4.0], [5.0, 6.0]]
    assert {type(value) for value in comparison.values} == {float}


@pytest.mark.parametrize(("row", "column"), [(3, 0), (0, 2), (-1, 0), (0, -1)])
def test_a_score_beyond_the_matrix_is_an_index_error(row: int, column: int) -> None:
    """No index wraps around into another row."""
    with pytest.raises(IndexError, match="row must be below 3 and the column below 2"):
        read(COMPARISON, done(scores=SCORES)).score(row, column)


@pytest.mark.parametrize(
    ("scores", "named"),
    [
        (None, "expected `object`, got `null` at `result.scores`"),
        ([1.0], "expected `object`, got `array` at `result.scores`"),
        ({**SCORES, "rows_count": None}, "expected `int`, got `null` at `result.scores.rows_count`"),
        ({**SCORES, "columns_count": "2"}, "expected `int`, got `str` at `result.scores.columns_count`"),
        ({**SCORES, "values": None}, "expected `array`, got `null` at `result.scores.values`"),
        ({**SCORES, "values": [[1.5, -2]]}, "expected `float`, got `array` at `result.scores.values[0]`"),
        ({**SCORES, "values": [1.0] * 5}, "`result.scores` has 5 values for 3 rows and 2 columns"),
        (
            {"columns_count": -2, "rows_count": -3, "values": [1.0] * 6},
            "expected `int` >= 1 at `result.scores.columns_count`",
        ),
    ],
)
def test_invalid_scores_break_the_contract(scores: object, named: str) -> None:
    """A comparison is documented, so an invalid one is a ContractError that names the member (S48, S49)."""
    with pytest.raises(ContractError) as caught:
        read(COMPARISON, done(scores=scores))
    assert f" breaks the contract: {named}. " in str(caught.value)


def test_a_merged_voiceprint_is_read() -> None:
    """A merged voiceprint has its text, which no repr shows, and the sum of the speech (C22)."""
    raw = done(voiceprint="e2kD", speech_length=9)
    assert read(MERGING, raw) == Merging("e2kD", 9.0, raw)
    assert "e2kD" not in repr(read(MERGING, raw))


def test_genders_are_read() -> None:
    """Each channel has its scores and keeps its raw JSON (C35)."""
    [gender] = read(GENDER, done(channels=[MALE])).genders
    assert gender == Gender(1, GenderScore(3.5, 0.97), GenderScore(-3.5, 0.03), 4.0, MALE)


def test_ages_are_read() -> None:
    """Each channel has its age in years and keeps its raw JSON (C35)."""
    [age] = read(AGE, done(channels=[OLD])).ages
    assert age == Age(0, 61, 4.1, OLD)


@pytest.mark.parametrize("absent", [{}, {"age": None, "speech_length": None, "score_male": None, "score_female": None}])
def test_absent_and_null_members_read_as_none(absent: dict[str, None]) -> None:
    """The names of the members are a choice, so each may be missing; everything stays in raw (C22, C35)."""
    entry = {**absent, "confidence": 0.5}
    [gender] = read(GENDER_OF_VOICEPRINTS, done(results=[entry])).genders
    assert gender == Gender(None, None, None, None, entry)
    [age] = read(AGE_OF_VOICEPRINTS, done(results=[entry])).ages
    assert age == Age(None, None, None, entry)
    raw = done(**entry)
    assert read(MERGING, raw) == Merging(None, None, raw)


@pytest.mark.parametrize("score", [{}, {"score_llr": None, "probability": None}])
def test_the_numbers_of_a_score_may_be_absent(score: dict[str, None]) -> None:
    """A score without numbers has None for each."""
    [gender] = read(GENDER, done(channels=[{"score_male": score}])).genders
    assert (gender.score_male, gender.score_female) == (GenderScore(None, None), None)


@pytest.mark.parametrize("technology", [GENDER, GENDER_OF_VOICEPRINTS, AGE, AGE_OF_VOICEPRINTS])
def test_a_list_of_another_name_reads_as_none(technology: str) -> None:
    """If the list has another name, the result has None, not an empty list, and raw has everything."""
    raw = done(speakers=[MALE])
    result = read(technology, raw)
    assert (getattr(result, "genders", None), getattr(result, "ages", None), result.raw) == (None, None, raw)


def with_member(entry: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return the entry with one member replaced."""
    changed = copy.deepcopy(entry)
    owner = changed
    *parents, last = path.split(".")
    for step in parents:
        owner = owner[step]
    owner[last] = value
    return changed


@pytest.mark.parametrize(
    ("technology", "result", "named"),
    [
        (MERGING, {"voiceprint": 3}, "expected `str | null`, got `int` at `result.voiceprint`"),
        (MERGING, {"speech_length": "9"}, "expected `float | null`, got `str` at `result.speech_length`"),
        (GENDER, {"channels": {}}, "expected `array | null`, got `object` at `result.channels`"),
        (GENDER, {"channels": [3]}, "expected `object`, got `int` at `result.channels[0]`"),
        (
            GENDER,
            {"channels": [MALE, with_member(MALE, "channel_number", "1")]},
            "expected `int | null`, got `str` at `result.channels[1].channel_number`",
        ),
        (
            GENDER,
            {"channels": [with_member(MALE, "score_male", 0.9)]},
            "expected `object | null`, got `float` at `result.channels[0].score_male`",
        ),
        (
            GENDER,
            {"channels": [with_member(MALE, "score_male.probability", "x")]},
            "expected `float | null`, got `str` at `result.channels[0].score_male.probability`",
        ),
        (
            GENDER,
            {"channels": [with_member(MALE, "score_female.score_llr", True)]},
            "expected `float | null`, got `bool` at `result.channels[0].score_female.score_llr`",
        ),
        (GENDER_OF_VOICEPRINTS, {"results": "x"}, "expected `array | null`, got `str` at `result.results`"),
        (
            AGE,
            {"channels": [with_member(OLD, "age", 61.5)]},
            "`int | null`, got `float` at `result.channels[0].age`",
        ),
        (
            AGE,
            {"channels": [with_member(OLD, "age", False)]},
            "`int | null`, got `bool` at `result.channels[0].age`",
        ),
        (
            AGE_OF_VOICEPRINTS,
            {"results": [OLD, with_member(OLD, "speech_length", [])]},
            "expected `float | null`, got `array` at `result.results[1].speech_length`",
        ),
    ],
)
def test_a_member_of_the_wrong_type_is_named(technology: str, result: dict[str, Any], named: str) -> None:
    """A member with a known name but another type is a ContractError that names its path."""
    with pytest.raises(ContractError) as caught:
        read(technology, done(**result))
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("technology", "result"),
    [
        (COMPARISON, {"scores": SCORES}),
        (MERGING, {"voiceprint": "e2kD"}),
        (GENDER, {"channels": [MALE]}),
        (AGE, {"channels": [OLD]}),
    ],
)
def test_results_about_speakers_are_frozen(technology: str, result: dict[str, Any]) -> None:
    """No attribute of a result can be assigned."""
    with pytest.raises(AttributeError, match="immutable"):
        read(technology, done(**result)).raw = {}

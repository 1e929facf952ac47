"""Requests and results of voiceprint comparison."""

from math import isqrt

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.voiceprints import TINY
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import COMPARISON, UNAVAILABLE
from voxdouble_contract.tasks import NOT_NOW, StartedTask, Tasks, all_done

DEFAULT_MATRIX = 1_000_000
LARGEST_PROBE = 1_000_000
TOLERANCE = 0.05
"""The most by which a score may differ in a larger matrix, as a part of the distance from the lowest to the highest."""


@pytest.fixture(scope="session")
def voices(tasks: Tasks) -> tuple[str, str]:
    """Return the voiceprints of two speakers."""
    return tasks.voiceprint(), tasks.voiceprint("other speech")


@pytest.fixture(scope="session")
def matrix(tasks: Tasks, voices: tuple[str, str]) -> StartedTask:
    """Return the comparison of two voiceprints with three."""
    first, second = voices
    task = tasks.post(COMPARISON, voiceprints_a=[first, second], voiceprints_b=[first, first, second])
    return task.accepted().done()


def scores(task: StartedTask) -> list[float]:
    """Return the scores; the test of S49 reports a missing list."""
    found = task.last.get("result", "scores", "values")
    if not isinstance(found, list) or not found or not all(isinstance(score, int | float) for score in found):
        unproven(f"The result has no list of scores: {task.last}.")
    return [float(score) for score in found]


@statement("S48")
def test_columns_and_rows_are_counted(matrix: StartedTask) -> None:
    """There is one column for each voiceprint of the first list, and one row for each of the second."""
    found = [matrix.last.get("result", "scores", name) for name in ("columns_count", "rows_count")]
    expect(found == [2, 3], f"There must be 2 columns and 3 rows, got {found}.", matrix.last)


@statement("S48")
def test_scores_are_listed_row_by_row(tasks: Tasks, voices: tuple[str, str], matrix: StartedTask) -> None:
    """The first row comes first: the second list's first voiceprint against all of the first list."""
    first, second = voices
    pairs = [(column, row) for row in (first, first, second) for column in (first, second)]
    singles = [tasks.post(COMPARISON, voiceprints_a=[column], voiceprints_b=[row]) for column, row in pairs]
    all_done(*singles)
    wanted = [scores(single)[0] for single in singles]
    spread = max(wanted) - min(wanted)
    if not spread > 0:
        unproven("All samples have the same score, so that no order can be seen.")
    found = scores(matrix)
    are_near = [abs(score - single) <= TOLERANCE * spread for score, single in zip(found, wanted, strict=False)]
    sentence = f"The scores must be those of the single pairs, row by row: {wanted}, got {found}."
    expect(len(found) == len(wanted) and all(are_near), sentence, singles[1].last, matrix.last)


@statement("S49")
def test_the_number_of_scores_is_columns_times_rows(matrix: StartedTask) -> None:
    """The number of scores agrees with the counts and with the request."""
    columns, rows, values = (
        matrix.last.get("result", "scores", name) for name in ("columns_count", "rows_count", "values")
    )
    expect(isinstance(values, list) and len(values) == 2 * 3, "There must be 2 times 3 scores.", matrix.last)
    are_numbers = isinstance(columns, int) and isinstance(rows, int)
    expect(
        are_numbers and columns * rows == len(values),
        "The number of scores must be `columns_count` times `rows_count`.",
        matrix.last,
    )


@statement("C19")
def test_silence_has_the_score_0(tasks: Tasks, voices: tuple[str, str]) -> None:
    """A voiceprint without speech has the score 0 with itself, and with a voiceprint of speech."""
    silence = tasks.voiceprint("silence")
    task = tasks.post(COMPARISON, voiceprints_a=[silence, voices[0]], voiceprints_b=[silence]).accepted().done()
    found = scores(task)
    expect(found == [0, 0], f"The scores of a voiceprint without speech must be 0, got {found}.", task.last)


@statement("S24")
@pytest.mark.parametrize("body", [{"voiceprints_a": [TINY]}, {"voiceprints_b": [TINY]}])
def test_both_lists_are_required(target: Target, body: dict[str, list[str]]) -> None:
    """A comparison with only one list gets a 422."""
    response = target.post_json(COMPARISON, body)
    if response.status in UNAVAILABLE:
        unproven(f"Comparison {UNAVAILABLE[response.status]} here: {response}.")
    expect_status(response, 422)


def compare(target: Target, columns: int, rows: int) -> Exchange:
    """Start a comparison of that size; the items are well-formed Base64, but no voiceprints."""
    return target.post_json(COMPARISON, {"voiceprints_a": [TINY] * columns, "voiceprints_b": [TINY] * rows})


def require_comparison(target: Target) -> None:
    """End the test unproven unless a small comparison is accepted, so that a large one can only fail by its size."""
    some = compare(target, 1, 2)
    if some.status != 202:
        unproven(f"The target offers no comparison, or checks the voiceprints first: {some}.")


@pytest.fixture(scope="session")
def too_many_scores(limited: Target) -> Exchange:
    """Return the response to a comparison with more scores than the limit, or than the default if that is unknown."""
    known = limited.profile.max_matrix
    require_comparison(limited)
    columns = isqrt(known or DEFAULT_MATRIX) + 1
    response = compare(limited, columns, (known or DEFAULT_MATRIX) // columns + 1)
    if known is None and response.status in NOT_NOW | {202}:
        unproven(f"This target has another limit: {response}.")
    return response


@statement("S50")
def test_a_matrix_over_the_limit_is_refused(too_many_scores: Exchange) -> None:
    """A comparison with more scores than the limit makes no task."""
    is_refused = 400 <= too_many_scores.status < 500
    expect(is_refused, "A comparison over the limit must be refused.", too_many_scores)


@statement("S50")
def test_a_matrix_as_large_as_the_limit_is_accepted(limited: Target) -> None:
    """A comparison with exactly as many scores as the limit is accepted."""
    limit = limited.profile.max_matrix
    if limit is None or not 0 < limit <= LARGEST_PROBE:
        unproven("The limit of scores is unknown, or too large to try (a profile may name max_matrix).")
    require_comparison(limited)
    columns = next(count for count in range(isqrt(limit), 0, -1) if limit % count == 0)
    expect_status(compare(limited, columns, limit // columns), 202)


@statement("S80")
def test_a_matrix_over_the_limit_is_422(too_many_scores: Exchange) -> None:
    """A comparison with more scores than the limit gets a 422."""
    expect_status(too_many_scores, 422)


@statement("C27")
@pytest.mark.parametrize(("columns", "status"), [(1000, 202), (1001, 422)])
def test_the_limit_of_scores_is_the_vendors(target: Target, columns: int, status: int) -> None:
    """1,000 times 1,000 scores are accepted, and one more column is not."""
    require_comparison(target)
    response = compare(target, columns, 1000)
    if response.status == 413:
        unproven(f"The target accepts only smaller bodies: {response}.")
    expect_status(response, status)

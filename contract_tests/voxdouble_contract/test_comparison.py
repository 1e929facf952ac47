"""What a comparison takes and gives (contract 3.2, 4.3)."""

from math import isqrt

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.family import Family
from voxdouble_contract.runs import NO_ROOM, NOT_THERE, Run, Runs
from voxdouble_contract.statements import statement
from voxdouble_contract.target import COMPARISON, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

DEFAULT_MATRIX = 1_000_000
LARGEST_PROBE = 1_000_000
SMALLEST_ITEM = "AAAA"
NEAR = 0.05
"""Of the distance between the highest and the lowest score: so much may the same score be off in a larger matrix."""


@pytest.fixture(scope="session")
def voices(runs: Runs) -> tuple[str, str]:
    """Take the voiceprints of two speakers."""
    return runs.own_voiceprint(), runs.own_voiceprint("other speech")


@pytest.fixture(scope="session")
def matrix(family: Family, voices: tuple[str, str]) -> Run:
    """Compare two voiceprints with three."""
    first, second = voices
    run = family.compared((first, second), (first, first, second))
    family.done(run)
    return run


def scores(run: Run) -> list[float]:
    """Take the scores; that there are none is the finding of another test."""
    found = run.last.get("result", "scores", "values")
    if not isinstance(found, list) or not found or not all(isinstance(score, int | float) for score in found):
        unproven(f"The result has no list of scores: {run.last}.")
    return [float(score) for score in found]


@statement("S48")
def test_columns_and_rows_are_counted(matrix: Run) -> None:
    """There is a column for each of the first list, and a row for each of the second."""
    found = [matrix.last.get("result", "scores", name) for name in ("columns_count", "rows_count")]
    expect(found == [2, 3], "There should be 2 columns and 3 rows.", matrix.last)


@statement("S48")
def test_scores_stand_row_by_row(family: Family, voices: tuple[str, str], matrix: Run) -> None:
    """The first row comes first: the scores of the second list's first voiceprint with all of the first list."""
    first, second = voices
    cells = [((column,), (row,)) for row in (first, first, second) for column in (first, second)]
    singles = [family.compared(*cell) for cell in cells]
    family.done(*singles)
    wanted = [scores(single)[0] for single in singles]
    spread = max(wanted) - min(wanted)
    if not spread > 0:
        unproven("All samples have the same score, so that no order can be seen.")
    found = scores(matrix)
    near = [abs(score - single) <= NEAR * spread for score, single in zip(found, wanted, strict=False)]
    sentence = f"The scores should be those of the pairs compared one by one, row by row: {wanted}."
    expect(len(found) == len(wanted) and all(near), sentence, singles[1].last, matrix.last)


@statement("S49")
def test_there_are_as_many_scores_as_columns_times_rows(matrix: Run) -> None:
    """The number of scores is what the counts say, and what was asked for."""
    columns, rows, values = (
        matrix.last.get("result", "scores", name) for name in ("columns_count", "rows_count", "values")
    )
    expect(isinstance(values, list) and len(values) == 2 * 3, "There should be 2 times 3 scores.", matrix.last)
    are_numbers = isinstance(columns, int) and isinstance(rows, int)
    expect(
        are_numbers and columns * rows == len(values),
        "There should be as many scores as `columns_count` times `rows_count`.",
        matrix.last,
    )


@statement("S24")
@pytest.mark.parametrize("body", [{"voiceprints_a": [SMALLEST_ITEM]}, {"voiceprints_b": [SMALLEST_ITEM]}])
def test_both_lists_are_needed(target: Target, body: dict[str, list[str]]) -> None:
    """A comparison with one list only is answered 422."""
    answer = target.post_json(COMPARISON, body)
    if answer.status in NOT_THERE:
        unproven(f"Comparison {NOT_THERE[answer.status]} here: {answer}.")
    expect_status(answer, 422)


def compare(target: Target, columns: int, rows: int) -> Exchange:
    """Ask for a matrix of that size, of what is no voiceprint."""
    return target.post_json(
        COMPARISON, {"voiceprints_a": [SMALLEST_ITEM] * columns, "voiceprints_b": [SMALLEST_ITEM] * rows}
    )


def need_comparison(target: Target) -> None:
    """Go on where a matrix is refused for nothing but its size."""
    some = compare(target, 1, 2)
    if some.status != 202:
        unproven(f"The target compares nothing, or looks into the voiceprints first: {some}.")


@pytest.fixture(scope="session")
def too_many(limited: Target) -> Exchange:
    """Ask for more scores than the limit; where that is not known, for more than the default."""
    known = limited.profile.max_matrix
    need_comparison(limited)
    columns = isqrt(known or DEFAULT_MATRIX) + 1
    answer = compare(limited, columns, (known or DEFAULT_MATRIX) // columns + 1)
    if known is None and answer.status in NO_ROOM | {202}:
        unproven(f"The limit of this target is another: {answer}.")
    return answer


@statement("S50")
def test_a_matrix_over_the_limit_is_refused(too_many: Exchange) -> None:
    """It makes no task."""
    expect(400 <= too_many.status < 500, "A comparison over the limit should be refused.", too_many)


@statement("S50")
def test_a_matrix_as_large_as_the_limit_is_taken(limited: Target) -> None:
    """As many scores as the limit says are not too many."""
    limit = limited.profile.max_matrix
    if limit is None or not 0 < limit <= LARGEST_PROBE:
        unproven("How many scores are taken is not known, or too many to try (a profile may name max_matrix).")
    need_comparison(limited)
    columns = next(count for count in range(isqrt(limit), 0, -1) if limit % count == 0)
    expect_status(compare(limited, columns, limit // columns), 202)


@statement("S80")
def test_a_matrix_over_the_limit_is_422(too_many: Exchange) -> None:
    """It is answered 422."""
    expect_status(too_many, 422)


@statement("C27")
@pytest.mark.parametrize(("columns", "status"), [(1000, 202), (1001, 422)])
def test_the_matrix_is_as_large_as_the_vendors(target: Target, columns: int, status: int) -> None:
    """1,000 times 1,000 scores are taken, and a column more is not."""
    need_comparison(target)
    answer = compare(target, columns, 1000)
    if answer.status == 413:
        unproven(f"The target takes only smaller bodies: {answer}.")
    expect_status(answer, status)

"""The suite is tested: each faulty appliance (mutant) is caught by the tests of the statement that it breaks."""

from collections.abc import Iterator

import pytest

from tests.mutants import (
    of_choices,
    of_comparison,
    of_halves,
    of_judgements,
    of_packs,
    of_refusals,
    of_results,
    of_tasks,
)
from tests.mutants.changes import Mutant
from tests.mutants.mocks import MockPool
from tests.mutants.runner import outcome
from voxdouble_contract.judging.statements import statements

MUTANTS = [
    *of_tasks.MUTANTS,
    *of_refusals.MUTANTS,
    *of_choices.MUTANTS,
    *of_results.MUTANTS,
    *of_comparison.MUTANTS,
    *of_judgements.MUTANTS,
    *of_halves.MUTANTS,
    *of_packs.MUTANTS,
]


@pytest.fixture(scope="session")
def pool() -> Iterator[MockPool]:
    """Return the mocks that all mutants of this process share."""
    mocks = MockPool()
    yield mocks
    mocks.close()


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_each_mutant_is_caught(mutant: Mutant, pool: MockPool) -> None:
    """The broken statement fails, or differs if it is only inferred or chosen, and no check of the suite crashes."""
    found = outcome(pool, mutant.statement, mutant.wrap, mutant.generation)
    assert not found.tracebacks, "A check crashed:\n" + "\n".join(found.tracebacks)
    wanted = "failed" if statements()[mutant.statement].binding else "differs"
    assert found.verdict == wanted, f"The mutant survives: the statement is {found.verdict}. {found.reason}"


def test_every_statement_with_a_test_has_a_mutant() -> None:
    """Each statement that a test can prove has a mutant that breaks it."""
    testable = {key for key, statement in statements().items() if not statement.untestable}
    assert sorted(testable - {mutant.statement for mutant in MUTANTS}) == []

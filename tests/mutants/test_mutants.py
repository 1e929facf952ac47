"""The suite is judged: each faulty appliance is caught by the tests of the statement that it breaks."""

import pytest

from tests.mutants import of_choices, of_comparison, of_judgements, of_refusals, of_results, of_tasks
from tests.mutants.changes import Mutant
from tests.mutants.runner import verdict
from voxdouble_contract.judging.statements import statements

MUTANTS = [
    *of_tasks.MUTANTS,
    *of_refusals.MUTANTS,
    *of_choices.MUTANTS,
    *of_results.MUTANTS,
    *of_comparison.MUTANTS,
    *of_judgements.MUTANTS,
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_each_mutant_is_caught(mutant: Mutant) -> None:
    """The statement that the appliance breaks fails, or differs where it is only inferred or chosen."""
    found, reason = verdict(mutant.statement, mutant.wrap, mutant.generation)
    wanted = "failed" if statements()[mutant.statement].binding else "differs"
    assert found == wanted, f"The mutant survives: {found}. {reason}"


def test_every_statement_with_a_test_has_a_mutant() -> None:
    """No check stands in the suite that was never seen to fail."""
    testable = {key for key, statement in statements().items() if not statement.untestable}
    assert sorted(testable - {mutant.statement for mutant in MUTANTS}) == []

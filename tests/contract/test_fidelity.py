"""The pages that say how sure we are say what the statements say."""

import pytest

from tools import fidelity
from voxdouble_contract.statements import statements


@pytest.mark.parametrize("name", [fidelity.TABLE, fidelity.README])
def test_each_page_is_what_the_statements_make_of_it(name: str) -> None:
    """Who changes a statement runs `make fidelity`."""
    assert (fidelity.ROOT / name).read_text(encoding="utf-8") == fidelity.pages()[name]


def test_every_statement_has_its_row() -> None:
    """The table names each statement once, and has five cells a row."""
    page = fidelity.pages()[fidelity.TABLE].partition(fidelity.SOURCES)[0]
    rows = [line for line in page.splitlines() if line.startswith("| ")][2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == list(statements())
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}


def test_the_counts_add_up() -> None:
    """The statements of all grades are all statements."""
    counts = [line.split(" | ") for line in fidelity.counts_of(list(statements().values()))][2:]
    assert sum(int(cells[1]) for cells in counts) == len(statements())
    assert all(int(cells[2]) <= int(cells[1]) for cells in counts)

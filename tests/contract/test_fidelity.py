"""docs/fidelity.md: the generated page agrees with the statements."""

from tools import fidelity
from voxdouble_contract.judging.statements import statements


def test_the_page_is_up_to_date() -> None:
    """The file equals what `make fidelity` generates from the statements."""
    assert fidelity.PAGE.read_text(encoding="utf-8") == fidelity.page(), "Run: make fidelity"


def test_every_statement_has_one_row_of_five_cells() -> None:
    """The table of statements lists each id once, in order, with five cells in every row."""
    rows = list(fidelity.table_of(statements().values()))[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == list(statements())
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}


def test_the_counts_of_all_grades_add_up_to_all_statements() -> None:
    """The table of grades counts every statement once, and never more tested ones than there are."""
    counts = [line.split(" | ") for line in fidelity.counts_of(list(statements().values()))][2:]
    assert sum(int(cells[1]) for cells in counts) == len(statements())
    assert all(int(cells[2]) <= int(cells[1]) for cells in counts)

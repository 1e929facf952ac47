"""docs/fidelity.md: the generated page agrees with the statements."""

from tools import fidelity
from voxdouble_contract.judging.statements import parse, statements
from voxdouble_fixtures.statements import evidence, with_evidence, written


def test_the_page_is_up_to_date() -> None:
    """The file equals what `make fidelity` generates from the statements."""
    assert fidelity.PAGE.read_text(encoding="utf-8") == fidelity.page(list(statements().values()), evidence()), (
        "Run: make fidelity"
    )


def test_every_statement_has_one_row_of_five_cells() -> None:
    """The table of statements lists each id once, in order, with five cells in every row."""
    rows = list(fidelity.table_of(statements().values(), evidence()))[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == list(statements())
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}


def test_the_counts_of_all_grades_add_up_to_all_statements() -> None:
    """The table of grades counts every statement once, and never more tested ones than there are."""
    counts = [line.split(" | ") for line in fidelity.counts_of(list(statements().values()))][2:]
    assert sum(int(cells[1]) for cells in counts) == len(statements())
    assert all(int(cells[2]) <= int(cells[1]) for cells in counts)


def test_evidence_is_shown_beside_the_statement() -> None:
    """An observed statement has its appliance as a source; a broken one has the change that it would mean."""
    shown = {"version": "5.1 | x", "generations": ["e4"], "date": "2026-11-28"}
    broken = {"verdict": "differs", "reason": "Got 404.", "change": "X"}
    found = {
        "C1": {**shown, "statement": written()["C1"]["text"], "verdict": "passed"},
        "C2": {**shown, "statement": written()["C2"]["text"], **broken},
        "C3": {**shown, "statement": "earlier words", "verdict": "passed"},
    }
    known = [parse(key, entry) for key, entry in with_evidence(written(), found).items()]
    page = fidelity.page(known, found)
    (row,) = [line for line in page.splitlines() if line.startswith("| C1 |")]
    assert row.endswith("| observed | appliance 5.1 \\| x (e4), 2026-11-28 | yes |")
    assert "| C2 | differs | 5.1 \\| x (e4), 2026-11-28 | Got 404. | X |" in page
    assert "had been verified: C3.\n" in page
    assert {one.id for one in known if one.grade == "observed"} == {"C1"}

"""The table of `make soak`: what becomes of a check that is kept, broken, or does not end."""

import sys

import pytest

from benchmarks.soak import Check, Row, counted, run

HANGS = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


def row_of(code: str, timeout: float = 60) -> Row:
    """Return the row of a check that is a Python program."""
    return run(Check("P1", "0 things", (sys.executable, "-c", code)), timeout)


@pytest.mark.parametrize(("status", "verdict"), [(0, "kept"), (1, "BROKEN")])
def test_the_verdict_is_that_of_the_exit_status(status: int, verdict: str) -> None:
    """The figures of a row are what the check printed behind the name of its promise, and no other lines."""
    row = row_of(f"print('P1: 3 things\\nseed 7\\n..P1: 4 more\\n  P1: in a traceback'); raise SystemExit({status})")
    assert (row.verdict, row.figure) == (verdict, "3 things; 4 more")


def test_a_check_that_hangs_is_ended_with_its_processes() -> None:
    """It is not kept, though it printed a figure before its time was over."""
    row = row_of("print('P1: 3 things', flush=True); " + HANGS, timeout=1)
    assert row.verdict == "NOT FINISHED in 1 s"
    assert row.figure == "3 things"


def test_the_numbers_are_those_of_the_minutes() -> None:
    """A soak of 30 minutes kills 100 servers of each store and 50 batches; a short one kills at least two."""
    numbers = [
        [check.environment[name] for check in counted(minutes) for name in check.environment if name.endswith("KILLS")]
        for minutes in (30, 3)
    ]
    assert numbers == [["50", "100"], ["2", "4"]]

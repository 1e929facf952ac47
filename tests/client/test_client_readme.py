"""The client's README: its Python runs, in order, against a mock, and its tables match the code."""

import re
from pathlib import Path

import pytest

import voxdouble_client
from tests.documents.blocks import pages
from tests.documents.page_runs import PageRun
from voxdouble_client._errors import MAY_HAVE_RUN_STATUSES, RETRY_STATUSES
from voxdouble_client.cli import run, signals

README = (Path(__file__).parents[2] / "client" / "README.md").read_text()


def test_the_python_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every block in Python runs unchanged, except for the URL, and prints what the text promises.

    tests/documents/page_checks.py runs the commands of the page too.
    """
    with PageRun(tmp_path) as page:
        monkeypatch.chdir(page.folder)
        for block in pages()["client/README.md"]:
            if not block.not_run and block.language == "python":
                page.run(block)
        page.names["appliance"].close()  # type: ignore[attr-defined]
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"0 \d+\.\d+ 128", lines[0])
    assert lines[1] == "True"
    assert "2 1 True" in lines
    assert any(re.fullmatch(r"\d+\.\d+ True", line) for line in lines)
    assert any(re.fullmatch(r"0 0\.[5-9]\d* \d+\.\d+", line) for line in lines)
    assert "done" in lines
    assert any("No such file" in line for line in lines)


def test_the_table_of_errors_matches_the_code() -> None:
    """Each error has a row, and the attributes in it are attributes of the class."""
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", README, re.MULTILINE))
    assert set(rows) == {"TransportError", "ApiError", "TaskFailed", "TaskRejected", "PollTimeout", "ContractError"}
    for name, attributes in rows.items():
        source = voxdouble_client._errors.__dict__[name].__init__.__code__.co_names
        assert set(re.findall(r"`(\w+)`", attributes)) <= set(source), name


def statuses(before: str, after: str) -> set[int]:
    """Return the statuses that the text names between two phrases; `520 to 524` is a range."""
    [listed] = re.findall(rf"{before}([\d\s,a-z]+?){after}", README)
    ranges = re.findall(r"(\d+)(?: to (\d+))?", listed)
    return {status for first, last in ranges for status in range(int(first), int(last or first) + 1)}


def test_the_lists_of_statuses_match_the_code() -> None:
    """The text names the statuses of an outage, and those after which a task may have been started."""
    assert statuses(r"lost connections and the statuses ", " are\\s+polled again") == RETRY_STATUSES
    assert statuses(r"also after a ", ", and after an\\s+unusable 202") == MAY_HAVE_RUN_STATUSES


def test_the_table_of_exit_codes_matches_the_code() -> None:
    """Each exit code has a row."""
    rows = [int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    codes = [
        run.SUCCESS,
        run.REFUSED,
        run.USAGE,
        run.UNREACHABLE,
        run.STILL_RUNNING,
        run.CONTRACT_BROKEN,
        signals.INTERRUPTED,
    ]
    assert rows == codes

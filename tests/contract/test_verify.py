"""`voxdouble verify`, as scripts call it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.mutants.changes import on_start
from tests.mutants.middleware import Response
from voxdouble import verify as verify_module
from voxdouble_contract.judging.statements import statements
from voxdouble_mock import MockAppliance

HOSTILE_INI = "[pytest]\naddopts = --no-such-option\npython_files = nothing.py\n"
HOSTILE_CONFTEST = "raise RuntimeError('a user's conftest was loaded')\n"
NOT_OF_E4 = {"S56"}


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    out: str
    err: str
    report: Path

    @property
    def data(self) -> dict[str, Any]:
        """What conformance.json says."""
        found: dict[str, Any] = json.loads((self.report / "conformance.json").read_text())
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each statement."""
        return {key: entry["verdict"] for key, entry in self.data["statements"].items()}


def verify(folder: Path, *words: str, **environment: str) -> Ended:
    """Run the command in that folder."""
    report = folder / "report"
    command = [sys.executable, "-m", "voxdouble", "verify", *words, "--report", str(report)]
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240, check=False
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr, report)


@pytest.fixture(scope="module")
def on_mock(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Verify the mock in somebody's folder, whose configuration would break any run that looked at it."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "report").mkdir()
    (folder / "report" / "kept.txt").write_text("mine")
    (folder / "pytest.ini").write_text(HOSTILE_INI)
    (folder / "conftest.py").write_text(HOSTILE_CONFTEST)
    (folder / "schemathesis.toml").write_text("nonsense = true\n")
    return verify(folder, "mock", PYTEST_ADDOPTS="-k nothing", PYTEST_PLUGINS="no_such_plugin")


def test_the_mock_keeps_the_contract(on_mock: Ended) -> None:
    """The command ends with 0, and says so in a few lines."""
    assert on_mock.status == 0, on_mock.out + on_mock.err
    assert "0 failed, 0 differs" in on_mock.out


def test_all_that_can_be_proven_on_the_mock_is(on_mock: Ended) -> None:
    """Every run gives these verdicts: passed is what has a test that holds for this generation."""
    provable = {key for key, one in statements().items() if not one.untestable} - NOT_OF_E4
    assert on_mock.verdicts == {key: "passed" if key in provable else "unproven" for key in statements()}


def test_every_statement_stands_in_the_data(on_mock: Ended) -> None:
    """Untestable statements too, as unproven and with their reason."""
    entries = on_mock.data["statements"]
    assert list(entries) == list(statements())
    for key, one in statements().items():
        assert entries[key]["grade"] == one.grade
        if one.untestable:
            assert (entries[key]["verdict"], entries[key]["reason"]) == ("unproven", one.untestable)
        elif entries[key]["verdict"] == "passed":
            assert entries[key]["tests"]


def test_the_data_says_who_was_met(on_mock: Ended) -> None:
    """Target, kind, generation and counts are there."""
    target, counts = on_mock.data["target"], on_mock.data["counts"]
    assert (target["kind"], target["generations"]) == ("mock", ["e4"])
    assert target["url"].startswith("http://127.0.0.1:")
    assert sum(counts.values()) == len(statements())


def test_the_client_is_checked_too(on_mock: Ended) -> None:
    """All of the client's checks have passed."""
    assert [check["verdict"] for check in on_mock.data["client"]] == ["passed"] * 9


def test_the_reports_are_there_and_others_stay(on_mock: Ended) -> None:
    """Three reports are written; what lay in the folder lies there still."""
    names = {entry.name for entry in on_mock.report.iterdir()}
    assert names == {"conformance.json", "junit.xml", "report.html", "kept.txt"}


def test_it_says_before_the_first_test_whom_it_talks_to(on_mock: Ended) -> None:
    """The line about the target stands before the dots, on stderr."""
    first = on_mock.err.lstrip().splitlines()[0]
    assert first.startswith("http://127.0.0.1:")
    assert "mock" in first


def nameless(answer: Response) -> None:
    """Forget the id."""
    answer.json = {"task": {"state": "pending"}}


@pytest.fixture
def faulty() -> Iterator[MockAppliance]:
    """Serve an appliance whose 202 names no task."""
    with MockAppliance(pending=0, running=0, wrap=on_start(nameless)) as mock:
        yield mock


def test_a_faulty_appliance_fails(faulty: MockAppliance, tmp_path: Path) -> None:
    """A broken documented statement ends the command with 1, and the evidence is in the data."""
    ended = verify(tmp_path, faulty.url)
    assert ended.status == 1, ended.out + ended.err
    entry = ended.data["statements"]["S2"]
    assert entry["verdict"] == "failed"
    assert entry["evidence"][0]["status"] == 202
    assert "failed: S2 (documented)" in ended.out


@pytest.fixture
def guarded() -> Iterator[MockAppliance]:
    """Serve a mock at a URL, with a clock that somebody else has stopped, and a token."""
    with MockAppliance(clock="manual", token="secret", location="path") as mock:
        yield mock


def test_a_mock_at_a_url_is_an_appliance_like_any(guarded: MockAppliance, tmp_path: Path) -> None:
    """With another Location, a token and a stopped clock it has nothing failed, and what differs is no failure."""
    ended = verify(tmp_path, guarded.url + "/_ns/mine", APPLIANCE_TOKEN="secret")
    assert ended.status == 0, ended.out + ended.err
    assert ended.data["target"]["kind"] == "mock"
    assert [key for key, verdict in ended.verdicts.items() if verdict == "differs"] == ["S8"]
    assert ended.data["counts"]["passed"] > 80


def test_the_other_kind_is_an_error(guarded: MockAppliance, tmp_path: Path) -> None:
    """Who expects an appliance and meets a mock gets 2."""
    ended = verify(tmp_path, guarded.url, "--expect", "appliance", APPLIANCE_TOKEN="secret")
    assert ended.status == 2
    assert "appliance was expected" in ended.err


@pytest.mark.parametrize(
    ("target", "said"),
    [("http://127.0.0.1:1", "Nothing answers"), ("appliance", "TARGET is"), ("ftp://a", "TARGET is")],
)
def test_no_target_is_an_error(tmp_path: Path, target: str, said: str) -> None:
    """An unreachable target, and what is no URL, is 2 and never a skip."""
    ended = verify(tmp_path, target)
    assert ended.status == 2
    assert said in ended.err
    assert not ended.report.exists()


def test_a_missing_extra_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without schemathesis the command says how to get it, and ends with 2."""
    monkeypatch.setattr(verify_module, "find_spec", lambda name: None if name == "schemathesis" else object())
    ended = CliRunner().invoke(verify_module.verify, ["mock"])
    assert ended.exit_code == 2
    assert "schemathesis: pip install 'voxdouble[contract]'" in ended.output


def test_a_profile_that_makes_no_sense_is_an_error(tmp_path: Path) -> None:
    """The message names what is wrong in it, and nothing is sent."""
    (tmp_path / "profile.toml").write_text("max_lists = 3\n")
    ended = verify(tmp_path, "mock", "--profile", "profile.toml")
    assert ended.status == 2
    assert "max_lists" in ended.err


def test_nothing_is_sent_beyond_the_budget(tmp_path: Path) -> None:
    """Without uploads allowed none is made, and what needs one is unproven."""
    with MockAppliance() as mock:
        ended = verify(tmp_path, mock.url, "--max-uploads", "0", "--max-tasks", "0")
        starts = [seen for seen in mock.requests if seen.status == 202]
    assert ended.status == 0, ended.out + ended.err
    assert starts == []
    assert ended.verdicts["S1"] == "unproven"
    assert "budget does not allow it" in ended.data["statements"]["S1"]["reason"]
    assert {check["verdict"] for check in ended.data["client"]} == {"unproven"}

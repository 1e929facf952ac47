"""`voxdouble verify` as scripts use it: the whole suite in processes of its own. Run by `make nested-test`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.changes import member
from tests.mutants.of_refusals import system
from voxdouble_contract.judging.statements import statements
from voxdouble_mock import MockAppliance

HOSTILE_INI = "[pytest]\naddopts = --no-such-option\npython_files = nothing.py\n"
HOSTILE_CONFTEST = "raise RuntimeError('a user's conftest was loaded')\n"
NOT_OF_E4 = {key for key, one in statements().items() if not one.holds_for(frozenset({"e4"}))}
MINE = "a file of the user"
CLOSED = "http://127.0.0.1:1"
"""A proxy that refuses every connection."""


@dataclass(frozen=True)
class Ended:
    """A finished run of the command."""

    status: int
    out: str
    err: str
    report: Path

    @property
    def data(self) -> dict[str, Any]:
        """The content of conformance.json."""
        found: dict[str, Any] = json.loads((self.report / "conformance.json").read_text())
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each statement."""
        return {key: entry["verdict"] for key, entry in self.data["statements"].items()}


def verify(folder: Path, *words: str, **environment: str) -> Ended:
    """Run the command in a folder."""
    report = folder / "report"
    command = [sys.executable, "-m", "voxdouble", "verify", *words, "--report", str(report)]
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=240, check=False
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr, report)


@pytest.fixture(scope="module")
def on_mock(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Verify the mock in a folder and an environment whose configuration would break any run that used it."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "report").mkdir()
    (folder / "report" / "kept.txt").write_text(MINE)
    (folder / "pytest.ini").write_text(HOSTILE_INI)
    (folder / "conftest.py").write_text(HOSTILE_CONFTEST)
    (folder / "schemathesis.toml").write_text("nonsense = true\n")
    return verify(
        folder,
        "mock",
        PYTEST_ADDOPTS="-k nothing",
        PYTEST_PLUGINS="no_such_plugin",
        HTTP_PROXY=CLOSED,
        http_proxy=CLOSED,
        NO_PROXY="",
        no_proxy="",
    )


def test_the_mock_keeps_the_contract(on_mock: Ended) -> None:
    """On the mock the command ends with 0 and a summary."""
    assert on_mock.status == 0, on_mock.out + on_mock.err
    assert "0 failed, 0 differs" in on_mock.out


def test_every_provable_statement_is_passed_on_the_mock(on_mock: Ended) -> None:
    """The passed statements are those that a test can prove and that hold for the mock's generation."""
    provable = {key for key, one in statements().items() if not one.untestable} - NOT_OF_E4
    assert on_mock.verdicts == {key: "passed" if key in provable else "unproven" for key in statements()}


def test_every_statement_is_in_the_data(on_mock: Ended) -> None:
    """Each statement has its grade and its tests; an untestable one is unproven, with its reason."""
    entries = on_mock.data["statements"]
    assert list(entries) == list(statements())
    for key, one in statements().items():
        assert entries[key]["grade"] == one.grade
        if one.untestable:
            assert (entries[key]["verdict"], entries[key]["reason"]) == ("unproven", one.untestable)
        elif entries[key]["verdict"] == "passed":
            assert entries[key]["tests"]


def test_the_data_has_the_target(on_mock: Ended) -> None:
    """Target, kind, generation and counts are in the data, and no check has crashed."""
    target, counts = on_mock.data["target"], on_mock.data["counts"]
    assert (target["kind"], target["generations"]) == ("mock", ["e4"])
    assert target["url"].startswith("http://127.0.0.1:")
    assert sum(counts.values()) == len(statements())
    assert on_mock.data["crashes"] == []


def test_the_client_is_checked_too(on_mock: Ended) -> None:
    """All checks of the client have passed."""
    assert [check["verdict"] for check in on_mock.data["client"]] == ["passed"] * 9


def test_the_reports_are_written_beside_other_files(on_mock: Ended) -> None:
    """There are three reports, and a file of the user is unchanged."""
    names = {entry.name for entry in on_mock.report.iterdir()}
    assert names == {"conformance.json", "junit.xml", "report.html", "kept.txt"}
    assert (on_mock.report / "kept.txt").read_text() == MINE


def test_the_target_is_announced_before_the_first_test(on_mock: Ended) -> None:
    """The first line on stderr is about the target."""
    first = on_mock.err.lstrip().splitlines()[0]
    assert first.startswith("http://127.0.0.1:")
    assert "mock" in first


@pytest.fixture(scope="module")
def without_budget(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ended, MockAppliance]]:
    """Verify an appliance whose system info lacks the version, with a budget that allows no task."""
    with MockAppliance(wrap=system("/info", member("version", drop=True))) as mock:
        yield verify(tmp_path_factory.mktemp("verify"), mock.url, "--max-uploads", "0", "--max-tasks", "0"), mock


def test_a_faulty_appliance_fails(without_budget: tuple[Ended, MockAppliance]) -> None:
    """A broken documented statement ends the command with 1, and the evidence is in the data."""
    ended, _ = without_budget
    assert ended.status == 1, ended.out + ended.err
    entry = ended.data["statements"]["S74"]
    assert entry["verdict"] == "failed"
    assert entry["evidence"][0]["status"] == 200
    assert "failed: S74 (documented)" in ended.out


def test_the_budget_is_not_exceeded(without_budget: tuple[Ended, MockAppliance]) -> None:
    """Without a budget for tasks none is started, and the statements that need one are unproven."""
    ended, mock = without_budget
    assert [seen for seen in mock.requests if seen.status == 202] == []
    assert ended.verdicts["S1"] == "unproven"
    assert "budget does not allow it" in ended.data["statements"]["S1"]["reason"]
    assert {check["verdict"] for check in ended.data["client"]} == {"unproven"}


def test_a_mock_at_a_url_is_judged_as_an_appliance(tmp_path: Path) -> None:
    """With a Location path, a token and a stopped clock no statement fails, and one that differs is not a failure."""
    with MockAppliance(clock="manual", token="secret", location="path") as mock:
        ended = verify(tmp_path, mock.url + "/_ns/mine", APPLIANCE_TOKEN="secret")
    assert ended.status == 0, ended.out + ended.err
    assert ended.data["target"]["kind"] == "mock"
    assert [key for key, verdict in ended.verdicts.items() if verdict == "differs"] == ["S8"]
    assert ended.data["counts"]["passed"] > 80


@pytest.fixture(scope="module")
def too_short(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Verify an appliance within a second, in which no check can end."""
    with MockAppliance() as mock:
        return verify(tmp_path_factory.mktemp("verify"), mock.url, "--timeout", "1")


def test_a_run_without_time_is_reported(too_short: Ended) -> None:
    """The command ends with 0 and reports, in which the time is the reason of the unproven statements."""
    assert too_short.status == 0, too_short.out + too_short.err
    assert too_short.data["counts"]["unproven"] > 100
    assert {too_short.verdicts[key] for key in ("S1", "S20")} == {"unproven"}
    reasons = {too_short.data["statements"]["S1"]["reason"], *(check["reason"] for check in too_short.data["client"])}
    for reason in reasons:
        assert re.search("time|had not ended|did not end|extracts one did not pass", reason)


@pytest.fixture(scope="module")
def only_two(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Verify two statements of the mock."""
    return verify(tmp_path_factory.mktemp("verify"), "mock", "--only", "S1", "--only", "S20")


def test_only_the_named_statements_are_judged(only_two: Ended) -> None:
    """The others are unproven because they were not asked for, and the client makes no calls."""
    assert only_two.status == 0, only_two.out + only_two.err
    assert [key for key, verdict in only_two.verdicts.items() if verdict == "passed"] == ["S1", "S20"]
    assert only_two.data["statements"]["S2"]["reason"] == "not asked for"
    assert only_two.data["client"] == []
    assert "not asked for" in only_two.out

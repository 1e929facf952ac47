"""Errors of `voxdouble verify` that are found before, beside or after the suite."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from voxdouble import verify as verify_module
from voxdouble import verify_input
from voxdouble_contract.judging.conformance import Conformance, Crash, judge
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.target_info import TargetInfo


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http://127.0.0.1:1", "Nothing answers"),
        ("appliance", "TARGET must be"),
        ("ftp://a", "TARGET must be"),
        ("http://a..b", "valid host name"),
    ],
)
def test_an_invalid_or_unreachable_target_is_an_error(tmp_path: Path, target: str, message: str) -> None:
    """An unreachable target, and a TARGET that is not a base URL, end with 2 and no report."""
    report = tmp_path / "report"
    ended = CliRunner().invoke(verify_module.verify, [target, "--report", str(report)])
    assert ended.exit_code == 2
    assert message in ended.output
    assert not report.exists()


def test_a_missing_extra_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without schemathesis the command says how to install it, and ends with 2."""
    monkeypatch.setattr(verify_input, "find_spec", lambda name: None if name == "schemathesis" else object())
    ended = CliRunner().invoke(verify_module.verify, ["mock"])
    assert ended.exit_code == 2
    assert "schemathesis: pip install 'voxdouble[contract]'" in ended.output


def test_an_invalid_profile_is_an_error(tmp_path: Path) -> None:
    """The message names the unknown limit, and no request is sent."""
    profile = tmp_path / "profile.toml"
    profile.write_text("max_lists = 3\n")
    ended = CliRunner().invoke(verify_module.verify, ["mock", "--profile", str(profile)])
    assert ended.exit_code == 2
    assert "unknown names: max_lists" in ended.output


@pytest.mark.parametrize("status", [2, 3, 4, -9])
def test_a_suite_that_could_not_run_is_an_error(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A target of the wrong kind (2), an internal error and a killed process end the command with 2."""
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess[bytes](command, returncode=status)
    )
    ended = CliRunner().invoke(verify_module.verify, ["mock", "--expect", "appliance"])
    assert ended.exit_code == 2
    assert f"its process ended with status {status}" in ended.output


@pytest.mark.parametrize(("outcome", "status"), [("passed", 2), ("broken", 1)])
def test_a_crashed_check_is_an_error_of_the_suite(monkeypatch: pytest.MonkeyPatch, outcome: str, status: int) -> None:
    """A check that crashed ends the command with 2, unless a statement failed, and its traceback is on stderr."""
    judged = judge([Finding("S1", outcome, "test_x", "why")])  # type: ignore[arg-type]
    crash = Crash("test_y", "Traceback: KeyError(400)")
    result = Conformance(TargetInfo("http://a", "mock"), True, judged, crashes=(crash,))
    monkeypatch.setattr(verify_module, "run_suite", lambda *_, **__: result)
    monkeypatch.setattr(verify_module, "check_with_client", lambda *_, **__: [])
    ended = CliRunner().invoke(verify_module.verify, ["mock"])
    assert ended.exit_code == status
    assert "1 check of the suite crashed" in ended.stdout
    assert "test_y crashed:\nTraceback: KeyError(400)" in ended.stderr

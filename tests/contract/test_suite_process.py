"""The process of the suite: its journal, its end, and what of its findings counts."""

import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from voxdouble import verify as verify_module
from voxdouble.suite_process import run_suite
from voxdouble.target_checks import CannotRun
from voxdouble_contract.judging.conformance import Conformance, judge
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.observed_tasks import ObservedState, observed_tasks
from voxdouble_contract.judging.statements import statements
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.reports import journal
from voxdouble_contract.reports.terminal import summary
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.transport import TIME_IS_UP

TARGET = TargetInfo("http://appliance", "appliance", "5.1", ("e4",))
STATES = [ObservedState("gender", "t", "speech", 0.5, "pending"), ObservedState("gender", "t", "speech", 1.0, "done")]


def test_a_journal_keeps_what_was_found_before_a_kill(tmp_path: Path) -> None:
    """Findings and states are read back as they were; an incomplete last line is left out."""
    file = tmp_path / journal.FILE
    found = [Finding("S1", "passed", "test_a"), Finding("S2", "broken", "test_b", "why", ({"status": 200},))]
    journal.append_findings(file, TARGET, found[:1], STATES)
    journal.append_findings(file, TARGET, found[1:], [])
    with file.open("a") as lines:
        lines.write('{"target": {"url"')
    assert journal.read(file) == journal.RunJournal(TARGET, found, STATES)
    assert journal.read(tmp_path / "missing") == journal.RunJournal(None, [], [])


def killed_after(*found: Finding) -> Any:
    """Return a replacement of `subprocess.run` that makes findings and is then out of time."""

    def run(command: list[str], *, cwd: Path, timeout: float, **_: object) -> NoReturn:
        journal.append_findings(cwd / journal.FILE, TARGET, found, STATES)
        raise subprocess.TimeoutExpired(command, timeout)

    return run


def test_a_suite_without_time_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the time was up before it, no process is started, and the time is the reason of each statement."""
    monkeypatch.delattr(subprocess, "run")
    result = run_suite([], url="http://appliance", strict=False, only=(), seconds=-2)
    assert result.statements["S1"]["reason"] == TIME_IS_UP


@pytest.mark.parametrize(("only", "loaded"), [((), True), (("S1", "C34"), True), (("S1", "S20"), False)])
def test_schemathesis_is_loaded_for_its_statement(
    monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...], loaded: bool
) -> None:
    """Its plugin, which takes a second to import, is loaded only if C34 is asked for."""
    commands: list[list[str]] = []

    def run(command: list[str], *, timeout: float, **_: object) -> NoReturn:
        commands.append(command)
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    run_suite([], url="http://appliance", strict=False, only=only, seconds=7)
    assert ("schemathesis.pytest.plugin" in commands[0]) is loaded


def test_a_killed_suite_loses_nothing_that_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts known before the time was up count, and the others are unproven for that reason."""
    found = Finding("S1", "passed", "test_a"), Finding("S2", "broken", "test_b", "It was 7.")
    monkeypatch.setattr(subprocess, "run", killed_after(*found))
    result = run_suite([], url="http://appliance", strict=False, only=(), seconds=7)
    assert (result.target, result.failed) == (TARGET, True)
    assert result.statements["S1"]["verdict"] == "passed"
    assert result.statements["S2"]["reason"] == "It was 7."
    assert result.statements["S3"]["reason"] == "Its check had not ended after 7 s."
    assert result.statements["S55"]["reason"] == statements()["S55"].untestable
    assert result.tasks == observed_tasks(STATES)


def test_a_run_that_was_ended_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reason in the journal, such as a target that stopped answering, is the message of the command."""

    def run(command: list[str], *, cwd: Path, **_: object) -> "subprocess.CompletedProcess[bytes]":
        journal.append(cwd / journal.FILE, ended="Nothing answers at http://appliance: no connection.")
        return subprocess.CompletedProcess(command, 2)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(CannotRun, match=r"^Nothing answers at http://appliance: no connection\.$"):
        run_suite([], url="http://appliance", strict=False, only=(), seconds=7)


def test_the_kind_of_a_target_that_told_nothing_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed before the first answer names no kind, nor does a target before it is identified."""

    def run(command: list[str], *, timeout: float, **_: object) -> NoReturn:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    result = run_suite([], url="http://appliance", strict=False, only=(), seconds=7)
    assert result.target == TargetInfo("http://appliance", "unknown")
    assert "Contract of the target at http://appliance (version unknown, generation unknown)" in summary(result)
    late = Target("http://appliance", deadline=0.0)
    with pytest.raises(pytest.skip.Exception):
        late.identify()
    assert late.info.kind == "unknown"
    late.close()


def test_no_statement_but_the_named_ones_counts() -> None:
    """A broken statement that was not asked for is unproven."""
    found = [Finding("S1", "passed", "test_a"), Finding("S2", "broken", "test_b", "It was 7.")]
    judged = judge(found, only=["S1"])
    assert (judged["S1"]["verdict"], judged["S2"]["verdict"], judged["S2"]["tests"]) == ("passed", "unproven", [])


def test_an_unknown_statement_is_refused() -> None:
    """The message names the closest statement, and no request is sent."""
    ended = CliRunner().invoke(verify_module.verify, ["http://127.0.0.1:1", "--only", "S999"])
    assert ended.exit_code == 2
    assert "Unknown statement 'S999'" in ended.output


@pytest.mark.parametrize("folder", ["/proc", "file/below", "file"])
def test_a_report_folder_that_cannot_be_written_is_found_before_the_run(folder: str, tmp_path: Path) -> None:
    """The command ends with 2 and names the folder."""
    (tmp_path / "file").touch()
    ended = CliRunner().invoke(verify_module.verify, ["mock", "--report", str(tmp_path / folder)])
    assert ended.exit_code == 2
    assert f"{tmp_path / folder} for the reports cannot be written" in ended.output


@pytest.mark.parametrize(("outcome", "status"), [("passed", 2), ("broken", 1)])
def test_a_report_that_cannot_be_written_loses_no_result(
    outcome: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary is printed first; the error is on stderr, and a failure keeps its exit status."""
    result = Conformance(TARGET, strict=False, statements=judge([Finding("S1", outcome, "test_a", "why")]))  # type: ignore[arg-type]
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as ended:
        verify_module.finish(result, tmp_path / "file")
    assert ended.value.code == status
    printed = capsys.readouterr()
    assert "Contract of the appliance at http://appliance" in printed.out
    assert "the reports cannot be written" in printed.err

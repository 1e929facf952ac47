"""Verdicts, and the reports on them."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from voxdouble_contract.exchange import Exchange, brief
from voxdouble_contract.judging.conformance import ClientCheck, Conformance, Crash, judge
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.statements import statements
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.reports import json as json_report
from voxdouble_contract.reports.folder import write_reports
from voxdouble_contract.reports.github import annotations, command, report_to_github
from voxdouble_contract.reports.html import page
from voxdouble_contract.reports.junit import junit
from voxdouble_contract.reports.terminal import summary, tracebacks

pytestmark = pytest.mark.usefixtures("written_grades")
TARGET = TargetInfo("http://appliance:8000", "appliance", "5.0.0", ("e4",))
DOCUMENTED, INFERRED, CHOSEN, UNTESTABLE = "S1", "S3", "C1", "S52"


def finding(statement: str, outcome: str, reason: str = "") -> Finding:
    """Return a finding."""
    return Finding(statement, outcome, f"test of {statement}", reason, ({"status": 500},))  # type: ignore[arg-type]


def verdict(statement: str, *outcomes: str) -> str:
    """Return the verdict on a statement for these outcomes."""
    found: str = judge(finding(statement, outcome, outcome) for outcome in outcomes)[statement]["verdict"]
    return found


def conformance(*findings: Finding, strict: bool = False, client: tuple[ClientCheck, ...] = ()) -> Conformance:
    """Return the conformance of a run with these findings."""
    return Conformance(TARGET, strict, judge(findings), client)


@pytest.mark.parametrize(
    ("statement", "outcomes", "wanted"),
    [
        (DOCUMENTED, ["passed"], "passed"),
        (DOCUMENTED, ["passed", "broken"], "failed"),
        (DOCUMENTED, ["unproven", "passed"], "passed"),
        (DOCUMENTED, ["unproven"], "unproven"),
        (DOCUMENTED, ["passed", "crashed"], "unproven"),
        (DOCUMENTED, ["crashed", "broken"], "failed"),
        (DOCUMENTED, [], "unproven"),
        (INFERRED, ["broken"], "differs"),
        (CHOSEN, ["broken", "passed"], "differs"),
        (UNTESTABLE, [], "unproven"),
    ],
)
def test_findings_add_up_to_a_verdict(statement: str, outcomes: list[str], wanted: str) -> None:
    """Broken outweighs crashed, crashed passed, passed unproven; the grade decides between failed and differs."""
    assert verdict(statement, *outcomes) == wanted


def test_a_differing_statement_fails_a_strict_run_only() -> None:
    """A broken inference fails a strict run; a broken documented statement fails every run."""
    found = finding(INFERRED, "broken")
    assert conformance(found).passed
    assert not conformance(found, strict=True).passed
    assert not conformance(finding(DOCUMENTED, "broken")).passed


def test_a_failing_client_fails_the_run() -> None:
    """A failed check of the client fails the run, an unproven one does not."""
    assert not conformance(client=(ClientCheck("extract", "failed", "no"),)).passed
    assert conformance(client=(ClientCheck("extract", "unproven", "busy"),)).passed


def test_code_in_a_reason_is_shown_as_code() -> None:
    """Text between backticks is a code element of the page, and markup in it is escaped."""
    assert "got <code>&lt;b&gt;</code>, not" in page(conformance(finding(DOCUMENTED, "broken", "got `<b>`, not 3")))


def test_the_data_can_be_read_again(tmp_path: Path) -> None:
    """conformance.json is read as the conformance that was written."""
    written = conformance(finding(DOCUMENTED, "broken", "why"), client=(ClientCheck("extract", "passed"),))
    write_reports(written, tmp_path / "new")
    assert json_report.read(tmp_path / "new") == written


def test_junit_counts_failures() -> None:
    """Failed is a failure; differs is skipped, or a failure in a strict run."""
    found = [finding(DOCUMENTED, "broken", "a"), finding(INFERRED, "broken", "b"), finding(CHOSEN, "passed")]
    for strict, failures in ((False, "1"), (True, "2")):
        suite = junit(conformance(*found, strict=strict)).getroot().find("testsuite")
        assert suite is not None
        assert suite.get("failures") == failures
        assert suite.get("tests") == str(len(statements()))
        assert ElementTree.tostring(suite)


def test_the_page_shows_all_statements_and_loads_nothing() -> None:
    """The page shows each statement, escapes text of the target, and fetches nothing."""
    broken = Finding(DOCUMENTED, "broken", "t", "<script>alert(1)</script>", ({"body": "<img src=x>"},))
    text = page(conformance(broken, client=(ClientCheck("extract", "failed", "<b>"),)))
    assert all(f'id="{key}"' in text for key in statements())
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>" not in text
    assert "src=" not in text.replace("img src=x", "")
    assert "href=" not in text
    assert "does not keep the contract" in text


def test_text_of_the_target_stays_on_one_line(tmp_path: Path) -> None:
    """Escape sequences, line ends and lone surrogates are replaced on the terminal and in reports."""
    evil = Finding(DOCUMENTED, "broken", "t", "a\x1b[31m\r\nb\x00\udc80", ({"body": "\udc80\x00"},))
    judged = conformance(evil)
    write_reports(judged, tmp_path)
    assert judged.statements[DOCUMENTED]["reason"] == "a\ufffd[31m b\ufffd\ufffd"
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().tag == "testsuites"
    assert json.loads((tmp_path / "conformance.json").read_text())["counts"]["failed"] == 1
    assert "\x1b" not in summary(judged)


def test_github_annotations_are_escaped() -> None:
    """A failed statement is an error, a differing one a warning, and line ends are escaped."""
    lines = annotations(
        conformance(finding(DOCUMENTED, "broken", "a\n::error::b"), finding(INFERRED, "broken", "100 %"))
    )
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::warning"]
    assert all("\n" not in line for line in lines)
    assert "100 %25" in lines[1]
    assert command("error", "a,b", "one\n::warning::two") == "::error title=a%2Cb::one%0A::warning::two"


def test_the_summary_of_the_github_step_is_written(tmp_path: Path) -> None:
    """The summary is appended to the file of the step, on GitHub only."""
    file = tmp_path / "summary.md"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(file)}
    assert report_to_github(conformance(finding(DOCUMENTED, "broken", "why")), environment)
    assert "**S1** failed" in file.read_text()
    assert report_to_github(conformance(finding(DOCUMENTED, "broken")), {}) == []


def test_the_summary_lists_failures() -> None:
    """The terminal shows the counts, and each statement that failed or differs."""
    text = summary(conformance(finding(DOCUMENTED, "broken", "It was 200."), finding(CHOSEN, "passed")))
    assert "1 passed, 1 failed, 0 differs" in text
    assert "failed: S1 (documented)" in text
    assert "It was 200." in text


def test_a_crash_is_in_every_report(tmp_path: Path) -> None:
    """A run with a check that crashed has not passed nor failed, and every report has the traceback."""
    crash = Crash("test_x", "Traceback:\n  File <x>\x1b\nKeyError: 400")
    judged = replace(conformance(finding(DOCUMENTED, "passed")), crashes=(crash,))
    assert (judged.passed, judged.failed) == (False, False)
    write_reports(judged, tmp_path)
    assert json_report.read(tmp_path).crashes == (crash,)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite")
    assert suite is not None
    assert suite.get("errors") == "1"
    assert suite.findtext("testcase/error") == "Traceback:\n  File <x>\ufffd\nKeyError: 400"
    assert "the suite crashed" in (tmp_path / "report.html").read_text()
    assert "File &lt;x&gt;" in (tmp_path / "report.html").read_text()
    assert "1 check of the suite crashed" in summary(judged)
    assert tracebacks(judged) == "test_x crashed:\nTraceback:\n  File <x>\ufffd\nKeyError: 400"
    assert annotations(judged)[-1].startswith("::error title=test_x crashed::Traceback:%0A  File <x>")


def test_voice_data_are_shown_as_length_and_digest() -> None:
    """A report contains no voiceprint, no vector and no recording."""
    body = {"result": {"channels": [{"voiceprint": "QUJD" * 40, "vector_voiceprint": [0.5] * 128}]}}
    sent = {"voiceprints": ["QUJD" * 40] * 20, "file": b"RIFF\xff" + bytes(1000)}
    evidence = Exchange("POST", "http://a/", sent, 200, {}, json.dumps(body).encode()).evidence()
    text = json.dumps(evidence)
    assert "QUJDQUJD" not in text
    assert "0.5, 0.5" not in text
    assert "RIFF" not in text
    assert "<160 characters, sha256 " in text
    assert "<128 numbers, sha256 " in text
    assert "<1005 bytes, sha256 " in text
    assert "<12 more>" in text


def test_short_texts_are_shown() -> None:
    """Short texts are shown unchanged."""
    assert brief({"state": "done", "voiceprints": ["A=A"]}) == {"state": "done", "voiceprints": ["A=A"]}

"""The command `evidence`: what it writes about a record, and which records it refuses."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.commands.process import invoke
from voxdouble.evidence.record import MAX_EXCHANGES, write_record
from voxdouble.evidence.redaction import Redaction
from voxdouble_contract.judging.conformance import Conformance, judge
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_fixtures.statements import OBSERVED, outdated, with_evidence, written

FINDINGS = [
    Finding("S1", "passed", "test_a"),
    Finding("S20", "broken", "test_b", "Expected status 404, got 410."),
    Finding("C1", "broken", "test_c", "Got \x7f 'x'."),
    Finding("C38", "broken", "test_d", "Got 400 from http://node7.internal/x with s3cret."),
    Finding("C2", "passed", "test_e"),
    Finding("S2", "unproven", "test_f", "no budget"),
]
EXCHANGES = [{"number": 1, "request": "GET <url>/x", "status": 200}]


def record(folder: Path, kind: str = "appliance", *, generations: tuple[str, ...] = ("e4",), count: int = 1) -> Path:
    """Write a record of the findings; C2 has no exchanges."""
    target = TargetInfo("http://a", "appliance", "5.1", generations)
    exchanges = {finding.statement: EXCHANGES * count for finding in FINDINGS if finding.statement != "C2"}
    folder.mkdir(exist_ok=True)
    write_record(folder, Conformance(target, False, judge(FINDINGS)), kind, exchanges, Redaction("http://a", "s3cret"))
    return folder


def test_evidence_names_version_date_and_digest(tmp_path: Path) -> None:
    """Each statement with a verdict and exchanges has its text, verdict, version, date and the digest of these."""
    output = invoke("evidence", str(record(tmp_path / "r"))).stdout
    found = tomllib.loads((tmp_path / "r" / "evidence.toml").read_text())
    assert {key: entry["verdict"] for key, entry in found.items()} == {
        "S1": "passed",
        "S20": "failed",
        "C1": "differs",
        "C38": "differs",
    }
    assert found["S1"]["statement"] == written()["S1"]["text"]
    assert found["S1"]["version"] == "5.1"
    assert len(found["S1"]["date"]) == 10
    assert len(found["S1"]["exchanges"]) == 64
    assert "4 statements: 1 passed, 1 failed, 2 differs" in output


def test_the_digest_changes_with_the_exchanges(tmp_path: Path) -> None:
    """Another number of exchanges gives another digest; the same record gives the same."""
    digests = []
    for name, count in (("a", 1), ("b", 1), ("c", 2)):
        invoke("evidence", str(record(tmp_path / name, count=count)))
        digests.append(tomllib.loads((tmp_path / name / "evidence.toml").read_text())["S1"]["exchanges"])
    assert digests[0] == digests[1] != digests[2]


def test_a_broken_statement_has_the_change_that_it_would_mean(tmp_path: Path) -> None:
    """A choice is withdrawn or limited to other generations; a documented statement needs a second appliance."""
    invoke("evidence", str(record(tmp_path / "r", generations=("e3",))))
    found = tomllib.loads((tmp_path / "r" / "evidence.toml").read_text())
    assert found["C38"]["change"].startswith("Limit C38 to the generations e1, e2, and state for e3")
    assert "it was chosen" in found["C38"]["change"]
    assert found["C38"]["reason"] == "Got 400 from <host>/x with <token>."
    assert "if further appliances confirm it: the version 5.1 contradicts" in found["S20"]["change"]
    assert found["S20"]["reason"] == "Expected status 404, got 410."
    assert "\x7f" not in found["C1"]["reason"]


@pytest.mark.parametrize("kind", ["mock", "example"])
def test_only_the_record_of_an_appliance_is_evidence(tmp_path: Path, kind: str) -> None:
    """Records of mocks and examples are refused with a sentence, and nothing is written."""
    result = invoke("evidence", str(record(tmp_path / "r", kind)))
    assert result.exit_code == 2
    assert f"is of the kind {kind}" in result.output
    assert not (tmp_path / "r" / "evidence.toml").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("record.toml", "format = 2\n"),
        ("record.toml", "format = 1\n" * 20_000),
        ("statements/S1.json", "[" * 200_000),
        ("statements/S1.json", "{}"),
    ],
)
def test_a_damaged_record_is_refused(tmp_path: Path, name: str, content: str) -> None:
    """A record from elsewhere is data: an invalid, large or deep file ends the command with 2 and names the folder."""
    folder = record(tmp_path / "r")
    (folder / name).write_text(content)
    result = invoke("evidence", str(folder))
    assert result.exit_code == 2
    assert "Error: " in result.output


def test_a_file_about_another_statement_is_refused(tmp_path: Path) -> None:
    """Evidence for S1 cannot come from a file of another name."""
    folder = record(tmp_path / "r")
    (folder / "statements" / "S20.json").replace(folder / "statements" / "S1.json")
    assert "must be about S1" in invoke("evidence", str(folder)).output


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a file nor the folder of the statements may be a link, and the written file replaces one."""
    folder, other = record(tmp_path / "r"), record(tmp_path / "other")
    (folder / "statements" / "S1.json").unlink()
    (folder / "statements" / "S1.json").symlink_to(other / "statements" / "S1.json")
    assert invoke("evidence", str(folder)).exit_code == 2
    linked = record(tmp_path / "linked")
    (linked / "statements").rename(tmp_path / "elsewhere")
    (linked / "statements").symlink_to(tmp_path / "elsewhere")
    assert "not a link" in invoke("evidence", str(linked)).output
    assert "not a link" in invoke("verify", "mock", "--record", str(linked)).output
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (other / "evidence.toml").symlink_to(outside)
    assert invoke("evidence", str(other)).exit_code == 0
    assert outside.read_text() == "mine"


def test_a_record_is_bounded(tmp_path: Path) -> None:
    """Of each statement the first exchanges are kept, up to a bound."""
    folder = record(tmp_path / "r", count=MAX_EXCHANGES + 1)
    assert len(json.loads((folder / "statements" / "S1.json").read_text())["exchanges"]) == MAX_EXCHANGES


def test_only_passed_evidence_on_the_present_words_makes_a_statement_observed(tmp_path: Path) -> None:
    """A statement that failed, or whose text has changed since, keeps its grade; the latter is reported."""
    invoke("evidence", str(record(tmp_path / "r")))
    found = tomllib.loads((tmp_path / "r" / "evidence.toml").read_text())
    grades = {key: entry["grade"] for key, entry in with_evidence(written(), found).items()}
    assert [key for key, grade in grades.items() if grade == OBSERVED] == ["S1"]
    found["S1"]["statement"] = "Other words."
    assert with_evidence(written(), found) == written()
    assert outdated(written(), found) == ["S1"]

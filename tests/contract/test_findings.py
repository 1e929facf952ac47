"""The outcome of a test becomes findings; a check that crashes is a defect of the suite, with its traceback."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutants.runner import LEAN, OneStatement
from voxdouble.suite_targets import OwnMocks
from voxdouble_contract.judging.conformance import Crash, crashes_in, judge
from voxdouble_contract.judging.findings import Finding, read_findings, write_findings
from voxdouble_contract.target.targets import SuiteOptions, Targets

pytestmark = pytest.mark.usefixtures("written_grades")
TESTS = '''
"""Checks that end in different ways."""
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.judging.expectations import Broken, expect_status, unproven


@statement("S75")
def test_crash(target):
    assert {}[target.send("GET", "/api/system/status").status]


@statement("S74")
def test_broken_in_a_group(target):
    raise ExceptionGroup("hypothesis", [ExceptionGroup("again", [Broken("It is broken.")])])


@statement("S1")
def test_passed(target):
    expect_status(target.send("GET", "/api/system/status"), 200)


@statement("S2")
def test_unproven():
    unproven("It cannot be shown.")


@statement("S3")
def test_plain_assertion(target):
    assert 1 == 2
'''


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    """Return the findings of the tests above by statement, found against a mock."""
    file: Path = tmp_path_factory.mktemp("suite") / "test_ends.py"
    file.write_text(TESTS)

    @pytest.fixture(scope="session")
    def contract_targets() -> Iterator[Targets]:
        with ExitStack() as stack:
            yield OwnMocks(stack, SuiteOptions())

    appliance = ModuleType("appliance")
    vars(appliance)["contract_targets"] = contract_targets
    collector: Any = OneStatement("")
    collector.pytest_collection_modifyitems = lambda items: None
    pytest.main(
        [*LEAN, "-p", "voxdouble_contract.suite.conftest", f"--rootdir={file.parent}", str(file)],
        plugins=[collector, appliance],
    )
    return {finding.statement: finding for finding in collector.findings}


def test_a_crash_has_its_traceback(findings: dict[str, Finding]) -> None:
    """The traceback of a check that crashed begins in its test."""
    crash = findings["S75"]
    assert (crash.outcome, crash.reason) == ("crashed", "KeyError(200)")
    assert crash.traceback.startswith("Traceback (most recent call last):\n  File ")
    assert crash.traceback.count("test_ends.py") == 1
    assert crash.traceback.endswith("KeyError: 200\n")


def test_a_crash_leaves_its_statement_unproven(findings: dict[str, Finding]) -> None:
    """The statement of a check that crashed is unproven, and the crash is listed apart."""
    entry = judge(findings.values())["S75"]
    assert entry["verdict"] == "unproven"
    assert entry["reason"] == "A check of the suite crashed: KeyError(200)."
    assert Crash("test_ends.py::test_crash", findings["S75"].traceback) in crashes_in(findings.values())


def test_an_assertion_of_python_is_a_crash(findings: dict[str, Finding]) -> None:
    """Only `Broken` breaks a statement; a failed assert is a defect of the suite."""
    assert findings["S3"].outcome == "crashed"


def test_broken_is_found_in_groups_of_exceptions(findings: dict[str, Finding]) -> None:
    """A broken statement that hypothesis reports in a group of exceptions is broken."""
    assert (findings["S74"].outcome, findings["S74"].reason) == ("broken", "It is broken.")


def test_passed_and_unproven_are_distinguished(findings: dict[str, Finding]) -> None:
    """A test that passes proves its statement; one that is skipped leaves it unproven, with the reason."""
    assert findings["S1"].outcome == "passed"
    assert (findings["S2"].outcome, findings["S2"].reason) == ("unproven", "It cannot be shown.")


def test_a_shared_traceback_is_listed_once() -> None:
    """Tests that crash in the same fixture are listed as one crash, under the first of them."""
    found = [Finding("S1", "crashed", name, "why", traceback="the same") for name in ("first", "second")]
    assert crashes_in([*found, Finding("S2", "crashed", "third", traceback="other")]) == [
        Crash("first", "the same"),
        Crash("third", "other"),
    ]


def report_of(outcome: Any, longrepr: Any) -> pytest.TestReport:
    """Return a report of pytest."""
    return pytest.TestReport("test_x.py::test_x", ("", None, ""), {}, outcome, longrepr, "call")


@pytest.mark.parametrize(
    ("statement", "strict", "outcome", "has_wasxfail"),
    [("S1", False, "failed", False), ("S3", False, "skipped", True), ("S3", True, "failed", False)],
)
def test_a_broken_statement_sets_the_outcome(statement: str, strict: bool, outcome: str, has_wasxfail: bool) -> None:
    """A broken binding statement fails its test, an inferred one only with `strict`."""
    report = report_of("passed", None)
    found = [Finding(statement, "broken", "test_x", "It is broken.")]
    write_findings(report, found, strict=strict)
    assert (report.outcome, hasattr(report, "wasxfail")) == (outcome, has_wasxfail)
    assert read_findings(report) == found


def test_the_report_of_a_crash_stays_failed() -> None:
    """A response that broke an inferred statement does not hide the traceback of a check that crashed."""
    report = report_of("failed", "Traceback ...")
    found = [Finding("S3", "broken", "test_x"), Finding("S1", "crashed", "test_x", traceback="Traceback ...")]
    write_findings(report, found, strict=False)
    assert (report.outcome, report.longrepr) == ("failed", "Traceback ...")

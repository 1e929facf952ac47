"""The result of a whole run: a verdict on every statement, and the checks that crashed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from voxdouble_contract.exchange import printable
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.observed_tasks import ObservedTask
from voxdouble_contract.judging.statements import BINDING, Grade, Statement, statements
from voxdouble_contract.judging.target_info import TargetInfo

PASSED, FAILED, DIFFERS, UNPROVEN = VERDICTS = ("passed", "failed", "differs", "unproven")
NO_TEST = "No test of this statement ran."
NOT_ASKED_FOR = "not asked for"
MAX_REASONS = 3
MAX_EVIDENCE = 2


@dataclass(frozen=True)
class ClientCheck:
    """The verdict on one call of our client to the target."""

    name: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Crash:
    """A check that crashed: a defect of the suite, which says nothing about the target."""

    test: str
    traceback: str


@dataclass(frozen=True)
class Conformance:
    """The result of one run."""

    target: TargetInfo
    strict: bool
    """Whether a statement that differs counts as failed."""
    statements: Mapping[str, Mapping[str, Any]]
    """For each statement its text, grade, source, verdict, reason, tests and evidence, as conformance.json has them."""
    client: Sequence[ClientCheck] = ()
    crashes: Sequence[Crash] = ()
    tasks: Sequence[ObservedTask] = ()
    """The tasks of the run, as far as they were polled."""
    date: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def counts(self) -> dict[str, int]:
        """The number of statements for each verdict."""
        found = Counter(entry["verdict"] for entry in self.statements.values())
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def by_grade(self) -> dict[str, dict[str, int]]:
        """The number of statements for each verdict, by grade."""
        found = Counter((entry["grade"], entry["verdict"]) for entry in self.statements.values())
        return {grade: {verdict: found[grade, verdict] for verdict in VERDICTS} for grade in Grade}

    @property
    def failed(self) -> bool:
        """Whether a statement failed, with `strict` also one that differs, or a check of the client."""
        failures = self.counts[FAILED] + (self.counts[DIFFERS] if self.strict else 0)
        return failures > 0 or any(check.verdict == FAILED for check in self.client)

    @property
    def passed(self) -> bool:
        """Whether nothing failed and no check crashed."""
        return not self.failed and not self.crashes


def judge(
    findings: Iterable[Finding], only: Collection[str] = (), *, without_test: str = NO_TEST
) -> dict[str, dict[str, Any]]:
    """Return the entry of every statement, with its verdict.

    If `only` names statements, all others are unproven. `without_test` is the reason for a statement whose test did not
    run.
    """
    by_statement: dict[str, list[Finding]] = {key: [] for key in statements()}
    for finding in findings:
        by_statement[finding.statement].append(finding)
    return {
        key: entry_of(statements()[key], [], NOT_ASKED_FOR)
        if only and key not in only
        else entry_of(statements()[key], found, statements()[key].untestable or without_test)
        for key, found in by_statement.items()
    }


def entry_of(statement: Statement, found: Sequence[Finding], without_test: str) -> dict[str, Any]:
    """Return one statement's entry: broken outweighs crashed, crashed outweighs passed, passed outweighs unproven."""
    broken = [finding for finding in found if finding.outcome == "broken"]
    crashed = [f"A check of the suite crashed: {finding.reason}." for finding in found if finding.outcome == "crashed"]
    if broken:
        verdict, reasons = FAILED if statement.grade in BINDING else DIFFERS, [finding.reason for finding in broken]
    elif any(finding.outcome == "passed" for finding in found) and not crashed:
        verdict, reasons = PASSED, []
    else:
        verdict = UNPROVEN
        reasons = crashed or [finding.reason for finding in found] or [without_test]
    return {
        "text": statement.text,
        "grade": str(statement.grade),
        "source": list(statement.source),
        "verdict": verdict,
        "reason": printable(" ".join(list(dict.fromkeys(reasons))[:MAX_REASONS])),
        "tests": list(dict.fromkeys(finding.test for finding in found)),
        "evidence": [shown for finding in broken for shown in finding.evidence][:MAX_EVIDENCE],
    }


def crashes_in(findings: Iterable[Finding]) -> list[Crash]:
    """Return the checks that crashed; a traceback that many tests share, as of a fixture, is listed once."""
    first = {finding.traceback: finding for finding in reversed(list(findings)) if finding.outcome == "crashed"}
    return [Crash(finding.test, finding.traceback) for finding in reversed(first.values())]

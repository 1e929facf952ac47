"""Findings: the conclusions from the outcome of one test about its statements."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.document import Breach
from voxdouble_contract.judging.statements import Statement, proved_by, statements
from voxdouble_contract.judging.verdicts import Broken

PROPERTY = "contract findings"
"""The key of the findings in a pytest report's properties: plain JSON, so that they can cross processes."""
MAX_EXCHANGES = 3
MAX_REASON = 500


@dataclass(frozen=True)
class Finding:
    """The conclusion of one test about one statement."""

    statement: str
    outcome: Literal["passed", "broken", "crashed", "unproven"]
    test: str
    reason: str = ""
    evidence: tuple[dict[str, object], ...] = ()
    traceback: str = ""
    """Of a check that crashed, which is a defect of the suite."""


def findings_of(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, generations: frozenset[str]
) -> list[Finding]:
    """Return the findings of one phase of a test on the statements that it names."""
    claimed = proved_by(item)
    held = [statement for statement in claimed if statement.holds_for(generations)] or claimed
    return [finding_of(call, report, statement, name_of(item)) for statement in held if has_outcome(call, report)]


def has_outcome(call: pytest.CallInfo[None], report: pytest.TestReport) -> bool:
    """Return whether this phase decides the test: the call itself, or any phase that ended early."""
    return call.excinfo is not None or report.when == "call"


def finding_of(call: pytest.CallInfo[None], report: pytest.TestReport, statement: Statement, test: str) -> Finding:
    """Return the finding of a phase of a test on one statement."""
    error = call.excinfo.value if call.excinfo is not None else None
    if error is None:
        return Finding(statement.id, "passed", test)
    broken = find_broken(error)
    if broken is not None:
        return Finding(statement.id, "broken", test, broken.sentence, evidence_of(broken.exchanges))
    if report.skipped:
        return Finding(statement.id, "unproven", test, str(error))
    return Finding(statement.id, "crashed", test, repr(error)[:MAX_REASON], traceback=report.longreprtext)


def find_broken(error: BaseException) -> Broken | None:
    """Return the broken statement that an exception is, or that a group of exceptions contains."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := find_broken(inner))), None)
    return error if isinstance(error, Broken) else None


def name_of(item: pytest.Item) -> str:
    """Return a name of the test that does not depend on where the suite is installed."""
    path, bracket, parameters = item.nodeid.partition("[")
    return path.rpartition("/")[2] + bracket + parameters


def findings_of_breaches(
    noted: Iterable[tuple[Breach, Exchange]], generations: frozenset[str], test: str
) -> list[Finding]:
    """Return findings on the statements that responses broke, whatever the test itself looked at."""
    return [
        Finding(breach.statement, "broken", test, breach.reason, evidence_of([exchange]))
        for breach, exchange in noted
        if statements()[breach.statement].holds_for(generations)
    ]


def evidence_of(exchanges: Iterable[Exchange]) -> tuple[dict[str, object], ...]:
    """Return the last exchanges as a report shows them."""
    return tuple(exchange.evidence() for exchange in tuple(exchanges)[-MAX_EXCHANGES:])


def write_findings(report: pytest.TestReport, found: list[Finding], *, strict: bool) -> None:
    """Write the findings into the report, and set its outcome.

    A broken binding statement, or with `strict` any broken statement, fails the test; otherwise a broken statement
    counts as expected (`x` in pytest's output). The report of a check that crashed keeps its traceback.
    """
    report.user_properties.append((PROPERTY, [asdict(finding) for finding in found]))
    broken = [finding for finding in found if finding.outcome == "broken"]
    if not broken or any(finding.outcome == "crashed" for finding in found):
        return
    reasons = "\n".join(f"{finding.statement}: {finding.reason}" for finding in broken)
    if strict or any(statements()[finding.statement].binding for finding in broken):
        if not report.failed:
            report.outcome, report.longrepr = "failed", reasons
    else:
        report.outcome = "skipped"
        vars(report)["wasxfail"] = reasons


def read_findings(report: pytest.TestReport) -> list[Finding]:
    """Return the findings in a report."""
    lists: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
    return [Finding(**{**entry, "evidence": tuple(entry["evidence"])}) for entries in lists for entry in entries]

"""What one test's outcome says about statements."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.statements import Statement, proved_by, statements
from voxdouble_contract.target import Target
from voxdouble_contract.targets import Targets
from voxdouble_contract.verdicts import Broken

PROPERTY = "contract findings"
"""The name under which a test's report carries its findings; plain JSON, so that they travel between processes."""
TARGET = "contract target"
"""The name under which it carries who was met."""
EXCHANGES_SHOWN = 3
REASON_SHOWN = 500


@dataclass(frozen=True)
class Finding:
    """One test's word on one statement."""

    statement: str
    outcome: Literal["passed", "broken", "crashed", "unproven"]
    test: str
    reason: str = ""
    evidence: tuple[dict[str, object], ...] = ()


def findings_of(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, targets: Targets
) -> list[Finding]:
    """List what this phase of a test has found; answers that broke the document count, whatever the test looked at."""
    generations = targets.main.generations
    held = [statement for statement in proved_by(item) if statement.holds_for(generations)] or proved_by(item)
    found = list(outcome_of(call, report, held, name_of(item)))
    if report.when == "setup" and report.passed:
        return found  # what answers broke so far counts with the test itself, which would else not be run
    for opened in targets.opened():
        found += broken_by_answers(opened, generations, name_of(item))
    return found


def name_of(item: pytest.Item) -> str:
    """Name a test the same way wherever the suite is installed."""
    path, bracket, parameters = item.nodeid.partition("[")
    return path.rpartition("/")[2] + bracket + parameters


def outcome_of(
    call: pytest.CallInfo[None], report: pytest.TestReport, held: Iterable[Statement], test: str
) -> Iterable[Finding]:
    """Give each statement that the test names the test's own outcome."""
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, AssertionError):
        reason = error.sentence if isinstance(error, Broken) else str(error)[:REASON_SHOWN]
        evidence = evidence_of(error.exchanges) if isinstance(error, Broken) else ()
        return [Finding(statement.id, "broken", test, reason, evidence) for statement in held]
    if error is not None and report.skipped:
        return [Finding(statement.id, "unproven", test, str(error)) for statement in held]
    if error is not None:
        reason = f"The check itself went wrong: {error!r}"[:REASON_SHOWN]
        return [Finding(statement.id, "crashed", test, reason) for statement in held]
    if report.when == "call" and report.passed:
        return [Finding(statement.id, "passed", test) for statement in held]
    return []


def broken_by_answers(target: Target, generations: frozenset[str], test: str) -> Iterable[Finding]:
    """Turn what answers broke since the last test into findings, and forget it."""
    noted, target.breaches = target.breaches, []
    for breach, exchange in noted:
        if statements()[breach.statement].holds_for(generations):
            yield Finding(breach.statement, "broken", test, breach.reason, evidence_of([exchange]))


def evidence_of(exchanges: Iterable[Exchange]) -> tuple[dict[str, object], ...]:
    """Show the last exchanges."""
    return tuple(exchange.evidence() for exchange in tuple(exchanges)[-EXCHANGES_SHOWN:])


def facts_of(target: Target) -> dict[str, object]:
    """Tell who was met."""
    return {
        "url": target.url,
        "kind": target.kind,
        "version": target.version,
        "generations": sorted(target.generations),
    }


def settle(report: pytest.TestReport, found: list[Finding], *, strict: bool) -> None:
    """Write the findings into the report, and make its outcome theirs.

    A broken inference may happen (`x` in pytest's output); a broken binding statement, or any with `strict`, fails.
    """
    report.user_properties.append((PROPERTY, [asdict(finding) for finding in found]))
    broken = [finding for finding in found if finding.outcome == "broken"]
    if not broken:
        return
    reasons = "\n".join(f"{finding.statement}: {finding.reason}" for finding in broken)
    if strict or any(statements()[finding.statement].binding for finding in broken):
        if not report.failed:
            report.outcome, report.longrepr = "failed", reasons
    else:
        report.outcome = "skipped"
        vars(report)["wasxfail"] = reasons


def read_findings(report: pytest.TestReport) -> list[Finding]:
    """Take the findings out of a report."""
    lists: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
    return [Finding(**{**entry, "evidence": tuple(entry["evidence"])}) for entries in lists for entry in entries]

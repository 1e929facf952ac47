"""Findings: the conclusions from the outcome of one test about its statements."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from traceback import format_exception
from typing import Any, Literal

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.breaches import Breach
from voxdouble_contract.judging.expectations import Broken
from voxdouble_contract.judging.statements import proved_by, statements

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
    error = call.excinfo.value if call.excinfo is not None else None
    if error is None and report.when != "call":
        return []  # the test itself is still to come, or has its findings already
    claimed, test = proved_by(item), name_of(item)
    applicable = [statement.id for statement in claimed if statement.holds_for(generations)]
    found = partial(Finding, test=test)
    if error is None:
        found = partial(found, outcome="passed")
    elif broken := find_broken(error):
        found = partial(found, outcome="broken", reason=broken.sentence, evidence=evidence_of(broken.exchanges))
    elif report.skipped:
        found = partial(found, outcome="unproven", reason=str(error))
    else:
        crash = traceback_of(error, str(item.path))
        found = partial(found, outcome="crashed", reason=repr(error)[:MAX_REASON], traceback=crash)
    others = [
        Finding(one.id, "unproven", test, f"{one.scope} this target is of {'/'.join(sorted(generations))}.")
        for one in claimed
        if applicable and one.id not in applicable
    ]
    return [*(found(statement) for statement in applicable or [one.id for one in claimed]), *others]


def traceback_of(error: BaseException, file: str) -> str:
    """Return the traceback of an error, without the frames before the first one in this file."""
    start = error.__traceback__
    while start is not None and start.tb_frame.f_code.co_filename != file:
        start = start.tb_next
    return "".join(format_exception(type(error), error, start or error.__traceback__))


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

"""From findings to verdicts: what a whole run says of each statement, as the data that all reports are written from."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from voxdouble_contract.exchange import printable
from voxdouble_contract.findings import Finding
from voxdouble_contract.statements import BINDING, Grade, Statement, statements

PASSED, FAILED, DIFFERS, UNPROVEN = VERDICTS = ("passed", "failed", "differs", "unproven")
DATA = "conformance.json"
NO_TEST = "No test that ran proves it."
REASONS_SHOWN = 3
EVIDENCE_SHOWN = 2


@dataclass(frozen=True)
class Facts:
    """Who was met."""

    url: str
    kind: str
    """`mock` or `appliance`."""
    version: str = ""
    generations: tuple[str, ...] = ()


def read_facts(entry: Any) -> Facts:
    """Read facts from their JSON form."""
    return Facts(**{**entry, "generations": tuple(entry["generations"])})


@dataclass(frozen=True)
class ClientCheck:
    """One thing that our client was asked to do with the target."""

    name: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Conformance:
    """The outcome of one run."""

    facts: Facts
    strict: bool
    statements: Mapping[str, Mapping[str, Any]]
    client: Sequence[ClientCheck] = ()
    date: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `as_json` gave."""
        data = json.loads(path.read_text(encoding="utf-8"))
        client = tuple(ClientCheck(**check) for check in data["client"])
        return cls(read_facts(data["target"]), data["strict"], data["statements"], client, data["date"])

    @property
    def counts(self) -> dict[str, int]:
        """How many statements got each verdict."""
        found = Counter(entry["verdict"] for entry in self.statements.values())
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def by_grade(self) -> dict[str, dict[str, int]]:
        """The same for each grade."""
        found = Counter((entry["grade"], entry["verdict"]) for entry in self.statements.values())
        return {grade: {verdict: found[grade, verdict] for verdict in VERDICTS} for grade in Grade}

    @property
    def passed(self) -> bool:
        """Whether nothing failed, and with `strict` nothing differs, the client's checks included."""
        bad = self.counts[FAILED] + (self.counts[DIFFERS] if self.strict else 0)
        return not bad and all(check.verdict != FAILED for check in self.client)

    def as_json(self) -> dict[str, Any]:
        """Give the content of conformance.json."""
        return {
            "suite": {"name": "voxdouble", "version": version("voxdouble")},
            "date": self.date,
            "strict": self.strict,
            "target": {**vars(self.facts), "generations": list(self.facts.generations)},
            "counts": self.counts,
            "by_grade": self.by_grade,
            "statements": self.statements,
            "client": [vars(check) for check in self.client],
        }


def judge(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """Give every statement its verdict."""
    by_statement: dict[str, list[Finding]] = {key: [] for key in statements()}
    for finding in findings:
        by_statement[finding.statement].append(finding)
    return {key: verdict_on(statements()[key], found) for key, found in by_statement.items()}


def verdict_on(statement: Statement, found: Sequence[Finding]) -> dict[str, Any]:
    """Weigh the findings on one statement: broken outweighs crashed, that passed, that unproven."""
    broken = [finding for finding in found if finding.outcome == "broken"]
    crashed = [finding.reason for finding in found if finding.outcome == "crashed"]
    if broken:
        verdict, reasons = FAILED if statement.grade in BINDING else DIFFERS, [finding.reason for finding in broken]
    elif any(finding.outcome == "passed" for finding in found) and not crashed:
        verdict, reasons = PASSED, []
    else:
        verdict = UNPROVEN
        reasons = crashed or [finding.reason for finding in found] or [statement.untestable or NO_TEST]
    return {
        "text": statement.text,
        "grade": str(statement.grade),
        "source": list(statement.source),
        "verdict": verdict,
        "reason": printable(" ".join(list(dict.fromkeys(reasons))[:REASONS_SHOWN])),
        "tests": list(dict.fromkeys(finding.test for finding in found)),
        "evidence": [shown for finding in broken for shown in finding.evidence][:EVIDENCE_SHOWN],
    }

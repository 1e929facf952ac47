"""Runs the whole suite in this process, against an appliance at a URL."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.mutants.runner import LEAN, SCHEMATHESIS
from voxdouble_contract.judging.conformance import crashes_in, judge
from voxdouble_contract.judging.findings import Finding, read_findings

SUITE = [*LEAN, *SCHEMATHESIS, "-p", "voxdouble.pytest_plugin", "voxdouble_contract"]


class Collector:
    """A pytest plugin that collects findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the findings of one phase of a test."""
        self.findings += read_findings(report)


@dataclass(frozen=True)
class Result:
    """The result of a run: each statement's entry, as in conformance.json, and the tracebacks of crashed checks."""

    statements: dict[str, dict[str, Any]]
    tracebacks: list[str]

    def with_verdict(self, verdict: str) -> dict[str, str]:
        """Return the reasons of the statements with a verdict."""
        return {key: entry["reason"] for key, entry in self.statements.items() if entry["verdict"] == verdict}


def run(url: str, *options: str) -> Result:
    """Return the result of the suite against the appliance at a URL."""
    collector = Collector()
    pytest.main([*SUITE, f"--appliance-url={url}", *options], plugins=[collector])
    crashes = crashes_in(collector.findings)
    return Result(judge(collector.findings), [crash.traceback for crash in crashes])

"""Collects the findings of a whole pytest run, from worker processes too, and writes the reports at its end."""

import os
from pathlib import Path

import pytest

from voxdouble_contract.conformance import Conformance, Facts, judge, read_facts
from voxdouble_contract.findings import TARGET, Finding, read_findings
from voxdouble_contract.github import tell_github
from voxdouble_contract.report import summary, write_reports


class Recorder:
    """A pytest plugin for the process that collects the outcomes."""

    def __init__(self, folder: Path, *, strict: bool) -> None:
        self._folder = folder
        self._strict = strict
        self._findings: list[Finding] = []
        self._facts: Facts | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a test in."""
        self._findings += read_findings(report)
        for name, value in report.user_properties:
            if name == TARGET:
                self._facts = read_facts(value)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the reports, where the target was met at all, and sum them up."""
        if self._facts is None:
            return
        conformance = Conformance(self._facts, self._strict, judge(self._findings))
        write_reports(conformance, self._folder)
        if terminalreporter.no_summary:
            return
        terminalreporter.section("contract")
        for line in [summary(conformance), *tell_github(conformance, os.environ)]:
            terminalreporter.write_line(line)

"""A pytest plugin that collects the findings of a run, also of worker processes, and writes the reports at its end."""

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from voxdouble_contract.judging.conformance import Conformance, crashes_in, judge
from voxdouble_contract.judging.findings import Finding, read_findings
from voxdouble_contract.judging.observed_tasks import ObservedState, observed_tasks, read_states
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.reports.folder import write_reports
from voxdouble_contract.reports.github import report_to_github
from voxdouble_contract.reports.terminal import summary


class ReportWriter:
    """The plugin, for the process that collects the reports of all tests."""

    def __init__(self, folder: Path, *, strict: bool, only: Collection[str] = ()) -> None:
        self._folder = folder
        self._strict = strict
        self._only = only
        self._findings: list[Finding] = []
        self._states: list[ObservedState] = []
        self._target: TargetInfo | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the findings of one phase of a test."""
        self._findings += read_findings(report)
        self._states += read_states(report)
        self._target = TargetInfo.read(report) or self._target

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the reports and a summary, if the target was reached."""
        if self._target is None:
            return
        crashes = crashes_in(self._findings)
        statements = judge(self._findings, self._only)
        tasks = observed_tasks(self._states)
        conformance = Conformance(self._target, self._strict, statements, crashes=crashes, tasks=tasks)
        write_reports(conformance, self._folder)
        if terminalreporter.no_summary:
            return
        terminalreporter.section("contract")
        for line in [summary(conformance), *report_to_github(conformance, os.environ)]:
            terminalreporter.write_line(line)

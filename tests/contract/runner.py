"""Runs the whole suite in this process, against an appliance at a URL."""

import os
from typing import Any

import pytest

from voxdouble_contract.judging.conformance import judge
from voxdouble_contract.judging.findings import Finding, read_findings

SUITE = ["--pyargs", "voxdouble_contract", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no"]


class Collector:
    """A pytest plugin that collects what is found."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a test in."""
        self.findings += read_findings(report)


def run(url: str, *options: str) -> dict[str, dict[str, Any]]:
    """Run the suite, and give each statement's verdict."""
    collector = Collector()
    pytest.main([*SUITE, "-c", os.devnull, f"--appliance-url={url}", *options], plugins=[collector])
    return judge(collector.findings)

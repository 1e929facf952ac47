"""Runs the tests of one statement on one faulty appliance, in this process."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from importlib.resources import files
from types import ModuleType

import pytest

from tests.mutants.middleware import Wrap
from voxdouble.suite_targets import OwnMocks
from voxdouble_contract.judging.conformance import judge
from voxdouble_contract.judging.findings import Finding, read_findings
from voxdouble_contract.judging.statements import proved_by
from voxdouble_contract.target.targets import SuiteOptions, Targets

QUIET = ["--pyargs", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:voxdouble", "--capture=no"]


class OwnTests:
    """A pytest plugin that keeps to the tests of one statement, and collects what they find."""

    session: pytest.Session

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self.findings: list[Finding] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the mark known."""
        config.addinivalue_line("markers", "statement(*ids): the statements that a test proves")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the statement's own tests."""
        items[:] = [item for item in items if self.statement in {found.id for found in proved_by(item)}]

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember what can be stopped."""
        self.session = session

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what was found, and stop as soon as the statement is broken."""
        self.findings += read_findings(report)
        if any(found.statement == self.statement and found.outcome == "broken" for found in self.findings):
            self.session.shouldstop = "The mutant is caught."


def giving(wrap: Wrap, options: SuiteOptions) -> object:
    """Make a pytest plugin of one fixture: the faulty appliance."""

    @pytest.fixture(scope="session")
    def contract_targets() -> Iterator[Targets]:
        with ExitStack() as stack:
            yield OwnMocks(stack, options, wrap)

    plugin = ModuleType("faulty_appliance")
    vars(plugin)["contract_targets"] = contract_targets
    return plugin


@cache
def modules_of(statement: str) -> list[str]:
    """Find the test modules that name a statement."""
    folder = files("voxdouble_contract.suite")
    modules = [entry for entry in folder.iterdir() if entry.name.startswith("test_")]
    found = [entry.name for entry in modules if f'"{statement}"' in entry.read_text(encoding="utf-8")]
    return [f"voxdouble_contract.suite.{name.removesuffix('.py')}" for name in sorted(found)]


def verdict(statement: str, wrap: Wrap, generation: str = "e4") -> tuple[str, str]:
    """Give the statement's verdict on the faulty appliance, and the reason."""
    tests = OwnTests(statement)
    appliance = giving(wrap, SuiteOptions(strict=True, generation=generation))
    pytest.main([*QUIET, "-c", os.devnull, *modules_of(statement)], plugins=[tests, appliance])
    entry = judge(tests.findings)[statement]
    return entry["verdict"], entry["reason"]

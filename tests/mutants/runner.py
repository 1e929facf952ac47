"""Runs the tests of one statement against one faulty appliance, in this process."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import ModuleType

import pytest

from tests.mutants.middleware import Wrap
from tests.mutants.mocks import MockPool, SharedMocks
from voxdouble_contract.judging.conformance import crashes_in, judge
from voxdouble_contract.judging.findings import Finding, read_findings
from voxdouble_contract.judging.statements import proved_by
from voxdouble_contract.target.targets import SuiteOptions, Targets

SUITE = "voxdouble_contract.suite"
UNUSED = (
    "cacheprovider debugging doctest faulthandler junitxml legacypath logging monkeypatch pastebin recwarn setuponly "
    "setupplan stepwise terminal threadexception tmpdir unittest unraisableexception"
)
"""Plugins of pytest that the suite does not use: loading them takes longer than most tests."""
LEAN = [
    "--pyargs",
    "--capture=no",
    f"--config-file={os.devnull}",
    "--disable-plugin-autoload",
    *(word for name in UNUSED.split() for word in ("-p", f"no:{name}")),
]
SCHEMATHESIS = ["-p", "schemathesis.pytest.plugin"]


class OneStatement:
    """A pytest plugin that selects the tests of one statement, and collects what they find."""

    session: pytest.Session

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self.findings: list[Finding] = []

    @property
    def is_broken(self) -> bool:
        """Whether a test has found the statement broken."""
        return any(found.statement == self.statement and found.outcome == "broken" for found in self.findings)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the mark."""
        config.addinivalue_line("markers", "statement(*ids): the statements that a test proves")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep only the tests of the statement."""
        items[:] = [item for item in items if self.statement in {found.id for found in proved_by(item)}]

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep the session, to stop it early."""
        self.session = session

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the findings, and stop as soon as the statement is broken."""
        self.findings += read_findings(report)
        if self.is_broken:
            self.session.shouldstop = "The mutant is caught."


def faulty_appliance(pool: MockPool, wrap: Wrap, options: SuiteOptions) -> object:
    """Return a pytest plugin with the fixture `contract_targets`: mocks with that middleware."""

    @pytest.fixture(scope="session")
    def contract_targets() -> Iterator[Targets]:
        with ExitStack() as stack:
            yield SharedMocks(stack, options, pool, wrap)

    plugin = ModuleType("faulty_appliance")
    vars(plugin)["contract_targets"] = contract_targets
    return plugin


@cache
def modules_of(statement: str) -> list[str]:
    """Return the test modules that name a statement, those with the most generated requests last."""
    modules = [entry for entry in files(SUITE).iterdir() if entry.name.startswith("test_")]
    names = [entry.name for entry in modules if f'"{statement}"' in entry.read_text(encoding="utf-8")]
    return [f"{SUITE}.{name.removesuffix('.py')}" for name in sorted(names, key=lambda name: ("invalid" in name, name))]


@dataclass(frozen=True)
class Outcome:
    """The verdict of the suite on one statement for one faulty appliance."""

    verdict: str
    reason: str
    tracebacks: list[str]
    """The tracebacks of checks that crashed."""


def outcome(pool: MockPool, statement: str, wrap: Wrap, generation: str = "e4") -> Outcome:
    """Return the verdict on a statement; modules are run one by one until the statement is found broken."""
    tests = OneStatement(statement)
    appliance = faulty_appliance(pool, wrap, SuiteOptions(strict=True, generation=generation))
    for module in modules_of(statement):
        pytest.main([*LEAN, *SCHEMATHESIS, module], plugins=[tests, appliance])
        if tests.is_broken:
            break
    entry = judge(tests.findings)[statement]
    return Outcome(entry["verdict"], entry["reason"], [crash.traceback for crash in crashes_in(tests.findings)])

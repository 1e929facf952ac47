"""The suite's fixtures, and what becomes of a test's outcome: findings about statements."""

import contextlib
from collections.abc import Generator

import pytest

from voxdouble_contract.family import Family
from voxdouble_contract.findings import TARGET, facts_of, findings_of, settle
from voxdouble_contract.refused import Refused
from voxdouble_contract.runs import Runs
from voxdouble_contract.statements import proved_by
from voxdouble_contract.target import Target
from voxdouble_contract.targets import Targets, introduction, meet
from voxdouble_contract.verdicts import unproven

TARGETS = pytest.StashKey[Targets]()


@pytest.fixture(scope="session")
def _targets(contract_targets: Targets, request: pytest.FixtureRequest) -> Targets:
    """Take the appliances of this run from the plugin that was told of them."""
    _ = contract_targets.main  # opened before anybody is told, so that what goes wrong with it is this fixture's error
    request.config.stash[TARGETS] = contract_targets
    return contract_targets


@pytest.fixture(scope="session")
def _runs_before_meeting(_targets: Targets) -> Runs:
    return Runs(_targets.main)


@pytest.fixture(scope="session")
def target(_targets: Targets, _runs_before_meeting: Runs, request: pytest.FixtureRequest) -> Target:
    """Meet the appliance under test, and say before the first test who that is and what it will be asked to do."""
    met = meet(_targets, _runs_before_meeting)
    announce(request.config, introduction(met))
    return met


def announce(config: pytest.Config, text: str) -> None:
    """Write a line that no capturing hides."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(text)


@pytest.fixture(scope="session")
def runs(target: Target, _runs_before_meeting: Runs) -> Runs:
    """Give the tasks of the appliance under test, each started once."""
    return _runs_before_meeting


@pytest.fixture(scope="session")
def family(runs: Runs) -> Family:
    """Give the tasks of comparison, merging, gender and age, each started once."""
    return Family(runs)


@pytest.fixture(scope="session")
def limited(_targets: Targets, target: Target) -> Target:
    """Give one with small limits where the suite may start it, else the one under test, whose limits may be known."""
    return _targets.tight or target


@pytest.fixture(scope="session")
def clocked(_targets: Targets, target: Target) -> Target:
    """Give one whose clock may be moved; unproven where there is none."""
    return _targets.clocked or unproven("The target's clock cannot be moved.")


@pytest.fixture(scope="session")
def clocked_or_none(_targets: Targets, target: Target) -> Target | None:
    """Give one whose clock may be moved, if there is one."""
    return _targets.clocked


@pytest.fixture(scope="session")
def refused(target: Target) -> Refused:
    """Give the answers to requests that must be refused, each sent once."""
    return Refused(target)


@pytest.fixture(scope="session")
def crowded(_targets: Targets) -> Target:
    """Give a mock with room for few tasks; unproven where the suite may not start one."""
    return _targets.crowded or unproven("The suite cannot bring this target to its bounds.")


@pytest.fixture(scope="session")
def guarded(_targets: Targets) -> Target:
    """Give a mock that asks for a token; unproven where the suite may not start one."""
    return _targets.guarded or unproven("The suite cannot make this target ask for a token.")


@pytest.fixture(autouse=True)
def _holds_here(request: pytest.FixtureRequest, target: Target) -> None:
    """Judge only what holds for the target's generation."""
    claimed = proved_by(request.node)
    if not any(statement.holds_for(target.generations) for statement in claimed):
        known = "/".join(sorted(set().union(*(statement.generations for statement in claimed))))
        unproven(f"Holds for generation {known}; this target is of {'/'.join(sorted(target.generations))}.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn an outcome into findings, and make the outcome theirs: failed only where a binding statement is broken."""
    report = yield
    targets = item.config.stash.get(TARGETS, None)
    if targets is not None:
        found = findings_of(item, call, report, targets)
        report.user_properties.append((TARGET, facts_of(targets.main)))
        settle(report, found, strict=targets.terms.strict)
    return report

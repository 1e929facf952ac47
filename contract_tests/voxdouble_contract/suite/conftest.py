"""Fixtures of the suite, and the hook that turns the outcome of a test into findings about statements."""

import contextlib
from collections.abc import Generator
from pathlib import Path

import pytest

from voxdouble_contract.identification import identify, introduction
from voxdouble_contract.judging.expectations import unproven
from voxdouble_contract.judging.findings import findings_of, findings_of_breaches, name_of, write_findings
from voxdouble_contract.judging.observed_tasks import write_states
from voxdouble_contract.judging.statements import need_generated, proved_by
from voxdouble_contract.reports.exchange_log import log_exchanges
from voxdouble_contract.reports.journal_plugin import PLUGIN
from voxdouble_contract.samples.bad_requests import Refusals
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.targets import Targets
from voxdouble_contract.tasks import Tasks

TARGETS = pytest.StashKey[Targets]()
GENERATED, GENERATED_INVALID = "test_generated_", "test_generated_invalid_requests.py"


@pytest.hookimpl
def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Return True, to ignore the file, for generated requests that are not to be sent.

    If C34 is not asked for, all files of generated requests are ignored. If the target is given by a URL, the file of
    invalid requests is ignored.
    """
    only, name = config.getoption("contract_only", None) or (), collection_path.name
    if name.startswith(GENERATED) and not need_generated(only):
        return True
    return True if config.getoption("appliance_url", "") and name == GENERATED_INVALID else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep only the tests of the statements that were asked for."""
    only = set(config.getoption("contract_only", None) or ())
    if only:
        items[:] = [item for item in items if only & {statement.id for statement in proved_by(item)}]


@pytest.fixture(scope="session")
def _targets(contract_targets: Targets, request: pytest.FixtureRequest) -> Targets:
    """Return the appliances of this run, from the plugin that knows its options."""
    _ = contract_targets.main  # opened here, so that an error with it is reported as an error of this fixture
    request.config.stash[TARGETS] = contract_targets
    return contract_targets


@pytest.fixture(scope="session")
def _tasks_before_identification(_targets: Targets) -> Tasks:
    return Tasks(_targets.main)


@pytest.fixture(scope="session")
def target(_targets: Targets, _tasks_before_identification: Tasks, request: pytest.FixtureRequest) -> Target:
    """Return the appliance under test, identified and announced before the first test."""
    found = identify(_targets, _tasks_before_identification)
    announce(request.config, introduction(found))
    return found


def announce(config: pytest.Config, text: str) -> None:
    """Write a line to the terminal, whatever output is captured."""
    plugins = config.pluginmanager
    journal, reporter = plugins.get_plugin(PLUGIN), plugins.get_plugin("terminalreporter")
    capture = plugins.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
        if journal is not None:
            journal.announce(text)
        elif reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(text)


@pytest.fixture(scope="session")
def tasks(target: Target, _tasks_before_identification: Tasks) -> Tasks:
    """Return the tasks of the appliance under test, each started once."""
    return _tasks_before_identification


@pytest.fixture(scope="session")
def limited(_targets: Targets, target: Target) -> Target:
    """Return a target with small limits if the suite may start one, else the appliance under test."""
    return _targets.small_limits or target


@pytest.fixture(scope="session")
def short_upload_time(_targets: Targets, target: Target) -> Target:
    """Return a target with a short time limit of uploads if the suite may start one, else the appliance under test."""
    return _targets.short_upload_time or target


@pytest.fixture(scope="session")
def movable_clock(_targets: Targets, target: Target) -> Target:
    """Return a target whose clock can be moved; without one the statement is unproven."""
    return _targets.movable_clock or unproven("The target's clock cannot be moved.")


@pytest.fixture(scope="session")
def movable_clock_if_any(_targets: Targets, target: Target) -> Target | None:
    """Return a target whose clock can be moved, or None."""
    return _targets.movable_clock


@pytest.fixture(scope="session")
def refusals(target: Target) -> Refusals:
    """Return the responses to bad requests, each sent once."""
    return Refusals(target)


@pytest.fixture(scope="session")
def few_tasks(_targets: Targets) -> Target:
    """Return a mock with room for few tasks; unproven if the suite may not start one."""
    return _targets.few_tasks or unproven("The suite cannot bring this target to its bounds.")


@pytest.fixture(scope="session")
def null_members(_targets: Targets) -> Target:
    """Return a mock that shows unused members as null; unproven if the suite may not start one."""
    return _targets.null_members or unproven("The suite cannot make this target show unused members as null.")


@pytest.fixture(scope="session")
def with_token(_targets: Targets) -> Target:
    """Return a mock that requires a token; unproven if the suite may not start one."""
    return _targets.with_token or unproven("The suite cannot make this target require a token.")


@pytest.fixture(scope="session")
def with_results(_targets: Targets) -> Target:
    """Return a mock whose scenario gives a result; unproven if the suite may not start one."""
    return _targets.with_results or unproven("The suite cannot give this target a scenario.")


@pytest.fixture(scope="session")
def replaying(_targets: Targets) -> Target:
    """Return a mock that replays the example pack; unproven if the suite may not start one."""
    return _targets.replaying or unproven("The suite cannot make this target replay a pack of its generation.")


@pytest.fixture(scope="session")
def only_pack(_targets: Targets) -> Target:
    """Return a mock that replays nothing but the example pack; unproven if the suite may not start one."""
    return _targets.only_pack or unproven("The suite cannot make this target replay a pack of its generation.")


@pytest.fixture(autouse=True)
def _holds_for_generation(request: pytest.FixtureRequest, target: Target) -> None:
    """End the test unproven if none of its statements holds for the target's generation."""
    claimed = proved_by(request.node)
    if not any(statement.holds_for(target.generations) for statement in claimed):
        known = "/".join(sorted(set().union(*(statement.generations for statement in claimed))))
        unproven(f"Holds for generation {known}; this target is of {'/'.join(sorted(target.generations))}.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add findings and observed states to the report of each phase.

    A test fails if it breaks a binding statement, with `strict` any statement, or if it crashes.
    """
    report = yield
    targets = item.config.stash.get(TARGETS, None)
    if targets is not None:
        generations = targets.main.generations
        found = findings_of(item, call, report, generations)
        # After a setup that passed, the breaches so far are left for the report of the test itself.
        if not (report.when == "setup" and report.passed):
            noted = [breach for opened in targets.opened() for breach in opened.take_breaches()]
            used = [exchange for opened in targets.opened() for exchange in opened.take_exchanges()]
            log_exchanges(item, found, noted, used)
            found += findings_of_breaches(noted, generations, name_of(item))
        write_states(report, [state for opened in targets.opened() for state in opened.take_states()])
        targets.main.info.write(report)
        write_findings(report, found, strict=targets.options.strict)
    return report

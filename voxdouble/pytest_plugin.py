"""The pytest plugin: options and fixtures, all imports inside, so that a run that uses none of it pays nothing.

For users' tests: `appliance` (a mock of the test's own), `appliance_url`, `appliance_client`, `make_appliance`, and to
override, `appliance_options`. With --appliance-url the same tests talk to a real appliance.
"""

import argparse
import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from voxdouble.real_appliance import RealAppliance
    from voxdouble_client import ApplianceClient
    from voxdouble_contract.target.targets import Targets
    from voxdouble_mock import MockAppliance
    from voxdouble_mock.in_process.mock_appliance import MockNamespace


numbers = itertools.count(1)


def base_url(text: str) -> str:
    """Refuse, once and at the start, what is no base URL: an empty one must not quietly mean a mock."""
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"a base URL looks like http://appliance:8000, not {text!r}")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the contract suite; without a URL it starts a mock."""
    group = parser.getgroup("voxdouble", "voxdouble: a stand-in for the Speech Platform 4 Virtual Appliance")
    group.addoption("--appliance-url", metavar="URL", type=base_url, help="base URL of the appliance to test")
    parser.addini("appliance_url", "the same as --appliance-url", default="")
    group.addoption("--contract-report", metavar="DIR", type=Path, help="write the contract suite's reports there")
    group.addoption("--contract-strict", action="store_true", help="count a statement that differs as failed")
    group.addoption("--contract-expect", choices=["mock", "appliance"], default="", help="the only kind to be met")
    group.addoption(
        "--contract-generation",
        choices=["auto", "e1", "e2", "e3", "e4"],
        default="auto",
        help="generation of the appliance's interface, instead of reading it from the wire",
    )
    group.addoption("--contract-profile", metavar="FILE", type=Path, help="TOML file: limits known of the appliance")
    group.addoption("--contract-uploads", metavar="N", type=int, default=120, help="uploads at most")
    group.addoption("--contract-audio", metavar="SECONDS", type=float, default=600.0, help="audio sent at most")
    group.addoption("--contract-tasks", metavar="N", type=int, default=300, help="tasks started at most")
    group.addoption("--contract-seconds", metavar="SECONDS", type=float, default=170.0, help="time for the whole run")


def pytest_configure(config: pytest.Config) -> None:
    """Make the suite's mark known, and collect what it finds where a report is asked for."""
    config.addinivalue_line("markers", "statement(*ids): the statements of the contract that a test proves")
    config.option.appliance_url = config.option.appliance_url or config.getini("appliance_url") or ""
    folder = config.getoption("contract_report")
    if folder is not None and not hasattr(config, "workerinput"):
        from voxdouble_contract.reports.recorder import Recorder

        config.pluginmanager.register(Recorder(folder, strict=is_strict(config)), "voxdouble contract recorder")


def is_strict(config: pytest.Config) -> bool:
    """Our own mock, which is what a run without a URL tests, is held to every statement."""
    return bool(config.getoption("contract_strict") or not config.getoption("appliance_url"))


@pytest.fixture(scope="session")
def contract_targets(pytestconfig: pytest.Config) -> "Iterator[Targets]":
    """Open what the contract suite talks to: the appliance at --appliance-url, or mocks started here."""
    from voxdouble.suite_targets import open_targets
    from voxdouble_contract.target.budget import Budget
    from voxdouble_contract.target.profile import Profile
    from voxdouble_contract.target.targets import SuiteOptions

    option = pytestconfig.getoption
    options = SuiteOptions(is_strict(pytestconfig), option("contract_expect"), option("contract_generation"))
    profile = option("contract_profile")
    with open_targets(
        option("appliance_url"),
        options,
        profile=Profile.read(profile) if profile else None,
        budget=Budget(option("contract_uploads"), option("contract_audio"), option("contract_tasks")),
        deadline=time.monotonic() + option("contract_seconds"),
    ) as targets:
        yield targets


@pytest.fixture
def appliance_options() -> dict[str, Any]:
    """Give the options of the mock, as `MockAppliance` takes them: override this fixture, wherever, to change them."""
    return {}


@pytest.fixture(scope="session")
def appliance_servers() -> "Iterator[dict[str, MockAppliance]]":
    """Keep the mocks of this worker, one for each set of options, until its end."""
    servers: dict[str, MockAppliance] = {}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def appliance_server(
    pytestconfig: pytest.Config,
    appliance_options: dict[str, Any],
    appliance_servers: "dict[str, MockAppliance]",
) -> "MockAppliance | None":
    """Give the worker's mock with these options, on a port of its own; None with --appliance-url."""
    if pytestconfig.getoption("appliance_url"):
        return None
    from voxdouble_mock import MockAppliance

    key = repr(sorted(appliance_options.items()))
    if key not in appliance_servers:
        server = MockAppliance(**appliance_options)
        server.start()
        appliance_servers[key] = server
    return appliance_servers[key]


@pytest.fixture
def appliance(
    pytestconfig: pytest.Config, appliance_server: "MockAppliance | None"
) -> "Iterator[MockNamespace | RealAppliance]":
    """Give this test an appliance of its own: fresh tasks, clock, scenario, faults and log on the worker's server."""
    if appliance_server is None:
        from voxdouble.real_appliance import RealAppliance

        yield RealAppliance(pytestconfig.getoption("appliance_url"))
        return
    namespace = appliance_server.namespace(f"test-{next(numbers)}")
    yield namespace
    namespace.reset()


@pytest.fixture
def appliance_url(appliance: "MockNamespace | RealAppliance") -> str:
    """Give the base URL of this test's appliance."""
    return appliance.url


@pytest.fixture
def appliance_client(
    appliance: "MockNamespace | RealAppliance", appliance_server: "MockAppliance | None"
) -> "Iterator[ApplianceClient]":
    """Give a client of this test's appliance; on a mock it waits on the mock's clock, and so for nobody."""
    from voxdouble_client import ApplianceClient

    options: dict[str, Any] = {"token": os.environ.get("APPLIANCE_TOKEN") or None}
    if appliance_server is not None:
        options = {"token": appliance_server.token, "sleep": appliance.clock.sleep, "now": appliance.clock.now}
    with ApplianceClient(appliance.url, **options) as client:
        yield client


@pytest.fixture
def make_appliance(pytestconfig: pytest.Config) -> "Iterator[Callable[..., MockAppliance]]":
    """Give a function that starts further mocks, with options of their own; they end with the test."""
    if pytestconfig.getoption("appliance_url"):
        pytest.skip("only mocks can be started, and this run talks to a real appliance")
    from voxdouble_mock import MockAppliance

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(MockAppliance(**options))

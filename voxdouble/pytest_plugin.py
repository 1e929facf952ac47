"""The pytest plugin: options and fixtures. It imports the mock only when a fixture needs it, to keep other runs fast.

For users' tests: `appliance` (each test's own mock), `appliance_url`, `appliance_client`, `make_appliance`, and
`appliance_options` to be overridden. With --appliance-url the same tests use a real appliance.
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
    """Return a base URL unchanged; refuse anything else at the start, since an empty text must not select a mock."""
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"a base URL must look like http://appliance:8000, got {text!r}")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin and of the contract suite."""
    group = parser.getgroup("voxdouble", "voxdouble: a stand-in for the Speech Platform 4 Virtual Appliance")
    group.addoption("--appliance-url", metavar="URL", type=base_url, help="base URL of the appliance to test")
    parser.addini("appliance_url", "the same as --appliance-url", default="")
    group.addoption("--contract-report", metavar="DIR", type=Path, help="write the contract suite's reports there")
    group.addoption("--contract-strict", action="store_true", help="count a statement that differs as failed")
    group.addoption("--contract-expect", choices=["mock", "appliance"], default="", help="fail on the other kind")
    group.addoption(
        "--contract-generation",
        choices=["auto", "e1", "e2", "e3", "e4"],
        default="auto",
        help="generation of the appliance's interface; auto determines it from the responses",
    )
    group.addoption("--contract-profile", metavar="FILE", type=Path, help="TOML file with the appliance's known limits")
    group.addoption("--contract-uploads", metavar="N", type=int, default=120, help="maximum of uploads")
    group.addoption("--contract-audio", metavar="SECONDS", type=float, default=600.0, help="maximum of uploaded audio")
    group.addoption("--contract-tasks", metavar="N", type=int, default=300, help="maximum of started tasks")
    group.addoption("--contract-seconds", metavar="SECONDS", type=float, default=170.0, help="maximum time of the run")


def pytest_configure(config: pytest.Config) -> None:
    """Register the suite's mark and, if a report is requested, the recorder of its findings."""
    config.addinivalue_line("markers", "statement(*ids): the statements of the contract that a test proves")
    config.option.appliance_url = config.option.appliance_url or config.getini("appliance_url") or ""
    folder = config.getoption("contract_report")
    if folder is not None and not hasattr(config, "workerinput"):
        from voxdouble_contract.reports.recorder import Recorder

        config.pluginmanager.register(Recorder(folder, strict=is_strict(config)), "voxdouble contract recorder")


def is_strict(config: pytest.Config) -> bool:
    """Return whether a statement that differs counts as failed; it does for a run on our own mock, without a URL."""
    return bool(config.getoption("contract_strict") or not config.getoption("appliance_url"))


@pytest.fixture(scope="session")
def contract_targets(pytestconfig: pytest.Config) -> "Iterator[Targets]":
    """Yield the targets of the contract suite: the appliance at --appliance-url, or mocks started here."""
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
    """Return the options of the mock, those of `MockAppliance`; override this fixture in any scope to change them."""
    return {}


@pytest.fixture(scope="session")
def appliance_servers() -> "Iterator[dict[str, MockAppliance]]":
    """Yield the mocks of this worker, one for each set of options; they stop at its end."""
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
    """Return the worker's mock with these options, on a port of its own; None with --appliance-url."""
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
    """Yield this test's own appliance: a namespace with fresh tasks, clock, scenario, faults and log."""
    if appliance_server is None:
        from voxdouble.real_appliance import RealAppliance

        yield RealAppliance(pytestconfig.getoption("appliance_url"))
        return
    namespace = appliance_server.namespace(f"test-{next(numbers)}")
    yield namespace
    namespace.reset()


@pytest.fixture
def appliance_url(appliance: "MockNamespace | RealAppliance") -> str:
    """Return the base URL of this test's appliance."""
    return appliance.url


@pytest.fixture
def appliance_client(
    appliance: "MockNamespace | RealAppliance", appliance_server: "MockAppliance | None"
) -> "Iterator[ApplianceClient]":
    """Yield a client of this test's appliance; on a mock it waits by the mock's clock, so that it returns at once."""
    from voxdouble_client import ApplianceClient

    options: dict[str, Any] = {"token": os.environ.get("APPLIANCE_TOKEN") or None}
    if appliance_server is not None:
        options = {"token": appliance_server.token, "sleep": appliance.clock.sleep, "now": appliance.clock.now}
    with ApplianceClient(appliance.url, **options) as client:
        yield client


@pytest.fixture
def make_appliance(pytestconfig: pytest.Config) -> "Iterator[Callable[..., MockAppliance]]":
    """Yield a function that starts further mocks with the given options; they stop when the test ends."""
    if pytestconfig.getoption("appliance_url"):
        pytest.skip("only mocks can be started, and this run uses a real appliance")
    from voxdouble_mock import MockAppliance

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(MockAppliance(**options))

"""The pytest plugin: options and fixtures. Of the mock it imports `real_time` at once, the rest if a fixture needs it.

For users' tests: `appliance` (each test's own mock), `appliance_url`, `appliance_client`, `session_appliance` and
`fresh_session_appliance` (one for the whole run), `make_appliance`, `recording`, and `appliance_options` to be
overridden. With --appliance-url the same tests use a real appliance.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import voxdouble_mock.real_time  # noqa: F401 (it reads the wall clock when it is imported, before a test can replace it)
from voxdouble.suite_options import add_suite_options

if TYPE_CHECKING:
    from voxdouble.real_appliance import RealAppliance
    from voxdouble_client import ApplianceClient
    from voxdouble_contract.target.targets import Targets
    from voxdouble_mock import MockAppliance
    from voxdouble_mock.in_process.mock_appliance import MockNamespace

    Appliance = MockNamespace | RealAppliance


def base_url(text: str) -> str:
    """Return a base URL unchanged; refuse any other text, since an empty one must not select a mock."""
    if not text.startswith(("http://", "https://")):
        raise pytest.UsageError(f"The base URL of the appliance must look like http://appliance:8000, got {text!r}.")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin and of the contract suite."""
    group = parser.getgroup("voxdouble", "voxdouble: a mock of the Speech Platform 4 Virtual Appliance")
    group.addoption("--appliance-url", metavar="URL", type=base_url, help="base URL of the appliance to test")
    parser.addini("appliance_url", "the same as --appliance-url", default="")
    add_suite_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Register the suite's mark and, if they are requested, the plugins that keep findings and write reports."""
    config.addinivalue_line("markers", "statement(*ids): the statements of the contract that a test proves")
    url = config.option.appliance_url or config.getini("appliance_url")
    config.option.appliance_url = base_url(url) if url else ""
    folder = config.getoption("contract_report")
    if folder is not None and not hasattr(config, "workerinput"):
        from voxdouble_contract.reports.report_writer import ReportWriter

        writer = ReportWriter(folder, strict=is_strict(config), only=config.getoption("contract_only") or ())
        config.pluginmanager.register(writer, "voxdouble contract reports")

    journal = config.getoption("contract_journal")
    if journal is not None:
        from voxdouble_contract.reports.journal_plugin import PLUGIN, JournalPlugin

        config.pluginmanager.register(JournalPlugin(journal, sys.stderr), PLUGIN)

    exchanges = config.getoption("contract_exchanges")
    if exchanges is not None:
        from voxdouble.evidence.record_writer import register_log

        register_log(config, exchanges)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Import the mock and read its data if a test needs them, before any fixture can replace the file system."""
    needed = getattr(item, "fixturenames", ())
    if "recording" in needed:
        import voxdouble_fixtures

        voxdouble_fixtures.recordings()
        voxdouble_fixtures.path("john_doe.wav")
    if "appliance_servers" in needed or "make_appliance" in needed:
        import voxdouble_mock.in_process.mock_appliance  # noqa: F401
    if "appliance_client" in needed:
        import voxdouble_client  # noqa: F401


def is_strict(config: pytest.Config) -> bool:
    """Return whether a statement that differs counts as failed; without a URL always, since the target is our mock."""
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
        ca=option("contract_ca"),
    ) as targets:
        yield targets


@pytest.fixture(scope="session")
def recording() -> "Callable[[str], Path]":
    """Return a function from the name of a bundled recording to its path: `recording("john_doe.wav")`."""
    from voxdouble_fixtures import path

    return path


@pytest.fixture(scope="session")
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
    return server_with(pytestconfig, appliance_options, appliance_servers)


def server_with(
    config: pytest.Config, options: dict[str, Any], servers: "dict[str, MockAppliance]"
) -> "MockAppliance | None":
    """Return the worker's mock with some options, started if it is missing; None with --appliance-url, or a skip."""
    if url := config.getoption("appliance_url"):
        from voxdouble.real_appliance import skip_other_options

        skip_other_options(options, url)
        return None
    from voxdouble_mock import MockAppliance

    key = repr(sorted(options.items()))
    if key not in servers:
        server = MockAppliance(**options)
        server.start()
        servers[key] = server
    return servers[key]


@pytest.fixture
def appliance(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, appliance_server: "MockAppliance | None"
) -> "Iterator[Appliance]":
    """Yield this test's own appliance: a namespace with fresh tasks, clock, scenario, faults and log.

    Its name, on which ids with a seed depend, is made from the test's file and name alone.
    """
    file, _, name = request.node.location
    yield from private_appliance(pytestconfig, appliance_server, f"{file}::{name}")


@pytest.fixture(scope="session")
def session_appliance(
    pytestconfig: pytest.Config, appliance_options: dict[str, Any], appliance_servers: "dict[str, MockAppliance]"
) -> "Iterator[Appliance]":
    """Yield an appliance with one URL for the whole run of this worker, for applications that are started once.

    It takes the options of the first test that requests it: override `appliance_options` for it only in the top
    `conftest.py`, with scope="session".
    """
    server = server_with(pytestconfig, appliance_options, appliance_servers)
    yield from private_appliance(pytestconfig, server, "session")


@pytest.fixture
def fresh_session_appliance(pytestconfig: pytest.Config, session_appliance: "Appliance") -> "Appliance":
    """Return the appliance of the whole run, reset before this test; a real appliance is not reset."""
    if not pytestconfig.getoption("appliance_url"):
        session_appliance.reset()
    return session_appliance


def private_appliance(config: pytest.Config, server: "MockAppliance | None", text: str) -> "Iterator[Appliance]":
    """Yield a namespace of a mock, and reset it afterwards; or the real appliance. The name is made from the text."""
    if server is None:
        from voxdouble.real_appliance import RealAppliance

        yield RealAppliance(config.getoption("appliance_url"))
        return
    from voxdouble_mock import namespace_name

    namespace = server.namespace(namespace_name(text))
    yield namespace
    namespace.reset()


@pytest.fixture
def appliance_url(appliance: "Appliance") -> str:
    """Return the base URL of this test's appliance."""
    return appliance.url


@pytest.fixture
def appliance_client(appliance: "Appliance", appliance_server: "MockAppliance | None") -> "Iterator[ApplianceClient]":
    """Yield a client of this test's appliance; on a mock it waits by the mock's clock, so that it returns at once."""
    from voxdouble_client import ApplianceClient

    options: dict[str, Any] = {"token": os.environ.get("APPLIANCE_TOKEN") or None}
    if appliance_server is not None:
        clock = appliance.clock
        options = {"token": appliance_server.token, "proxy": "", "sleep": clock.sleep, "now": clock.now}
    with ApplianceClient(appliance.url, **options) as client:
        yield client


@pytest.fixture
def make_appliance(pytestconfig: pytest.Config) -> "Iterator[Callable[..., MockAppliance]]":
    """Yield a function that starts further mocks with the given options; they stop when the test ends."""
    if pytestconfig.getoption("appliance_url"):
        pytest.skip("only mocks can be started, and this run was given an appliance (--appliance-url)")
    from voxdouble_mock import MockAppliance

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(MockAppliance(**options))

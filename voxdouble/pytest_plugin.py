"""The pytest plugin: options and fixtures, all imports inside, so that a run that uses none of it pays nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from voxdouble_contract.targets import Targets


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the contract suite; without a URL it starts a mock."""
    group = parser.getgroup("voxdouble", "voxdouble: a stand-in for the Speech Platform 4 Virtual Appliance")
    group.addoption("--appliance-url", metavar="URL", default="", help="base URL of the appliance to test")
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
    folder = config.getoption("contract_report")
    if folder is not None and not hasattr(config, "workerinput"):
        from voxdouble_contract.recorder import Recorder

        config.pluginmanager.register(Recorder(folder, strict=is_strict(config)), "voxdouble contract recorder")


def is_strict(config: pytest.Config) -> bool:
    """Our own mock, which is what a run without a URL tests, is held to every statement."""
    return bool(config.getoption("contract_strict") or not config.getoption("appliance_url"))


@pytest.fixture(scope="session")
def contract_targets(pytestconfig: pytest.Config) -> "Iterator[Targets]":
    """Open what the contract suite talks to: the appliance at --appliance-url, or mocks started here."""
    from voxdouble.suite_targets import open_targets

    with open_targets(pytestconfig) as targets:
        yield targets

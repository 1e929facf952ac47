"""The pytest fixture `appliance` for a real appliance: its URL, and a reason to skip for what only a mock has."""

from collections.abc import Iterable
from typing import NoReturn

import pytest

from voxdouble_mock.in_process.mock_appliance import MockAppliance

MOCK_ATTRIBUTES = frozenset({"clock", *(name for name in dir(MockAppliance) if not name.startswith("_"))})
"""The public attributes of a mock; `clock` is set when one is made."""

OPTIONS_OF_TIME = frozenset({"clock", "pending", "running", "task_lifetime"})
"""The options with which tests of a mock take less time; on a real appliance the tests run in its own time."""


def skip_other_options(options: Iterable[str], url: str) -> None:
    """Skip the test if its `appliance_options` are not only those of time, since a real appliance has no other."""
    others = ", ".join(f"'{name}'" for name in options if name not in OPTIONS_OF_TIME)
    if others:
        pytest.skip(f"only a mock has the options {others}, and this run was given {url} (--appliance-url)")


class RealAppliance:
    """The fixture `appliance` under --appliance-url; an attribute that only a mock has skips the test."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __getattr__(self, name: str) -> NoReturn:
        if name not in MOCK_ATTRIBUTES:  # hypothesis asks each argument of a test for an attribute of its own
            raise AttributeError(f"an appliance has no attribute {name!r}", name=name, obj=self)
        pytest.skip(f"only a mock has '{name}', and this run was given the appliance at {self.url} (--appliance-url)")

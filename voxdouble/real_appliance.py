"""The pytest fixture `appliance` for a real appliance: its URL, and a reason to skip for what only a mock has."""

from typing import NoReturn

import pytest

from voxdouble_mock.in_process.mock_appliance import MockAppliance

MOCK_ATTRIBUTES = frozenset({"clock", *(name for name in dir(MockAppliance) if not name.startswith("_"))})
"""The public attributes of a mock; `clock` is set when one is made."""


class RealAppliance:
    """The fixture `appliance` under --appliance-url; an attribute that only a mock has skips the test."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __getattr__(self, name: str) -> NoReturn:
        if name not in MOCK_ATTRIBUTES:  # hypothesis asks each argument of a test for an attribute of its own
            raise AttributeError(f"an appliance has no attribute {name!r}", name=name, obj=self)
        pytest.skip(f"only a mock has '{name}', and this run was given the appliance at {self.url} (--appliance-url)")

"""The pytest fixture `appliance` for a real appliance: its URL, and a reason to skip for what only a mock has."""

from typing import NoReturn

import pytest


class RealAppliance:
    """The fixture `appliance` under --appliance-url; any attribute that only a mock has skips the test."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        pytest.skip(f"only a mock has '{name}', and this run was given the appliance at {self.url} (--appliance-url)")

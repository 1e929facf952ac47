"""A real appliance as a test sees it: a URL, and nothing of what only a mock has."""

from typing import NoReturn

import pytest


class RealAppliance:
    """What the fixture `appliance` is with --appliance-url. Whatever needs a mock skips the test, with that reason."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        pytest.skip(f"only a mock has '{name}', and this run talks to the appliance at {self.url}")

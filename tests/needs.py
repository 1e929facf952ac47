"""What some tests need of the machine: a test that lacks it skips with the reason, and in CI fails with it."""

import os
import shutil
from typing import Never

import pytest


def program(name: str, *, package: str) -> str:
    """Give a program's path; where it is missing the test skips, naming the Debian package that brings it."""
    path = shutil.which(name)
    if path is None:
        lacking(f"needs the program {name}: apt install {package}")
    return path


def lacking(reason: str) -> Never:
    """Skip the test; with CI=true, where everything has to be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"In CI nothing may be missing, but this {reason}", pytrace=False)
    pytest.skip(reason)

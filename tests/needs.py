"""Requirements of tests on the machine: where one is missing, the test is skipped with the reason; in CI it fails."""

import os
import shutil
from typing import Never

import pytest


def program(name: str, *, package: str) -> str:
    """Return a program's path; if it is missing, skip the test and name the Debian package that contains it."""
    path = shutil.which(name)
    if path is None:
        lacking(f"needs the program {name}: apt install {package}")
    return path


def lacking(reason: str) -> Never:
    """Skip the test; with CI=true, where every requirement must be met, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"In CI no requirement may be missing, but this test {reason}", pytrace=False)
    pytest.skip(reason)

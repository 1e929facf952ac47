"""The README's examples are run as they stand, but for the port."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import voxdouble_fixtures
from tests import needs
from voxdouble_mock import MockAppliance
from voxdouble_mock.cli import serve
from voxdouble_mock.core.scenario_text import parse_scenario
from voxdouble_mock.server.scenario_source import bundled_names

pytest_plugins = ["pytester"]
README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BASE_URL = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    """Find the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def mock_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a mock, with the recording in the current folder."""
    shutil.copy(voxdouble_fixtures.path("john_doe.wav"), tmp_path)
    monkeypatch.chdir(tmp_path)
    with MockAppliance() as mock:
        yield mock.url


@pytest.mark.parametrize("block", [block for block in blocks("python") if "def test_" not in block])
def test_python_examples_run(block: str, mock_url: str) -> None:
    """Each by itself."""
    code = block.replace(BASE_URL, mock_url)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_pytest_examples_run(pytester: pytest.Pytester) -> None:
    """In a project of their own, with nothing but the plugin."""
    shutil.copy(voxdouble_fixtures.path("john_doe.wav"), pytester.path)
    [block] = [block for block in blocks("python") if "def test_" in block]
    pytester.makepyfile(test_readme=block)
    pytester.runpytest_subprocess().assert_outcomes(passed=block.count("def test_"))


@pytest.mark.parametrize("block", blocks("sh"))
def test_shell_examples_run(block: str, mock_url: str, tmp_path: Path) -> None:
    """With curl, in a new folder."""
    needs.program("curl", package="curl")
    (tmp_path / "john_doe.wav").unlink()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = block.replace(BASE_URL, mock_url)
    shown = subprocess.run(
        ["sh", "-ec", script], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert "202" in shown.stdout
    assert '"state":"pending"' in shown.stdout


def test_the_scenario_is_one() -> None:
    """It can be read, and its rules are three."""
    [block] = blocks("yaml")
    assert len(parse_scenario(block).rules) == 3


def test_every_option_and_scenario_is_named() -> None:
    """What `serve` takes and what is bundled stands in the README."""
    options = {name for parameter in serve.params for name in parameter.opts}
    assert {name for name in options | set(bundled_names()) if f"`{name}" not in README} == set()

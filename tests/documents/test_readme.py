"""What the README shows is run as it stands there, against a mock instead of the address that it names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import voxdouble_fixtures
from tests import needs
from tests.packaging.installed import ROOT
from voxdouble_mock import MockAppliance
from voxdouble_mock.scenarios.bundled import bundled_names

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str, *, tests: bool = False) -> list[str]:
    """List the code in a language, either the tests or the rest."""
    return [code for name, code in BLOCKS if name == language and ("def test_" in code) == tests]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the recordings that the examples send."""
    for name in ("john_doe.wav", "jane_roe_1.flac"):
        (tmp_path / name).write_bytes(voxdouble_fixtures.path(name).read_bytes())
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """Run a command in a folder, with this environment's programs first, to its good end, and give what it said."""
    surroundings = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("code", blocks("python"), ids=range(len(blocks("python"))))
def test_python_runs(folder: Path, code: str) -> None:
    """Each Python example runs to its end."""
    with MockAppliance() as mock:
        run(folder, sys.executable, "-W", "error", "-c", code.replace(ADDRESS, mock.url))


@pytest.mark.parametrize("code", blocks("sh"), ids=range(len(blocks("sh"))))
def test_shell_runs(folder: Path, code: str) -> None:
    """Each example for the shell runs to its end, and what it asks for is granted."""
    needs.program("curl", package="curl")
    with MockAppliance() as mock:
        said = run(folder, "sh", "-e", "-c", code.replace(ADDRESS, mock.url))
    assert re.findall(r"^HTTP/1.1 (?!2)\d+", said, re.MULTILINE) == []


def test_tests_pass(folder: Path) -> None:
    """The example tests pass in a project of somebody else's."""
    for number, code in enumerate(blocks("python", tests=True)):
        (folder / f"test_readme_{number}.py").write_text(code)
    assert " passed" in run(folder, sys.executable, "-m", "pytest", "-W", "error", ".")


@pytest.mark.parametrize("scenario", blocks("yaml"), ids=range(len(blocks("yaml"))))
def test_scenarios_are_taken(folder: Path, scenario: str) -> None:
    """Each scenario is one that the mock takes."""
    (folder / "scenario.yaml").write_text(scenario)
    with MockAppliance() as mock:
        mock.scenario(folder / "scenario.yaml")


def test_every_bundled_scenario_is_named() -> None:
    """Who reads the README finds them all."""
    assert [name for name in bundled_names() if f"`{name}`" not in README] == []


def test_links_lead_somewhere() -> None:
    """Each file that a link names is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []

"""The code blocks of the README and of docs/ run as they are, against a mock instead of the address that they name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import voxdouble_fixtures
from tests import needs
from tests.documents.blocks import ADDRESS, blocks, programs, pytest_examples
from tests.repository import ROOT
from voxdouble_mock import MockAppliance

MAX_README_LINES = 150


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the recordings that the examples send."""
    for name in ("john_doe.wav", "jane_roe_1.flac"):
        (tmp_path / name).write_bytes(voxdouble_fixtures.path(name).read_bytes())
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """Run a command in a folder, with this environment's programs first; return its stdout; it must exit with 0."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables = os.environ | {"PATH": path, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", programs())
def test_python_programs_run(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each Python program runs to its end without a warning."""
    monkeypatch.chdir(folder)
    with MockAppliance() as mock:
        exec(compile(programs()[name].replace(ADDRESS, mock.url), name, "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("name", blocks("sh"))
def test_shell_scripts_run(folder: Path, name: str) -> None:
    """Each command of a shell script exits with 0, and each response that is shown has a 2xx status."""
    needs.program("curl", package="curl")
    with MockAppliance() as mock:
        shown = run(folder, "sh", "-e", "-c", blocks("sh")[name].replace(ADDRESS, mock.url))
    assert re.findall(r"^HTTP/1.1 (?!2)\d+", shown, re.MULTILINE) == [], shown


def test_pytest_examples_pass(tmp_path: Path) -> None:
    """The example tests pass in an empty folder."""
    plugins = ["-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:cacheprovider"]
    for number, code in enumerate(pytest_examples().values()):
        (tmp_path / f"test_example_{number}.py").write_text(code)
    assert " passed" in run(tmp_path, sys.executable, "-m", "pytest", *plugins, "-W", "error", ".")


@pytest.mark.parametrize("name", blocks("yaml"))
def test_scenarios_are_accepted(folder: Path, name: str) -> None:
    """Each YAML block is a scenario that the mock accepts."""
    (folder / "scenario.yaml").write_text(blocks("yaml")[name])
    with MockAppliance() as mock:
        mock.scenario(folder / "scenario.yaml")


def test_every_kind_of_block_is_found() -> None:
    """The README and docs/ have programs, tests, scripts and scenarios, so that no test above is empty."""
    found = {
        page.split()[0]
        for blocks_of in (programs(), pytest_examples(), blocks("sh"), blocks("yaml"))
        for page in blocks_of
    }
    assert found == {"README.md", "docs/control.md", "docs/python-api.md", "docs/scenarios.md"}
    assert all([programs(), pytest_examples(), blocks("sh"), blocks("yaml")])


def test_the_readme_is_short() -> None:
    """The README has at most 150 lines; details are in docs/."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MAX_README_LINES


PAGES_OF_DOCS = sorted({path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"})


@pytest.mark.parametrize("page", PAGES_OF_DOCS)
def test_the_index_links_every_page(page: str) -> None:
    """A reader of docs/README.md finds each page of docs/."""
    assert f"({page})" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

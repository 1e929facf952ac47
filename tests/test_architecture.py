"""The shape of the project, held by machine: floors, sizes, one-file technologies, light imports, no machine named."""

import ast
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import voxdouble_mock.technologies
from tests import needs

ROOT = Path(__file__).parents[1]
MOCK = ROOT / "mock_server" / "voxdouble_mock"
FIXTURES = ROOT / "fixtures" / "voxdouble_fixtures"
MAX_LINES = 250
LONGER: dict[str, str] = {}
"""Modules that are longer, each with its reason."""
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.])/(work|root|home/\w+)/|\.\./shared"
    r"|py[p]i\.org|python[h]osted\.org|np[m]js\.org|de[b]\.debian\.org|docke[r]\.io|gh[c]r\.io|qua[y]\.io"
)
MAY_NAME_IT = {".ci/run": "the engine that is lent to CI stands beside the clone"}
TECHNOLOGIES = [
    module.name for module in pkgutil.iter_modules(voxdouble_mock.technologies.__path__) if module.name[0] != "_"
]


def tracked(*patterns: str) -> list[Path]:
    """List the files under version control that match."""
    git = [needs.program("git", package="git"), "ls-files", "-z", *patterns]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def loaded(*arguments: str) -> set[str]:
    """Run Python in a process of its own and name the top-level packages that it imported, however it ended."""
    command = [sys.executable, "-X", "importtime", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr
    return {
        line.rsplit("|", 1)[1].strip().split(".")[0] for line in told.splitlines() if line.startswith("import time:")
    }


def test_imports_only_go_down() -> None:
    """The floors, the strangers and the few places where a library, a clock or a thread may be imported hold."""
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_no_module_outgrows_its_reader() -> None:
    """A module that is shipped, or that works for those that are, has 250 lines at most, or a reason."""
    folders = ("voxdouble", "mock_server", "client", "contract_tests", "fixtures", "benchmarks", "training")
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in tracked(*(f"{folder}/*.py" for folder in folders))
    }
    assert {name for name, lines in sizes.items() if lines > MAX_LINES} == set(LONGER)


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_one_technology_is_one_file(name: str) -> None:
    """A file in technologies/ defines `TECHNOLOGY`; the rest of the mock names neither the file nor the technology."""
    technology = import_module(f"voxdouble_mock.technologies.{name}").TECHNOLOGY
    others = [path for path in MOCK.rglob("*.py") if path != MOCK / "technologies" / f"{name}.py"]
    named = re.compile(rf"(?<![\w-])({name}|{technology.name})(?![\w-])")
    assert [path for path in others if named.search(path.read_text())] == []


def test_the_fixtures_need_nothing() -> None:
    """The data package imports the standard library and itself."""
    trees = [ast.parse(path.read_text()) for path in FIXTURES.rglob("*.py")]
    imported = {
        name.split(".")[0]
        for tree in trees
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom)
            else []
        )
    }  # fmt: skip
    assert imported - sys.stdlib_module_names - {"voxdouble_fixtures"} == set()


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("-c|import voxdouble_client", "flask werkzeug numpy cheroot"),
        ("-c|import voxdouble_mock", "flask werkzeug numpy cheroot requests"),
        ("-c|import voxdouble.pytest_plugin", "flask werkzeug numpy cheroot requests"),
        ("-m|voxdouble|--help", "flask werkzeug numpy cheroot requests"),
        ("-m|voxdouble|healthcheck|--url|http://127.0.0.1:1", "flask werkzeug numpy cheroot requests"),
        ("-m|voxdouble|extract|--help", "flask werkzeug numpy cheroot"),
    ],
)
def test_what_is_light_stays_light(command: str, heavy: str) -> None:
    """What is imported by every test run, every health check or every user of the client loads nothing heavy."""
    assert loaded(*command.split("|")) & set(heavy.split()) == set()


def test_nothing_names_one_machine_or_registry() -> None:
    """No file under version control holds a path of some machine or a package registry's address."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if OF_ONE_MACHINE.search(path.read_bytes().decode("utf-8", "ignore")) and path != Path(__file__)
    }
    assert found == set(MAY_NAME_IT)

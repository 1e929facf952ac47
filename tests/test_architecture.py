"""The architecture: layers, module sizes, one file for each technology, light imports, no names of machines."""

import ast
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import voxdouble_mock.technologies
from tests.repository import ROOT, tracked
from voxdouble_mock import voice

MOCK = ROOT / "mock_server" / "voxdouble_mock"
FIXTURES = ROOT / "fixtures" / "voxdouble_fixtures"
MAX_LINES = 250
PUBLIC = ("voxdouble_client", "voxdouble_fixtures", "voxdouble_mock")
"""The packages that users import."""
LONGER: dict[str, str] = {}
"""Modules that are longer, each with a reason."""
OF_ONE_MACHINE = re.compile(
    r"/(?<![\w.]/)(work|root|home/\w+)/|\.\./shared"  # begins with a sign, for which a search is fast
    r"|py[p]i\.org|python[h]osted\.org|np[m]js\.org|de[b]\.debian\.org|docke[r]\.io|gh[c]r\.io|qua[y]\.io"
)
MAY_NAME_IT = {".ci/run": "a tool beside the clone starts a Docker engine"}
TECHNOLOGIES = [
    module.name for module in pkgutil.iter_modules(voxdouble_mock.technologies.__path__) if module.name[0] != "_"
]


def loaded(script: str) -> set[str]:
    """Return the top-level packages that a Python process imports while it runs a script."""
    report = "; import sys; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", script + report]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def assigned_twice(path: Path) -> list[str]:
    """Return the names that the body of a module or of a class assigns a value a second time."""
    found = []
    scopes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while scopes:
        scope = scopes.pop()
        scopes += [node for node in ast.iter_child_nodes(scope) if not isinstance(node, ast.expr)]
        if isinstance(scope, ast.Module | ast.ClassDef):
            targets = [target for node in scope.body if isinstance(node, ast.Assign) for target in node.targets]
            targets += [node.target for node in scope.body if isinstance(node, ast.AnnAssign) and node.value]
            nodes = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
            names = [node.id for node in nodes if isinstance(node.ctx, ast.Store) and node.id != "_"]
            found += sorted({name for name in names if names.count(name) > 1})
    return found


def test_no_module_assigns_a_constant_twice() -> None:
    """Each constant of a module or class has one value: a second one would change the meaning of the first's uses."""
    twice = {path.relative_to(ROOT).as_posix(): assigned_twice(path) for path in tracked("*.py")}
    assert {name: names for name, names in twice.items() if names} == {}


def test_imports_follow_the_layers() -> None:
    """import-linter finds no import against the layers of pyproject.toml."""
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


def test_modules_have_at_most_250_lines() -> None:
    """Every module has at most 250 lines, or a reason in LONGER."""
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert {name for name, lines in sizes.items() if lines > MAX_LINES} == set(LONGER)


@pytest.mark.parametrize("name", TECHNOLOGIES)
def test_one_technology_is_one_file(name: str) -> None:
    """A file in technologies/ defines `TECHNOLOGY`; the rest of the mock names neither the file nor the technology."""
    technology = import_module(f"voxdouble_mock.technologies.{name}").TECHNOLOGY
    others = [path for path in MOCK.rglob("*.py") if path != MOCK / "technologies" / f"{name}.py"]
    named = re.compile(rf"(?<![\w-])({name}|{technology.name})(?![\w-])")
    assert [path for path in others if named.search(path.read_text())] == []


def test_the_fixtures_have_no_dependencies() -> None:
    """The data package imports only the standard library and itself."""
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


@pytest.mark.parametrize("path", tracked("examples/*.py"), ids=lambda path: path.name)
def test_examples_use_public_names_only(path: Path) -> None:
    """A file that users copy imports our packages by their own names, and uses only what these export."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    used = {(node.module or "", name.name) for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    used |= {
        (node.value.id, node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
    ours = re.compile(r"(voxdouble|tests|tools|benchmarks|training)")
    assert [name for name in modules if ours.match(name) and name not in PUBLIC] == []
    named = {(module, name) for module, name in used if ours.match(module)}
    assert named, "the example uses a package of ours"
    exported = {(module, name) for module in PUBLIC for name in import_module(module).__all__}
    assert named - exported == set()


RUN = """
from click.testing import CliRunner
from voxdouble.cli import main
def run(arguments, status=0):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
"""
HEAVY = {"flask", "werkzeug", "numpy", "cheroot"}
LATE = {"numpy", "soundfile", "yaml"}
"""Imported once a server is ready, or by the first request that needs them."""


@pytest.mark.parametrize(
    ("script", "heavy"),
    [
        ("import voxdouble_mock, voxdouble.pytest_plugin", {*HEAVY, "requests"}),
        (RUN + "run('--help'); run('healthcheck --url http://127.0.0.1:1', 1)", {*HEAVY, "requests"}),
        (RUN + "run('extract --help'); import voxdouble_client", HEAVY),
        ("import voxdouble_mock.cli, voxdouble_mock.assembly, voxdouble_mock.wsgi.run", LATE),
    ],
    ids=["plugin", "help and healthcheck", "client", "start of a server"],
)
def test_light_commands_import_nothing_heavy(script: str, heavy: set[str]) -> None:
    """The client, the plugin, help, health check and the start of a server load none of the heavy packages."""
    assert loaded(script) & heavy == set()


def test_a_mock_in_process_loads_everything_at_once() -> None:
    """`MockAppliance` is complete once it is imported, since a test can replace the file system later."""
    assert loaded("from voxdouble_mock import MockAppliance") >= LATE


def test_every_name_of_the_voices_can_be_imported() -> None:
    """The names that are imported late exist, and no other one does."""
    voice.load()
    assert set(voice.__all__) <= vars(voice).keys()
    with pytest.raises(AttributeError, match="has no attribute 'analyze'"):
        voice.analyze  # noqa: B018


def test_no_file_names_a_machine_or_a_registry() -> None:
    """No file under version control contains a path of one machine or the address of a package registry."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if OF_ONE_MACHINE.search(path.read_bytes().decode("utf-8", "ignore")) and path != Path(__file__)
    }
    assert found == set(MAY_NAME_IT)

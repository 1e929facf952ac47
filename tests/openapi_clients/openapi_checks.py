"""The OpenAPI document for its users: linters, and generated clients that work.

Run by `make openapi-test`, not by `make test`: the tools in package-lock.json come from the package index of npm.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import voxdouble_fixtures
from tests import needs
from tests.commands.process import serving
from tests.repository import ROOT
from voxdouble_fixtures.generations import GENERATIONS, NEWEST

HERE = Path(__file__).parent
FOLDER = ROOT / "out" / "openapi"
BIN = Path(sys.executable).parent
SECONDS = 300
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def run(*command: str | Path, cwd: Path = FOLDER, statuses: tuple[int, ...] = (0,), **variables: str) -> str:
    """Run a program, which must exit with one of these statuses, and return its stdout."""
    path = os.pathsep.join([str(FOLDER / "node_modules" / ".bin"), str(BIN), os.environ["PATH"]])
    environment = {**os.environ, **QUIET, "PATH": path, **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode in statuses, f"{command} exited with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    """Install the locked tools of npm into a folder outside version control, beside the programs of the clients."""
    npm = needs.program("npm", package="npm")
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(HERE / "programs", FOLDER)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, FOLDER / name)
    run(npm, "ci", "--silent", "--no-audit")


@pytest.fixture(scope="module", params=GENERATIONS)
def document(request: pytest.FixtureRequest) -> Path:
    """Return a file with the document of a generation."""
    return write_document(request.param)


@pytest.fixture(scope="module")
def newest() -> Path:
    """Return a file with the document of the newest generation."""
    return write_document(NEWEST)


def write_document(generation: str) -> Path:
    """Write what `voxdouble openapi` prints into a file."""
    file = FOLDER / f"openapi-{generation}.json"
    file.write_text(run(BIN / "voxdouble", "openapi", "--generation", generation))
    return file


def validator_findings(document: Path) -> list[Any]:
    """Return the findings of openapi-spec-validator."""
    return list(OpenAPIV31SpecValidator(json.loads(document.read_text())).iter_errors())


def redocly_findings(document: Path) -> list[Any]:
    """Return the findings of redocly with its recommended rules, warnings too."""
    report = json.loads(run("redocly", "lint", "--format=json", document, statuses=(0, 1)))
    problems: list[Any] = report["problems"]
    return problems


def spectral_findings(document: Path) -> list[Any]:
    """Return the findings of spectral with the rules of `spectral:oas`, hints too."""
    (FOLDER / "spectral.json").write_text('{"extends": ["spectral:oas"]}')
    arguments = ("--ruleset", "spectral.json", "--format=json", "--quiet", "--fail-severity=hint")
    found: list[Any] = json.loads(run("spectral", "lint", *arguments, document, statuses=(0, 1)))
    return found


LINTERS = (validator_findings, redocly_findings, spectral_findings)


@pytest.mark.parametrize("findings", LINTERS)
def test_linters_find_nothing(document: Path, findings: Callable[[Path], list[Any]]) -> None:
    """No linter has an error, a warning or a hint."""
    assert findings(document) == []


@pytest.mark.parametrize("findings", LINTERS)
def test_linters_find_a_defect(document: Path, findings: Callable[[Path], list[Any]], tmp_path: Path) -> None:
    """Each linter finds examples of another type, or missing descriptions."""
    broken = json.loads(document.read_text())
    broken["components"]["schemas"]["Task"]["properties"]["task_id"]["type"] = "number"
    del broken["paths"]["/api/system/info"]["get"]["description"]
    broken["paths"]["/api/system/info"]["get"]["responses"]["200"].pop("description")
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(broken))
    assert findings(file) != []


def generate_python_client(document: Path) -> Path:
    """Generate the package `appliance` with openapi-python-client, without a warning."""
    package = FOLDER / "appliance"
    shutil.rmtree(package, ignore_errors=True)
    options = ("--path", document, "--output-path", package, "--meta", "none", "--fail-on-warning")
    run("openapi-python-client", "generate", *options)
    return package


def test_a_generated_python_client_has_all_operations(document: Path) -> None:
    """openapi-python-client leaves out no operation and no answer."""
    package, paths = generate_python_client(document), json.loads(document.read_text())["paths"]
    described = [path[method] for path in paths.values() for method in ("get", "post") if method in path]
    operations = {operation["operationId"]: operation["responses"] for operation in described}
    modules = {file.stem: file.read_text() for file in package.glob("api/*/[!_]*.py")}
    assert set(modules) == set(operations)
    for name, responses in operations.items():
        assert [status for status in responses if f"response_{status}" not in modules[name]] == []


def test_a_generated_python_client_works(newest: Path) -> None:
    """A program with the client of openapi-python-client is type-correct, and extracts and converts."""
    generate_python_client(newest)
    run("mypy", "--strict", "--config-file=", "extract.py")
    with serving("--pending", "0", "--running", "0") as (url, _):
        said = run(sys.executable, "extract.py", url, voxdouble_fixtures.path("john_doe.wav"))
    assert "128 numbers; refused: Invalid request: `voiceprints`" in said


def test_a_generated_typescript_client_works(newest: Path) -> None:
    """A program with openapi-fetch and the types of openapi-typescript is type-correct, and extracts and converts."""
    node = needs.program("node", package="nodejs")
    run("openapi-typescript", newest, "--output", "appliance.d.ts")
    run("tsc")
    with serving("--pending", "0", "--running", "0") as (url, _):
        said = run(node, "extract.js", url, voxdouble_fixtures.path("john_doe.wav"))
    assert "128 numbers; refused: Invalid request: `voiceprints`" in said

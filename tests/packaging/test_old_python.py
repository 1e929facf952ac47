"""The Python of `make floors` and `make oldest-numpy`: the oldest numpy has wheels for Python 3.11 and 3.12 only."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import program
from tests.repository import ROOT

NEW, OLD = "#!/bin/sh\n", '#!/bin/sh\necho "${0##*/}"\n'
"""Replacements for Python 3.13, which prints nothing when it is asked for an older version, and for Python 3.12."""
SCRIPTS = {"floors": "tools/floors.sh", "oldest-numpy": "tests/voice/oldest_numpy.sh"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a Python 3.13 as `python` and, on its PATH, a Python 3.12."""
    for name, text in {"python": NEW, "python3.12": OLD}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("target", SCRIPTS)
def test_another_python_is_used_if_that_of_the_environment_is_too_new(folder: Path, target: str) -> None:
    """With Python 3.13 in .venv, the targets run their scripts with python3.12."""
    command = [program("make", package="make"), "--dry-run", target, f"BIN={folder}"]
    variables = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    variables.pop("OLD_PYTHON", None)
    shown = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=60)
    (line,) = (line for line in shown.stdout.splitlines() if SCRIPTS[target] in line)
    assert line.split()[-1] == "python3.12"


@pytest.mark.parametrize("target", SCRIPTS)
def test_a_python_without_wheels_of_the_oldest_numpy_is_refused(tmp_path: Path, target: str) -> None:
    """The message names the versions that are possible, the Python that was given, and how to select another one."""
    python = tmp_path / "python3.13"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    arguments = ["uv", str(python)] if target == "floors" else [str(python)]
    command = [shutil.which("sh") or "sh", SCRIPTS[target], *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 or 3.12 is required, since numpy 1.26.0 needs one of them; "
        f"'{python}' is another version or missing. Select another one: make {target} OLD_PYTHON=/path/to/python3.12\n"
    )

"""Errors of tools/make_venv.sh on machines without a usable Python; success is tested by every `make`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository import ROOT

ANY_PYTHON = '#!/bin/sh\ncase "$*" in {fails}) exit 1 ;; *) echo "$0" ;; esac\n'
"""A replacement for Python: fails if its arguments match the pattern, and otherwise prints its own path."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an older environment that is marked as ready, and a PATH without uv."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "ready").touch()
    (tmp_path / "programs").mkdir()
    for name in ("rm", "sh", "touch"):
        (tmp_path / "programs" / name).symlink_to(shutil.which(name) or "")
    return tmp_path


def make_venv(folder: Path, *, fails: str) -> str:
    """Return the stderr of the set-up with a Python that fails; the set-up must exit with 1."""
    python = folder / "python3"
    python.write_text(ANY_PYTHON.format(fails=fails))
    python.chmod(0o755)
    command = ["sh", str(ROOT / "tools" / "make_venv.sh"), str(python)]
    variables = {"PATH": str(folder / "programs")}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    return done.stderr


def test_an_old_python_is_refused(folder: Path) -> None:
    """The message names the Python before 3.11, and how to select another one."""
    assert make_venv(folder, fails="*version_info*") == (
        f"Python 3.11 or later is required; '{folder}/python3' is an earlier version or missing. "
        "Select another one: make PYTHON=/path/to/python3 ...\n"
    )


def test_a_missing_venv_module_is_reported_with_its_package(folder: Path) -> None:
    """Without uv and without the venv module, the message names the Debian package to install."""
    assert "sudo apt install python3-venv" in make_venv(folder, fails="*ensurepip*")


def test_a_failed_set_up_is_not_marked_as_ready(folder: Path) -> None:
    """An incomplete environment does not keep the mark of the previous one."""
    make_venv(folder, fails="*-m?venv*")
    assert not (folder / ".venv" / "ready").exists()

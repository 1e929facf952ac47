"""What the set-up says on machines that it cannot serve; that it works on others is seen by every `make`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.installed import ROOT

ANY_PYTHON = '#!/bin/sh\ncase "$*" in {fails}) exit 1 ;; *) echo "$0" ;; esac\n'
"""Stands in for Python: it fails what the pattern names and to everything else says where it is."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with an environment of earlier days that was ready, and programs without uv among them."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "ready").touch()
    (tmp_path / "programs").mkdir()
    for name in ("rm", "sh", "touch"):
        (tmp_path / "programs" / name).symlink_to(shutil.which(name) or "")
    return tmp_path


def make_venv(folder: Path, *, fails: str) -> str:
    """Run the set-up with a Python that fails, which it must not outlive, and give what people are told."""
    python = folder / "python3"
    python.write_text(ANY_PYTHON.format(fails=fails))
    python.chmod(0o755)
    command = ["sh", str(ROOT / "tools" / "make_venv.sh"), str(python)]
    surroundings = {"PATH": str(folder / "programs")}
    done = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    return done.stderr


def test_a_python_that_is_too_old_is_named(folder: Path) -> None:
    """A Python before 3.11 is refused by name, with the way to give another."""
    assert make_venv(folder, fails="*version_info*") == (
        f"This needs Python 3.11 or later, and '{folder}/python3' is not that. "
        "Name another: make PYTHON=/path/to/python3 ...\n"
    )


def test_a_missing_venv_module_gets_the_sentence_that_mends_it(folder: Path) -> None:
    """Where Python has no venv module and uv is not there, the package that brings it is named."""
    assert "sudo apt install python3-venv" in make_venv(folder, fails="*ensurepip*")


def test_a_set_up_that_failed_is_not_taken_for_ready(folder: Path) -> None:
    """An environment that could not be made whole does not keep the mark of the one before."""
    make_venv(folder, fails="*-m?venv*")
    assert not (folder / ".venv" / "ready").exists()

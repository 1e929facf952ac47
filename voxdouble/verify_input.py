"""Checks of the input of `voxdouble verify`, before any request is sent."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voxdouble.target_checks import CannotRun
from voxdouble_mock.options import unknown_name

if TYPE_CHECKING:
    from voxdouble_contract.target.budget import Budget

EXTRA = ("pytest", "hypothesis", "schemathesis")


def budget_options(budget: "Budget") -> list[str]:
    """Return a budget as options of the suite."""
    return [
        f"--contract-uploads={budget.uploads}",
        f"--contract-audio={budget.audio_seconds}",
        f"--contract-tasks={budget.tasks}",
    ]


def check_extra() -> None:
    """Raise CannotRun if packages of the extra are missing."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise CannotRun(f"The suite needs {', '.join(missing)}: pip install 'voxdouble[contract]'")


def check_only(only: Sequence[str]) -> None:
    """Raise UsageError if a statement that is asked for does not exist."""
    from voxdouble_contract.judging.statements import statements

    for key in only:
        if key not in statements():
            raise click.UsageError(unknown_name("statement", key, list(statements())))


def check_profile(file: Path | None) -> None:
    """Raise CannotRun if the profile is invalid."""
    from voxdouble_contract.target.profile import Profile

    try:
        Profile() if file is None else Profile.read(file)
    except ValueError as error:
        raise CannotRun(str(error)) from error

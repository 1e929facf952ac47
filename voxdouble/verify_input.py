"""Checks of the input of `voxdouble verify`, before any request is sent."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from voxdouble.target_checks import MOCK, CannotRun
from voxdouble_mock.options import unknown_name

if TYPE_CHECKING:
    from voxdouble_contract.target.budget import Budget

EXTRA = ("pytest", "hypothesis", "schemathesis")
WITH_PACK = frozenset({"target", "against", "report", "strict"})
"""The parameters that may be given with a pack; the mock is always judged strictly."""


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


def check_against(target: str) -> None:
    """Raise UsageError if a pack is to judge another target than the mock, or an option has no effect beside it."""
    if target != MOCK:
        raise click.UsageError(
            f"--against judges the mock of this installation: TARGET must be `mock`, got {target!r}."
        )
    context = click.get_current_context()
    given = [
        option
        for option in context.command.params
        if option.name not in WITH_PACK
        and context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT
    ]
    if given:
        names = ", ".join(option.opts[0] for option in given)
        raise click.UsageError(f"--against judges without a network, by one pack: leave out {names}.")


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

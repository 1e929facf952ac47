"""The statements of the contract, and the mark that ties a test to those it proves."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pytest

GENERATIONS = ("e1", "e2", "e3", "e4")
"""The generations of the vendor's interface that can be told apart, oldest first."""


class Grade(StrEnum):
    """How sure we are of a statement."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"
    CHOSEN = "chosen"


BINDING = frozenset({Grade.DOCUMENTED, Grade.OBSERVED})
"""A target that breaks a statement of these grades is at fault; with the others, our inference is."""


@dataclass(frozen=True)
class Statement:
    """One claim about the appliance."""

    id: str
    text: str
    grade: Grade
    source: tuple[str, ...]
    """The vendor's pages by their short tags, or `choice`."""
    generations: frozenset[str] = frozenset(GENERATIONS)
    untestable: str = ""
    """Why no test can prove it; empty where one can."""

    @property
    def binding(self) -> bool:
        """Whether breaking it is a fault of the target rather than of our inference."""
        return self.grade in BINDING

    def holds_for(self, generations: frozenset[str]) -> bool:
        """Whether it holds for each generation that the target may be of."""
        return generations <= self.generations


@cache
def statements() -> Mapping[str, Statement]:
    """Load all statements, by id."""
    text = files("voxdouble_fixtures").joinpath("contract", "statements.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: parse(key, entry) for key, entry in tomllib.loads(text).items()})


def parse(key: str, entry: Mapping[str, Any]) -> Statement:
    """Read one entry of the file; a member it does not know is a TypeError, an unknown grade a ValueError."""
    values = {**entry, "grade": Grade(entry["grade"]), "source": tuple(entry["source"])}
    if "generations" in values:
        values["generations"] = frozenset(values["generations"])
    return Statement(id=key, **values)


def statement(*ids: str) -> pytest.MarkDecorator:
    """Mark a test, or a row of a table, with the statements that it proves when it passes and breaks when it fails."""
    unknown = [key for key in ids if key not in statements()]
    if unknown or not ids:
        raise LookupError(f"A test names the statements it stands on; unknown are: {', '.join(unknown) or 'all'}.")
    return pytest.mark.statement(*ids)


def proved_by(item: pytest.Item) -> list[Statement]:
    """List the statements that a test names, a table row's own ones only where it has any."""
    marks = list(item.iter_markers("statement"))
    return [statements()[key] for mark in marks[:1] for key in mark.args]

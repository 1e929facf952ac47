"""The statements of the contract, and the mark that ties a test to the statements it proves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest

from voxdouble_fixtures.generations import GENERATIONS
from voxdouble_fixtures.statements import entries


class Grade(StrEnum):
    """How a statement is known."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"
    CHOSEN = "chosen"


BINDING = frozenset({Grade.DOCUMENTED, Grade.OBSERVED})
"""Grades of statements that a target must keep: breaking one is a failure of the target.

If a statement of another grade is broken, this project's inference or choice was wrong.
"""

PROVED_BY_GENERATED = "C34"
"""The one statement that needs generated requests. Loading schemathesis and building the requests takes seconds."""


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
    """Why no test can prove it; empty if a test can."""

    @property
    def binding(self) -> bool:
        """Whether a target that breaks it gets the verdict failed (by its grade), rather than differs."""
        return self.grade in BINDING

    @property
    def scope(self) -> str:
        """The generations that it holds for, as the beginning of a sentence."""
        return f"Holds for generation {'/'.join(sorted(self.generations))};"

    def holds_for(self, generations: frozenset[str]) -> bool:
        """Whether it holds for all of these generations."""
        return generations <= self.generations


@cache
def statements() -> Mapping[str, Statement]:
    """Return all statements by id."""
    return MappingProxyType({key: parse(key, entry) for key, entry in entries().items()})


def parse(key: str, entry: Mapping[str, Any]) -> Statement:
    """Return the statement of one entry; an unknown member raises TypeError, an unknown grade ValueError."""
    values = {**entry, "grade": Grade(entry["grade"]), "source": tuple(entry["source"])}
    if "generations" in values:
        values["generations"] = frozenset(values["generations"])
    return Statement(id=key, **values)


def statement(*ids: str) -> pytest.MarkDecorator:
    """Return the mark of a test, or of a row of its table, that proves these statements or shows them broken."""
    unknown = [key for key in ids if key not in statements()]
    if unknown or not ids:
        raise LookupError(f"A test must name known statements, got {', '.join(unknown) or 'none'}.")
    return pytest.mark.statement(*ids)


def need_generated(only: Collection[str]) -> bool:
    """Return whether a run of these statements, or of all without any, needs generated requests."""
    return not only or PROVED_BY_GENERATED in only


def proved_by(item: pytest.Item) -> list[Statement]:
    """Return the statements that a test names; those of a table row replace those of its test."""
    marks = list(item.iter_markers("statement"))
    return [statements()[key] for mark in marks[:1] for key in mark.args]

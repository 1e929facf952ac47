"""Address, kind, version and generation of the target, as reports show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pytest

PROPERTY = "contract target"
"""The key of the target in a pytest report's properties: plain JSON, so that it can cross processes."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class TargetInfo:
    """The target of one run."""

    url: str
    kind: str
    """`mock` or `appliance`, or `unknown` if the run ended before the target told."""
    version: str = ""
    generations: tuple[str, ...] = ()
    """The generations that it may be of, oldest first."""
    pack: str = ""
    """The name of the pack that a mock is judged by; empty if the suite judges it."""

    @property
    def noun(self) -> str:
        """The word for the target in a sentence: its kind, or `target` if that is unknown."""
        return "target" if self.kind == UNKNOWN else self.kind

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Return the target of a JSON object that `as_json` made."""
        return cls(**{**entry, "generations": tuple(entry["generations"])})

    def as_json(self) -> dict[str, Any]:
        """Return the target as a JSON object."""
        return {**vars(self), "generations": list(self.generations)}

    @classmethod
    def read(cls, report: pytest.TestReport) -> Self | None:
        """Return the target in a report's properties; None if they have no target."""
        found: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
        return cls.from_json(found[-1]) if found else None

    def write(self, report: pytest.TestReport) -> None:
        """Write the target into a report's properties."""
        report.user_properties.append((PROPERTY, self.as_json()))

"""The drift between two reports or packs: the changes, and the times to each state on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, TypeAlias

MISSING = "missing"
NOT_IDENTIFIED = "unknown"
"""The kind in a report of a run that ended before it had identified its target."""
LIFE = ("pending", "running", "done", "failed", "rejected")
"""The states in the order of a task's life."""
SecondsByState: TypeAlias = Mapping[tuple[str, str], Sequence[float]]
"""The seconds to a state, by technology and state."""


class DriftError(ValueError):
    """Raised for input that is neither a report nor a pack; the message is a sentence."""


@dataclass(frozen=True)
class Side:
    """One of the two reports or packs, in words."""

    name: str
    kind: str
    version: str
    generation: str
    date: str

    def __str__(self) -> str:
        if not self.is_identified:
            return f"{self.name} (not identified: kind, version and generation are not compared; {self.date})"
        return f"{self.name} ({self.kind}, version {self.version or 'unknown'}, {self.generation}, {self.date})"

    @property
    def is_identified(self) -> bool:
        """Whether kind and generation are known."""
        return self.kind != NOT_IDENTIFIED and bool(self.generation)


@dataclass(frozen=True)
class Entry:
    """One change."""

    about: str
    """A statement, a technology, a bad input, or the side as a whole."""
    change: str
    old: str
    new: str
    facts: int = 0
    """The number of facts with this change; 0 for a change that is not about facts."""

    def __str__(self) -> str:
        found = f" ({self.facts} facts)" if self.facts > 1 else ""
        return f"{self.about}: {self.change}: {self.old} -> {self.new}{found}"


@dataclass(frozen=True)
class Times:
    """The seconds to the first poll that showed a state, for each such task of a technology.

    They count from the POST in a report, and from its 202 in a pack.
    """

    technology: str
    state: str
    old: Sequence[float]
    new: Sequence[float]

    @property
    def medians(self) -> tuple[float | None, float | None]:
        """The median of each side; None for a side without a task."""
        old, new = (round(median(side), 3) if side else None for side in (self.old, self.new))
        return old, new

    @property
    def factor(self) -> float | None:
        """The new median divided by the old one; None where a side has no task, or a median is 0."""
        old, new = self.medians
        return new / old if old and new else None


@dataclass(frozen=True)
class Drift:
    """The drift between two reports, or two packs."""

    subject: str
    """`reports` or `packs`."""
    old: Side
    new: Side
    changes: Sequence[Entry]
    times: Sequence[Times]

    def as_json(self) -> dict[str, Any]:
        """Return the drift as a JSON object; the medians are beside the times."""
        found = asdict(self)
        for entry, times in zip(found["times"], self.times, strict=True):
            entry["old_median"], entry["new_median"] = times.medians
        return found


def changed_sides(old: Side, new: Side) -> list[Entry]:
    """Return the changes of kind, version and generation; no change if a side was not identified.

    The generation e1/e2 stands for one of the two, so it may be equal to e2.
    """
    if not (old.is_identified and new.is_identified):
        return []
    return [
        Entry("appliance", name, getattr(old, name) or "unknown", getattr(new, name) or "unknown")
        for name in ("kind", "version", "generation")
        if getattr(old, name) != getattr(new, name) and not (name == "generation" and may_be_equal(old, new))
    ]


def may_be_equal(old: Side, new: Side) -> bool:
    """Return whether both sides may be of one generation."""
    return not {*old.generation.split("/")}.isdisjoint(new.generation.split("/"))


def changed_words(about: str, change: str, old: object, new: object) -> list[Entry]:
    """Return the change of a value, if there is one."""
    if old == new:
        return []
    return [Entry(about, change, MISSING if old is None else str(old), MISSING if new is None else str(new))]


def times_of(old: SecondsByState, new: SecondsByState) -> list[Times]:
    """Return the times of both sides by technology, and by state in the order of a task's life."""

    def place(key: tuple[str, str]) -> tuple[str, int, str]:
        technology, state = key
        return technology, LIFE.index(state) if state in LIFE else len(LIFE), state

    return [Times(*key, old.get(key, ()), new.get(key, ())) for key in sorted({*old, *new}, key=place)]

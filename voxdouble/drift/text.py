"""The drift for a person at a terminal."""

from collections.abc import Iterator

from voxdouble.drift.drift import Drift, Times

FAMILY = "speaker-identification-"
"""The beginning of most technologies' names; tables of times leave it out."""
NO_CHANGE = "No change."
STEADY = (3 / 4, 5 / 4)
"""The factors between which a median counts as steady."""


def summary(drift: Drift) -> str:
    """Return the drift line by line."""
    return "\n".join(printable(line) for line in lines_of(drift))


def lines_of(drift: Drift) -> Iterator[str]:
    """Yield both sides, each change, and the times of the tasks."""
    yield f"From {drift.old}"
    yield f"to   {drift.new}"
    yield f"{len(drift.changes)} change{'s' * (len(drift.changes) > 1)}:" if drift.changes else NO_CHANGE
    yield from (f"  {entry}" for entry in drift.changes)
    moved = [times for times in drift.times if not is_steady(times)]
    if moved:
        yield "Median of the seconds to a state:"
        yield from (f"  {short(times.technology)} {times.state}: {medians(times)}" for times in moved)
    steady = len(drift.times) - len(moved)
    if steady:
        yield f"{steady} median{'s' * (steady > 1)} of the seconds to a state changed by less than a quarter."


def is_steady(times: Times) -> bool:
    """Return whether both sides have tasks, and the medians are equal or differ by less than a quarter."""
    old, new = times.medians
    return old is not None and new is not None and (old == new or STEADY[0] < (times.factor or 0.0) < STEADY[1])


def short(technology: str) -> str:
    """Return the name of a technology without the beginning that most of them share."""
    return technology.removeprefix(FAMILY)


def medians(times: Times) -> str:
    """Return the medians of both sides, the numbers of tasks, and the factor between them."""
    sides = (
        f"{value:g} ({len(seconds)} task{'s' * (len(seconds) > 1)})" if value is not None else "no task"
        for value, seconds in zip(times.medians, (times.old, times.new), strict=True)
    )
    return " -> ".join(sides) + ("" if times.factor is None else f", factor {times.factor:.3g}")


def printable(text: str) -> str:
    """Return a line without control characters, which a report or pack from elsewhere may have."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)

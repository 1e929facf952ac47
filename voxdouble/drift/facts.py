"""The changes between two facts about the same request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from voxdouble.drift.shapes import FLAG, LIST, NUMBER, OBJECT, TEXT, Kinds, Leaves, Place, kinds_of, leaves_of, type_of
from voxdouble_mock.packs.facts import Fact

STATE, ERROR, MEMBER, TYPE, COUNT = "state", "error type", "member", "type", "count"
NUMBERS, DIGESTS, TEXTS, FLAGS = "numbers", "digests", "text", "flag"
MISSING = "missing"
MAX_SHOWN = 60
"""The most characters of a text that is shown; a longer text is shown by its length."""
UNSTABLE = frozenset({"message", "detail"})
"""The members of an error that may differ between equal requests."""


@dataclass(frozen=True)
class Change:
    """One change: its kind, its place, and both sides in words."""

    kind: str
    place: Place
    old: str
    new: str


def changes(old: Fact, new: Fact, *, tolerance: float = 0.0) -> list[Change]:
    """Return the changes from one fact to another; numbers count from a difference above the tolerance.

    The tolerance is absolute for numbers below 1, else relative.
    """
    if old.state != new.state:
        return [Change(STATE, ("task", "state"), old.state, new.state)]
    if old.state == "rejected":
        return list(changed_errors(old.error or {}, new.error or {}))
    before, after = {"result": old.result}, {"result": new.result}
    shapes = changed_shapes(kinds_of(before), kinds_of(after))
    return [*shapes, *changed_values(leaves_of(before), leaves_of(after), tolerance)]


def changed_errors(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Yield the changes of an error's type and members; its message and details have no fixed words."""
    if old.get("type") != new.get("type"):
        yield Change(ERROR, ("error", "type"), brief(old.get("type")), brief(new.get("type")))
    before, after = ({"error": {name: "" for name in error if name not in UNSTABLE}} for error in (old, new))
    yield from changed_shapes(kinds_of(before), kinds_of(after))


def changed_shapes(old: Kinds, new: Kinds) -> Iterator[Change]:
    """Yield the members that are missing on one side, or have other types there.

    A member counts as missing only on a side that has the object or the list around it.
    """
    for place in [*old, *(place for place in new if place not in old)]:
        before, after = old.get(place), new.get(place)
        if before == after or any(
            one is None and not has_parent(place, side) for one, side in ((before, old), (after, new))
        ):
            continue
        kind = MEMBER if before is None or after is None else TYPE
        yield Change(kind, place, *(" or ".join(sorted(one)) if one else MISSING for one in (before, after)))


def has_parent(place: Place, kinds: Kinds) -> bool:
    """Return whether there is an object or a list at the place above."""
    return len(place) == 1 or bool(kinds.get(place[:-1], set()) & {OBJECT, LIST})


def changed_values(old: Leaves, new: Leaves, tolerance: float) -> Iterator[Change]:
    """Yield the changed values at the places that both sides have.

    Values at one place are compared in their order, each with the value of its own type. If the set
    of types at a place has changed, `changed_shapes` reports it.
    """
    for place in (place for place in old if place in new):
        before, after = old[place], new[place]
        if len(before) != len(after):
            yield Change(COUNT, place, f"{len(before)} values", f"{len(after)} values")
            continue
        pairs: dict[str, list[tuple[Any, Any]]] = {}
        moved = []
        for pair in zip(before, after, strict=True):
            kinds = type_of(pair[0]), type_of(pair[1])
            if kinds[0] == kinds[1]:
                pairs.setdefault(kinds[0], []).append(pair)
            else:
                moved.append(kinds)
        if moved and set(map(type_of, before)) == set(map(type_of, after)):
            yield Change(TYPE, place, moved[0][0], moved[0][1] + of(moved, before))
        for kind, same in pairs.items():
            yield from changed_pairs(place, kind, same, tolerance)


def changed_pairs(place: Place, kind: str, pairs: Sequence[tuple[Any, Any]], tolerance: float) -> Iterator[Change]:
    """Yield at most one change of the values of one type at a place."""
    if kind in {NUMBER, LIST}:
        yield from changed_numbers(place, pairs, tolerance)
    elif kind in {TEXT, FLAG}:
        is_other = is_other_text if kind == TEXT else is_other_flag
        changed = [pair for pair in pairs if is_other(*pair)]
        if changed:
            old, new = changed[0]
            yield Change(TEXTS if kind == TEXT else FLAGS, place, brief(old), brief(new) + of(changed, pairs))


def is_other_text(old: Any, new: Any) -> bool:
    """Return whether two texts differ, or two summaries with digests; a text and a summary are not compared."""
    summaries = [isinstance(leaf, dict) for leaf in (old, new)]
    return bool(old != new and (not any(summaries) or (all(summaries) and "sha256" in old and "sha256" in new)))


def is_other_flag(old: Any, new: Any) -> bool:
    """Return whether two flags differ; a flag and a summary are not compared."""
    return bool(old != new and isinstance(old, bool) and isinstance(new, bool))


def changed_numbers(place: Place, whole: Sequence[tuple[Any, Any]], tolerance: float) -> Iterator[Change]:
    """Yield at most one change of the numbers, or lists of numbers, at a place."""
    pairs = [pair for pair in whole if pair[0] != pair[1]]
    for old, new in pairs:
        if length_of(old) != length_of(new):
            yield Change(COUNT, place, f"{length_of(old)} numbers", f"{length_of(new)} numbers")
            return
    if any(isinstance(leaf, dict) for pair in pairs for leaf in pair):
        digests = [pair for pair in pairs if all(isinstance(leaf, dict) and "sha256" in leaf for leaf in pair)]
        if digests:
            yield Change(DIGESTS, place, "numbers with one digest", f"with another{of(digests, whole)}")
        return
    numbers = [(one, other) for old, new in pairs for one, other in zip(as_floats(old), as_floats(new), strict=True)]
    beyond = [(one, other) for one, other in numbers if abs(one - other) > tolerance * max(1.0, abs(one))]
    if beyond:
        one, other = max(beyond, key=lambda pair: abs(pair[0] - pair[1]))
        total = sum(length_of(leaf) for leaf, _ in whole)
        yield Change(
            NUMBERS, place, f"{one:g}", f"{other:g}" + (f" ({len(beyond)} of {total} numbers)" if total > 1 else "")
        )


def as_floats(leaf: Any) -> list[float]:
    """Return the numbers of a leaf; a number beyond the range of floats becomes infinite."""
    found = []
    for number in leaf if isinstance(leaf, list) else [leaf]:
        try:
            found.append(float(number))
        except OverflowError:
            found.append(inf)
    return found


def length_of(leaf: Any) -> int:
    """Return the count of numbers in a leaf, or in the list that a summary replaces."""
    return len(leaf) if isinstance(leaf, list) else int(leaf.get("length", 1)) if isinstance(leaf, dict) else 1


def of(changed: Sequence[Any], whole: Sequence[Any]) -> str:
    """Return how many of several values have changed."""
    return f" ({len(changed)} of {len(whole)})" if len(whole) > 1 else ""


def brief(value: Any) -> str:
    """Return a short text unchanged, and the length of a long text or of a summary."""
    if isinstance(value, dict):
        return f"{value.get('size', 'some')} characters"
    return str(value) if len(str(value)) <= MAX_SHOWN else f"{len(str(value))} characters"

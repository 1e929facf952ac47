"""The shape of JSON data: its leaves by place. All items of a list have one place; a summary is a leaf with a type."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str, ...]
"""The names of members that lead to a value; `[]` stands for every index of a list."""
ITEM = "[]"
SUMMARIES = (frozenset({"size", "sha256"}), frozenset({"length", "sha256"}), frozenset({"type"}))
"""The members of summaries: of a text, of a list of numbers, and of a value whose type alone is kept."""
TEXT, NUMBER, FLAG, NULL, LIST, OBJECT = "text", "number", "flag", "null", "list", "object"
MAX_DEPTH = 40
Leaves: TypeAlias = dict[Place, list[Any]]
Kinds: TypeAlias = dict[Place, set[str]]


def leaves_of(value: Any) -> Leaves:
    """Return the leaves of JSON data by place, each place with its values in order.

    A list of numbers is one leaf, and so are an empty list, an empty object and a summary. Values nested more than 40
    levels deep are left out.
    """
    found: Leaves = {}
    for place, leaf in _leaves(value, ()):
        found.setdefault(place, []).append(leaf)
    return found


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if len(place) > MAX_DEPTH:
        return
    if isinstance(value, Mapping) and value and not is_summary(value):
        for name, inner in value.items():
            yield from _leaves(inner, (*place, str(name)))
    elif isinstance(value, list) and value and not is_numbers(value):
        for inner in value:
            yield from _leaves(inner, (*place, ITEM))
    else:
        yield place, value


def kinds_of(value: Any) -> Kinds:
    """Return the types at each place of JSON data, those of objects and lists included."""
    found: Kinds = {}
    for place, leaves in leaves_of(value).items():
        for length in range(1, len(place)):
            found.setdefault(place[:length], set()).add(LIST if place[length] == ITEM else OBJECT)
        found.setdefault(place, set()).update(map(type_of, leaves))
    return found


def is_summary(value: Mapping[str, Any]) -> bool:
    """Return whether an object stands for a value that a pack without results does not hold."""
    if set(value) == {"type"}:
        return isinstance(value["type"], str)
    size = value.get("size", value.get("length"))
    return any(set(value) <= members for members in SUMMARIES[:2]) and isinstance(size, int)


def is_numbers(value: list[Any]) -> bool:
    """Return whether a list has numbers alone."""
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)


def type_of(leaf: Any) -> str:
    """Return the type of a leaf; for a summary, the type of the summarised value."""
    if isinstance(leaf, Mapping) and leaf:
        if "type" in leaf:
            return {"integer": NUMBER}.get(leaf["type"], str(leaf["type"]))
        return TEXT if "size" in leaf else LIST
    types = {str: TEXT, bool: FLAG, int: NUMBER, float: NUMBER, list: LIST, type(None): NULL}
    return types.get(type(leaf), OBJECT)


def shown(place: Place) -> str:
    """Return a place as people write it: `result.channels[].model`."""
    return ".".join(place).replace(f".{ITEM}", ITEM)

"""A bound on the values of a JSON text before it is parsed, since a parsed `{}` takes 20 times the memory of its text.

One plus the number of commas, colons and opening brackets in a text is at least the number of its values. Counting
these signs costs a fraction of parsing. If the result exceeds the bound, the text is read token by token, up to the
first value beyond the bound.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{][ \t\n\r]*+[\]}]|[\[\]{},:]', re.DOTALL)
"""A string, an empty list or object, or one sign."""
_OPENING, _CLOSING = frozenset((b"[", b"{")), frozenset((b"]", b"}"))


@dataclass(frozen=True, slots=True)
class TooMany:
    """The first bound that a text exceeds."""

    name: str
    """The name of the list with too many items; empty if the text as a whole has too many values."""


def most_values(text: bytes | bytearray) -> int:
    """Return a number that is at least that of the values and names in a JSON text."""
    return 1 + text.count(b",") + text.count(b":") + text.count(b"[") + text.count(b"{")


def excess(text: bytes | bytearray, most: int, lists: Collection[str] = (), most_items: int = 0) -> TooMany | None:
    """Return the bound that a text exceeds: `most` values, or `most_items` in one of the named lists; else None.

    The outermost value itself is not counted. The lists are members of the outermost object. A malformed text is
    counted as far as it can be read.
    """
    if most_values(text) <= most:
        return None
    depth = values = items = 0
    # A comma, or the opening sign of a list or object that is not empty, stands for one value; names are not counted.
    last = current = ""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _CLOSING:
            depth -= 1
        elif token == b":":
            if depth == 1:
                current, items = last, 0
        elif token in _OPENING or token == b",":
            depth += token != b","
            values += 1
            items += depth == 2 and token == b","
            if items >= most_items > 0 and current in lists:
                return TooMany(current)
            if values > most:
                return TooMany("")
        elif depth == 1 and token.startswith(b'"'):
            last = token[1:-1].decode("utf-8", "replace")
    return None

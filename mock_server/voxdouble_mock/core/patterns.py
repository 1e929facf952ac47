"""Patterns in the conditions of rules: `*` stands for any text, `?` for one character, all others for themselves."""

import re
import unicodedata
from functools import lru_cache


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern describes a whole text; both are compared in the Unicode form NFC.

    Each piece between two `*` is searched once, so that no pattern can make the time grow beyond bounds.
    """
    pieces = unicodedata.normalize("NFC", pattern).split("*")
    text = unicodedata.normalize("NFC", text)
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return _expression(first).fullmatch(text) is not None
    if len(first) + len(last) > len(text) or not _expression(first).match(text):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = _expression(piece).search(text, at, end)
        if found is None:
            return False
        at = found.end()
    return _expression(last).fullmatch(text, end) is not None


@lru_cache(maxsize=1000)
def _expression(piece: str) -> re.Pattern[str]:
    """Return the regular expression of a piece without `*`."""
    return re.compile("".join("." if sign == "?" else re.escape(sign) for sign in piece), re.DOTALL)

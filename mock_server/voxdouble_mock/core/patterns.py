"""Patterns in the conditions of rules: `*` stands for any text, `?` for one character, all others for themselves.

A comparison searches each piece between two `*` once. A piece without `?` takes time in proportion to the length of the
text. A piece with `?` may take as many steps as its length at each character of the text. So a text longer than
MAX_SEARCHED does not match a pattern with such a piece, and `core/scenario.py` bounds the sum of the lengths of these
pieces (MAX_STEPS).
"""

import re
import unicodedata

MAX_SEARCHED = 4096
"""The most characters of a text in which a piece with `?` between two `*` is searched; a longer one does not match."""

PIECE_BYTES = 200
"""The memory of a piece without its regular expression, rounded up; those below are rounded up too."""
EXPRESSION_BYTES = 1_000
"""The memory of a regular expression without its `?`."""
SIGN_BYTES = 50
"""The memory of a `?` in a regular expression."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_first", "_inner", "_last", "_shortest", "_single", "size", "steps")

    def __init__(self, pattern: str) -> None:
        pieces = [_Piece(piece) for piece in unicodedata.normalize("NFC", pattern).split("*")]
        self._first, self._last, self._single = pieces[0], pieces[-1], len(pieces) == 1
        self._inner = [piece for piece in pieces[1:-1] if piece.length]
        self._shortest = sum(piece.length for piece in pieces[1:]) + self._first.length
        self.steps = sum(piece.length for piece in self._inner if piece.expression)
        """A comparison takes at most 1 + `steps` steps for each character of the text."""
        expressions = sum(piece.expression is not None for piece in pieces)
        self.size = PIECE_BYTES * len(pieces) + EXPRESSION_BYTES * expressions + SIGN_BYTES * pattern.count("?")
        """The memory that the pattern takes at most, in bytes."""

    def matches(self, text: str) -> bool:
        """Return whether the pattern describes a whole text; both are compared in the Unicode form NFC."""
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        if self._shortest > len(text) or not self._first.is_at(text, 0):
            return False
        if self._single:
            return self._first.length == len(text)
        if self.steps and len(text) > MAX_SEARCHED:
            return False
        at, end = self._first.length, len(text) - self._last.length
        for piece in self._inner:
            found = piece.find(text, at, end)
            if found < 0:
                return False
            at = found + piece.length
        return self._last.is_at(text, end)


class _Piece:
    """A part of a pattern without `*`. It has a regular expression only if it has a `?`."""

    __slots__ = ("expression", "length", "text")

    def __init__(self, text: str) -> None:
        self.text, self.length = text, len(text)
        signs = ("." if sign == "?" else re.escape(sign) for sign in text)
        self.expression = re.compile("".join(signs), re.DOTALL) if "?" in text else None

    def is_at(self, text: str, at: int) -> bool:
        """Return whether the piece describes the text at a place."""
        return text.startswith(self.text, at) if self.expression is None else bool(self.expression.match(text, at))

    def find(self, text: str, start: int, end: int) -> int:
        """Return the first place of the piece in a part of a text, -1 if it does not occur there."""
        if self.expression is None:
            return text.find(self.text, start, end)
        found = self.expression.search(text, start, end)
        return -1 if found is None else found.start()

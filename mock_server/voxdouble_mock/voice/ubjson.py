"""A strict reader of UBJSON: one complete value, and no bytes after it.

Universal Binary JSON, draft 12 (markers, and numbers in big-endian order). The general-purpose package on PyPI writes
other markers than the vendor's sample shows, and lenient readers ignore bytes after the value. Voiceprints are
untrusted input. So an error of this reader names the place and the reason, and its work is bounded by the length of the
input.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

type_codes = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q", b"d": ">f", b"D": ">d"}
NUMBERS = {marker: struct.Struct(code) for marker, code in type_codes.items()}
INTEGERS = frozenset(b"iUIlL")
CONSTANTS: dict[bytes, object] = {b"Z": None, b"T": True, b"F": False}
MAX_DEPTH = 16
FIRST_WINDOW = 128
"""The most markers that are compared at first; each further comparison takes twice as many."""

Value = Any
"""None, bool, int, float, str, list or dict; a plain array of only float32 is a one-dimensional float32 array."""


class Malformed(ValueError):
    """Raised for malformed bytes; the message is a clause such as `it ends inside a number at byte 12`."""


def read(data: bytes) -> Value:
    """Return the value encoded in `data`. Raises Malformed."""
    return read_with_places(data)[0]


def read_with_places(data: bytes) -> tuple[Value, dict[str, int]]:
    """Return the value and, for an object, the index of the marker of each member's value. Raises Malformed."""
    reader = _Reader(data)
    value = reader.value(reader.take(1, "a value"), MAX_DEPTH)
    if reader.at != len(data):
        raise Malformed(f"it must end at byte {reader.at}, and {len(data) - reader.at} more bytes follow")
    return value, reader.places


class _Reader:
    """A position in the bytes, with one method for each element of the format."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.places: dict[str, int] = {}
        """The index of the marker of each value in the outermost object; empty if the object declares a type."""

    def take(self, count: int, what: str) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise Malformed(f"it ends inside {what} at byte {len(self.data)}")
        self.at += count
        return piece

    def value(self, marker: bytes, depth: int) -> Value:
        if marker in CONSTANTS:
            return CONSTANTS[marker]
        if marker in NUMBERS:
            return NUMBERS[marker].unpack(self.take(NUMBERS[marker].size, "a number"))[0]
        if marker == b"C":
            return self.take(1, "a character").decode("latin-1")
        if marker in (b"S", b"H"):
            return self.text()
        if marker in (b"[", b"{"):
            if depth == 0:
                raise Malformed(f"it is nested deeper than {MAX_DEPTH} levels at byte {self.at}")
            return self.array(depth - 1) if marker == b"[" else self.object(depth - 1)
        raise Malformed(f"the marker {marker!r} at byte {self.at - 1} is unknown")

    def length(self) -> int:
        marker = self.take(1, "a length")
        if marker[0] not in INTEGERS:
            raise Malformed(f"a length must be an integer, and has the marker {marker!r} at byte {self.at - 1}")
        count: int = self.value(marker, 0)
        left = len(self.data) - self.at
        if not 0 <= count <= left:
            raise Malformed(f"it declares {count} bytes or elements at byte {self.at}, and {left} bytes follow")
        return count

    def text(self) -> str:
        try:
            return self.take(self.length(), "a string").decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(f"the string before byte {self.at} is not UTF-8") from error

    def header(self) -> tuple[bytes | None, int | None]:
        """Return the optional `$type` and `#count` of a container."""
        kind = None
        if self.data[self.at : self.at + 1] == b"$":
            self.at += 1
            kind = self.take(1, "a type")
            if kind in CONSTANTS:
                raise Malformed(f"the elements of a container must not have the type {kind!r} at byte {self.at - 1}")
            if self.data[self.at : self.at + 1] != b"#":
                raise Malformed(f"a container of type {kind!r} must have a size at byte {self.at}")
        if self.data[self.at : self.at + 1] == b"#":
            self.at += 1
            return kind, self.length()
        return kind, None

    def array(self, depth: int) -> Value:
        kind, count = self.header()
        if kind is None and count is None:
            floats = self.floats()
            if floats is not None:
                return floats
        items: list[Value] = []
        while not self.ended(b"]", len(items), count):
            items.append(self.value(kind or self.marker(), depth))
        return items

    def object(self, depth: int) -> dict[str, Value]:
        kind, count = self.header()
        members: dict[str, Value] = {}
        seen = 0
        while not self.ended(b"}", seen, count):
            name = self.text()
            if name in members:
                raise Malformed(f"the key {name!r} is repeated")
            if depth == MAX_DEPTH - 1 and kind is None:
                self.places[name] = self.at
            members[name] = self.value(kind or self.marker(), depth)
            seen += 1
        return members

    def marker(self) -> bytes:
        return self.take(1, "a value")

    def ended(self, closing: bytes, seen: int, count: int | None) -> bool:
        """Return whether the container ends here; a container with a count has no closing marker."""
        if count is not None:
            return seen == count
        if self.data[self.at : self.at + 1] != closing:
            return False
        self.at += 1
        return True

    def floats(self) -> npt.NDArray[np.float32] | None:
        """Return a plain array of only float32, read at once, such as an embedding; None for any other value."""
        if self.data[self.at : self.at + 1] != b"d":
            return None
        count = self._float_count()
        if count == 0 or self.data[self.at + 5 * count : self.at + 5 * count + 1] != b"]":
            return None
        records = np.frombuffer(self.data, np.uint8, 5 * count, self.at).reshape(count, 5)
        self.at += 5 * count + 1
        return records[:, 1:].copy().view(">f4")[:, 0].astype(np.float32)

    def _float_count(self) -> int:
        """Return the number of float32 markers that follow one another, in time that grows with this number alone."""
        count, window = 0, FIRST_WINDOW
        while True:
            markers = np.frombuffer(self.data[self.at + 5 * count : self.at + 5 * (count + window)], np.uint8)[::5]
            others = np.flatnonzero(markers != ord("d"))
            if len(others):
                return count + int(others[0])
            count += len(markers)
            if len(markers) < window:
                return count
            window *= 2

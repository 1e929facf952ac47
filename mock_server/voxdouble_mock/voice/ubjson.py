"""A strict reader of UBJSON: one value, whole, and nothing after it.

Universal Binary JSON, draft 12 (the markers and their big-endian numbers). The general-purpose package on the PyPI
writes other markers than the vendor's samples show, and readers of the wild take `{}` for anything and ignore what
follows the value; voiceprints come from strangers, so this one names the place and the reason, and its work is
bounded by the input's length.
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

Value = Any
"""None, bool, int, float, str, list, dict; an array of float32 alone comes as a one-dimensional float32 array."""


class Malformed(ValueError):
    """The bytes are no single UBJSON value; the message is a clause such as `it ends inside a number at byte 12`."""


def read(data: bytes) -> Value:
    """Read the one value that `data` is. Raises Malformed."""
    reader = _Reader(data)
    value = reader.value(reader.take(1, "a value"), MAX_DEPTH)
    if reader.at != len(data):
        raise Malformed(f"{len(data) - reader.at} bytes follow its end at byte {reader.at}")
    return value


class _Reader:
    """A position in the bytes, and one method for each kind of thing that can stand there."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

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
                raise Malformed(f"it nests deeper than {MAX_DEPTH} levels at byte {self.at}")
            return self.array(depth - 1) if marker == b"[" else self.object(depth - 1)
        raise Malformed(f"the marker {marker!r} at byte {self.at - 1} means nothing")

    def length(self) -> int:
        marker = self.take(1, "a length")
        if marker[0] not in INTEGERS:
            raise Malformed(f"a length has the marker {marker!r} at byte {self.at - 1}")
        count: int = self.value(marker, 0)
        there = len(self.data) - self.at
        if not 0 <= count <= there:
            raise Malformed(f"it claims {count} bytes or elements at byte {self.at}, and {there} bytes follow")
        return count

    def text(self) -> str:
        try:
            return self.take(self.length(), "a string").decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(f"the string before byte {self.at} is not UTF-8") from error

    def header(self) -> tuple[bytes | None, int | None]:
        """Read the optional `$type` and `#count` of a container."""
        kind = None
        if self.data[self.at : self.at + 1] == b"$":
            self.at += 1
            kind = self.take(1, "a type")
            if kind in CONSTANTS or self.data[self.at : self.at + 1] != b"#":
                raise Malformed(f"a container of type {kind!r} without a size at byte {self.at}")
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
                raise Malformed(f"the key {name!r} comes twice")
            members[name] = self.value(kind or self.marker(), depth)
            seen += 1
        return members

    def marker(self) -> bytes:
        return self.take(1, "a value")

    def ended(self, closing: bytes, seen: int, count: int | None) -> bool:
        """Tell whether the container ends here; a counted one has no closing marker."""
        if count is not None:
            return seen == count
        if self.data[self.at : self.at + 1] != closing:
            return False
        self.at += 1
        return True

    def floats(self) -> npt.NDArray[np.float32] | None:
        """Read a plain array of float32 alone in one go, as embeddings are; None, and nothing read, for any other."""
        rest = np.frombuffer(self.data, np.uint8, offset=self.at)
        others = np.flatnonzero(rest[::5] != ord("d"))
        count = int(others[0]) if len(others) else len(rest[::5])
        if count == 0 or self.data[self.at + 5 * count : self.at + 5 * count + 1] != b"]":
            return None
        records = rest[: 5 * count].reshape(count, 5)
        self.at += 5 * count + 1
        return records[:, 1:].copy().view(">f4")[:, 0].astype(np.float32)

"""Random access to the bytes of a file, and read-only files composed of parts of another file."""

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, BinaryIO

Piece = bytes | tuple[int, int]
"""Literal bytes, or the range (start, end) of the source."""


class Source:
    """A seekable file, read by offset."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def read(self, offset: int, count: int) -> bytes:
        """Return `count` bytes from the offset on, or fewer at the end of the file."""
        if offset >= self.size or count <= 0:
            return b""
        self._file.seek(offset)
        return self._file.read(count)


class View(io.RawIOBase):
    """A read-only file composed of pieces of a source, for a decoder.

    Its methods raise no error for any offset or size: an error in a callback of the decoder cannot be caught, and cffi
    would print it to stderr.
    """

    def __init__(self, source: Source, pieces: Sequence[Piece]) -> None:
        self._source = source
        self._pieces = pieces
        sizes = (len(piece) if isinstance(piece, bytes) else piece[1] - piece[0] for piece in pieces)
        self._starts = [0, *accumulate(sizes)]
        self._position = 0

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self._starts[-1]

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position and return it; an offset outside the file becomes the nearest one in the file."""
        base = {os.SEEK_CUR: self._position, os.SEEK_END: self.size}.get(whence, 0)
        self._position = min(max(0, base + offset), self.size)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, or its beginning at the end of the file, and return the number of bytes."""
        done, room, size = 0, len(buffer), self.size
        while done < room and self._position < size:
            number = bisect_right(self._starts, self._position) - 1
            count = min(room - done, self._starts[number + 1] - self._position)
            data = self._read(self._pieces[number], self._position - self._starts[number], count)
            if not data:
                break
            buffer[done : done + len(data)] = data
            done += len(data)
            self._position += len(data)
        return done

    def _read(self, piece: Piece, offset: int, count: int) -> bytes:
        if isinstance(piece, bytes):
            return piece[offset : offset + count]
        return self._source.read(piece[0] + offset, count)

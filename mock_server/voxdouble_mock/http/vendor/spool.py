"""The bytes of an upload while it arrives, and then as a file: in memory, or in a temporary file if they are many."""

from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO, cast

IN_MEMORY = 1 << 20
"""The most bytes of an upload that are kept in memory."""


class Spool:
    """The pieces of an upload, in order.

    Those in memory are joined only when the file is read: an upload whose result is known is never read.
    """

    def __init__(self) -> None:
        self._pieces: list[memoryview] = []
        self._size = 0
        self._file: BinaryIO | None = None

    def write(self, piece: memoryview) -> None:
        """Add a piece, whose bytes must not change. Raises OSError if the folder of temporary files cannot hold it."""
        self._size += len(piece)
        if self._size <= IN_MEMORY:
            self._pieces.append(piece)
            return
        if self._file is None:
            self._file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 (closed by `close`)
        for one in (*self._pieces, piece):
            self._file.write(one)
        self._pieces.clear()
        self._file.flush()

    def open(self) -> BinaryIO:
        """Return the file, positioned at its beginning."""
        if self._file is None:
            self._file = BytesIO(b"".join(self._pieces))
            self._pieces.clear()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Delete the bytes."""
        self._pieces.clear()
        if self._file is not None:
            self._file.close()

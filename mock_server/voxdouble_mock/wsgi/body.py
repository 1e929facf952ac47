"""Request bodies, sized and chunked, that raise an error when they are cut (RFC 9112 sections 6 and 7.1).

cheroot's own classes pass a cut or badly chunked body to the application as if it were complete.
"""

from __future__ import annotations

import io
import re
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from voxdouble_mock.wsgi.protocol import BadChunking, BodyCut, BodyTooSlow

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READ_SIZE = 64 * 1024
CHUNK_LINE_LIMIT = 8 * 1024
TRAILER_LIMIT = 100
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Body(io.RawIOBase):
    """A request's body as it arrives; :meth:`stream` wraps it for the application.

    ``before_read`` is called before each piece is read; it sends "100 Continue". After an error every later read raises
    the same error.
    """

    def __init__(self, source: io.BufferedReader, before_read: Callable[[], None]) -> None:
        self._source = source
        self._before_read = before_read
        self._error: BodyCut | BodyTooSlow | BadChunking | None = None
        self.done = False

    def stream(self) -> io.BufferedReader:
        """Return the body as a file: WSGI's ``wsgi.input``."""
        return io.BufferedReader(self, READ_SIZE)

    def readable(self) -> bool:
        """Return True, as raw streams for reading do."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read the bytes that have arrived into ``buffer``, at least one; return their number, 0 at the end."""
        if self._error:
            raise self._error
        if self.done:
            return 0
        try:
            self._before_read()
            return self._fill(memoryview(buffer))
        except (BodyCut, BadChunking) as error:
            self._error = error
        except TimeoutError as error:
            self._error = BodyTooSlow(f"The request body {error}.")
        except OSError as error:
            self._error = BodyCut(f"The connection broke before the request body was complete: {error}.")
        raise self._error

    @abstractmethod
    def _fill(self, view: memoryview) -> int:
        """Read at least one byte into ``view`` and return their number; 0 at the end, with ``done`` set."""


class SizedBody(Body):
    """A body of ``length`` bytes, as Content-Length declares."""

    def __init__(self, source: io.BufferedReader, before_read: Callable[[], None], length: int) -> None:
        super().__init__(source, before_read)
        self._length = self._missing = length
        self.done = length == 0

    def stream(self) -> io.BufferedReader:
        """Return the body as a file, with a buffer no larger than the body."""
        return io.BufferedReader(self, max(1, min(READ_SIZE, self._length)))

    def _fill(self, view: memoryview) -> int:
        count = self._source.readinto1(view[: self._missing])
        if not count:
            raise BodyCut(f"The request body ended {self._missing} bytes before its Content-Length of {self._length}.")
        self._missing -= count
        self.done = self._missing == 0
        return count


class ChunkedBody(Body):
    """A body in chunks, parsed strictly: it is complete only with the empty line at its end."""

    def __init__(self, source: io.BufferedReader, before_read: Callable[[], None]) -> None:
        super().__init__(source, before_read)
        self._left = 0
        self._in_chunk = False

    def _fill(self, view: memoryview) -> int:
        if not self._left:
            self._next_chunk()
            if self.done:
                return 0
        count = self._source.readinto1(view[: self._left])
        if not count:
            raise BodyCut("The chunked request body ended inside a chunk.")
        self._left -= count
        return count

    def _next_chunk(self) -> None:
        if self._in_chunk and self._line():
            raise BadChunking("A chunk of the request body must end where its size says, and is longer.")
        size = self._line().split(b";", 1)[0].rstrip(b" \t")
        if not _CHUNK_SIZE.fullmatch(size):
            raise BadChunking(f"A chunk of the request body must begin with its size in hex, got {size[:20]!r}.")
        self._left = int(size, 16)
        self._in_chunk = True
        if not self._left:
            self._skip_trailers()
            self.done = True

    def _skip_trailers(self) -> None:
        for _ in range(TRAILER_LIMIT + 1):  # the last line is empty
            if not self._line():
                return
        raise BadChunking(f"A chunked request body must have at most {TRAILER_LIMIT} trailers.")

    def _line(self) -> bytes:
        line = self._source.readline(CHUNK_LINE_LIMIT)
        if line.endswith(b"\r\n"):
            if _CONTROL.search(line, 0, len(line) - 2):  # another parser could end the line at a bare CR
                raise BadChunking("A line of the request body's chunked framing must have no control characters.")
            return line[:-2]
        if line.endswith(b"\n"):
            raise BadChunking("A line of the request body's chunked framing must end with CRLF, and ends with LF.")
        if len(line) == CHUNK_LINE_LIMIT:
            raise BadChunking(f"A line of the request body's chunked framing must not exceed {CHUNK_LINE_LIMIT} bytes.")
        raise BodyCut("The chunked request body ended before its last chunk.")

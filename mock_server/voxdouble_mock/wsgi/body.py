"""Request bodies, sized and chunked, that say when they were cut (RFC 9112 sections 6 and 7.1).

cheroot's own hand a cut or badly chunked body to the application as if it were whole.
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


class Body(io.RawIOBase):
    """A request's body as the wire gives it; wrap it with :meth:`stream` for the application.

    ``before_read`` is called before each piece is read: the moment to ask a waiting client for its body. A body that
    once was found wrong stays wrong: every later read raises the same error.
    """

    def __init__(self, source: io.BufferedReader, before_read: Callable[[], None]) -> None:
        self._source = source
        self._before_read = before_read
        self._fault: BodyCut | BodyTooSlow | BadChunking | None = None
        self.done = False

    def stream(self) -> io.BufferedReader:
        """Wrap the body as a file: WSGI's ``wsgi.input``."""
        return io.BufferedReader(self, READ_SIZE)

    def readable(self) -> bool:
        """Say yes: bodies are read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Put what has arrived into ``buffer``, and wait until something has; 0 at the end."""
        if self._fault:
            raise self._fault
        if self.done:
            return 0
        try:
            self._before_read()
            return self._fill(memoryview(buffer))
        except (BodyCut, BadChunking) as fault:
            self._fault = fault
        except TimeoutError as late:
            self._fault = BodyTooSlow(f"The request body {late}.")
        except OSError as broken:
            self._fault = BodyCut(f"The connection broke before the request body was whole: {broken}.")
        raise self._fault

    @abstractmethod
    def _fill(self, view: memoryview) -> int:
        """Put at least one byte into ``view`` and give their number; 0 at the end, with ``done`` set."""


class SizedBody(Body):
    """A body of ``length`` bytes, as Content-Length gave it."""

    def __init__(self, source: io.BufferedReader, before_read: Callable[[], None], length: int) -> None:
        super().__init__(source, before_read)
        self._length = self._missing = length
        self.done = length == 0

    def stream(self) -> io.BufferedReader:
        """Wrap the body as a file, with a buffer no larger than it is."""
        return io.BufferedReader(self, max(1, min(READ_SIZE, self._length)))

    def _fill(self, view: memoryview) -> int:
        count = self._source.readinto1(view[: self._missing])
        if not count:
            raise BodyCut(f"The request body ended {self._missing} bytes before its Content-Length of {self._length}.")
        self._missing -= count
        self.done = self._missing == 0
        return count


class ChunkedBody(Body):
    """A body in chunks, strict: cut anywhere before the empty line at its end, it is cut."""

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
            raise BadChunking("A chunk of the request body is longer than the size before it says.")
        size = self._line().split(b";", 1)[0].rstrip(b" \t")
        if not _CHUNK_SIZE.fullmatch(size):
            raise BadChunking(f"A chunk of the request body begins with {size[:20]!r} in place of its size in hex.")
        self._left = int(size, 16)
        self._in_chunk = True
        if not self._left:
            self._skip_trailers()
            self.done = True

    def _skip_trailers(self) -> None:
        for _ in range(TRAILER_LIMIT):
            if not self._line():
                return
        raise BadChunking(f"The chunked request body has more than {TRAILER_LIMIT} trailers.")

    def _line(self) -> bytes:
        line = self._source.readline(CHUNK_LINE_LIMIT)
        if line.endswith(b"\r\n"):
            return line[:-2]
        if line.endswith(b"\n"):
            raise BadChunking("A line of the request body's chunked framing ends with LF in place of CRLF.")
        if len(line) == CHUNK_LINE_LIMIT:
            raise BadChunking(f"A line of the request body's chunked framing exceeds {CHUNK_LINE_LIMIT} bytes.")
        raise BodyCut("The chunked request body ended before its last chunk.")

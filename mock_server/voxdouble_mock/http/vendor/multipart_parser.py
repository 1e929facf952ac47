"""A push parser of multipart bodies that accepts all that RFC 2046 section 5.1 allows (C70).

The libraries refuse some of these bodies: those with white space after a delimiter, with a part without a body, or with
the boundary within a line of the text in front of the first delimiter.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from voxdouble_mock.http.vendor.part_head import PartHead, parse_part_head

MAX_HEAD = 16 * 1024
"""The most bytes of the headers of one part."""
MAX_PADDING = 1024
"""The most bytes of white space after a delimiter."""
KEPT_HEADS = 32
"""The number of parsed heads that are kept: test suites send the same recordings again and again."""
_DELIMITER_END = re.compile(rb"[ \t]{0,%d}\r\n|--" % MAX_PADDING)
_INCOMPLETE_END = re.compile(rb"(?:[ \t]*\r?|-)\Z")
_parsed_head = lru_cache(KEPT_HEADS)(parse_part_head)


class MultipartError(ValueError):
    """A malformed multipart body; the message is a sentence for the client."""


class _State(Enum):
    PREAMBLE = "before the first delimiter"
    HEAD = "in the headers of a part"
    CONTENT = "in the content of a part"
    EPILOGUE = "after the closing delimiter"


Event = PartHead | memoryview | None
"""The head of a part, then the pieces of its content, then None for its end."""


class MultipartParser:
    """Parses the pieces of a body as they arrive. Every method raises MultipartError for a malformed body."""

    def __init__(self, boundary: str) -> None:
        self._boundary = boundary
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        self._buffer = b"\r\n"  # a delimiter at the very beginning is then found like every other one
        self._state = _State.PREAMBLE
        self._skip = 0
        """The bytes at the front of the buffer that are not content: the CRLF that ends the headers.

        It stays in the buffer, since the delimiter after a part without a body begins with it.
        """

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yield the events that a piece of the body completes."""
        if self._state is not _State.EPILOGUE:
            self._buffer += piece
        progress = True
        while progress:
            state = self._state
            if state is _State.EPILOGUE:
                return
            if state is _State.HEAD:
                head = self._take_head()
                progress = head is not None
                if head is not None:
                    yield head
                continue
            content, progress = self._take_content()
            if state is _State.CONTENT and content:
                yield content
            if state is _State.CONTENT and progress:
                yield None

    def close(self) -> None:
        """End the body; an error if it has no closing delimiter."""
        if self._state is _State.EPILOGUE:
            return
        if self._state is _State.PREAMBLE:
            line = "--" + self._boundary[:80]
            raise MultipartError(
                f"The body must have the line {line!r} (two hyphens and the boundary), ended by CRLF, and has none."
            )
        raise MultipartError("The multipart body is cut: its closing boundary is missing.")

    def _take_head(self) -> PartHead | None:
        """Return the head of a part, None if it is not complete; the CRLF that ends the headers stays in the buffer."""
        end = 0 if self._buffer.startswith(b"\r\n") else self._buffer.find(b"\r\n\r\n") + 2
        if end == 1:
            if len(self._buffer) > MAX_HEAD:
                raise MultipartError(f"The headers of a part must have at most {MAX_HEAD} bytes, got more.")
            return None
        if end > MAX_HEAD:
            raise MultipartError(f"The headers of a part must have at most {MAX_HEAD} bytes, got more.")
        try:
            head = _parsed_head(self._buffer[:end])
        except ValueError as error:
            raise MultipartError(str(error)) from error
        self._buffer, self._skip, self._state = self._buffer[end:], 2, _State.CONTENT
        return head

    def _take_content(self) -> tuple[memoryview, bool]:
        """Return the bytes before the next delimiter, and whether that delimiter was found."""
        start = 0
        while True:
            found = self._buffer.find(self._delimiter, start)
            if found < 0:
                return self._release(max(0, len(self._buffer) - len(self._delimiter) + 1)), False
            after = found + len(self._delimiter)
            end = _DELIMITER_END.match(self._buffer, after)
            if end is not None:
                content = memoryview(self._buffer)[self._skip : found]
                self._buffer, self._skip = self._buffer[end.end() :], 0
                self._state = _State.EPILOGUE if end.group() == b"--" else _State.HEAD
                return content, True
            if _INCOMPLETE_END.match(self._buffer, after) and len(self._buffer) - after <= MAX_PADDING + 1:
                return self._release(found), False
            if self._state is _State.CONTENT:
                raise MultipartError("A line of a part begins with -- and the boundary, and does not end after it.")
            start = after

    def _release(self, count: int) -> memoryview:
        """Remove bytes from the front of the buffer; return those of the content."""
        if count < self._skip:
            return memoryview(b"")
        content = memoryview(self._buffer)[self._skip : count]
        self._buffer, self._skip = self._buffer[count:], 0
        return content

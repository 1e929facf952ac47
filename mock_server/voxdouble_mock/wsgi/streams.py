"""The two directions of a socket: a buffered reader with a deadline, and a writer that copies nothing large.

cheroot's own reader runs in Python (``_pyio``), and its writer copies the whole rest of an answer at each send: 200
slow readers of 4 MB took 1.4 GB, with these 46 MB.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Small, since every silent connection has one; the larger reads of a body pass it by.
READ_BUFFER = 16 * 1024
# Up to this size a head and the piece after it are joined into one segment; beyond, a second send costs less.
JOIN_LIMIT = 16 * 1024


class ClientGone(ConnectionError):
    """The client closed, reset, or stopped reading for the server's timeout: nobody is there to answer."""


class _Source(io.RawIOBase):
    """What a socket receives, unbuffered, until a deadline."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self._sock = sock
        self._timeout = timeout
        self._deadline: float | None = None
        self._seconds = 0.0
        self.held = False

    def expect_within(self, seconds: float | None) -> None:
        self._seconds = seconds or 0.0
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        if self.held:
            return None
        stalled = f"stalled for {self._timeout:g} s"
        if self._deadline is None:
            return self._receive(buffer, self._timeout, stalled)
        left = self._deadline - time.monotonic()
        late = f"was not complete after {self._seconds:g} s"
        if left <= 0:
            raise TimeoutError(late)
        if left > self._timeout:
            return self._receive(buffer, self._timeout, stalled)
        return self._receive(buffer, left, late)

    def _receive(self, buffer: WriteableBuffer, timeout: float, complaint: str) -> int:
        clipped = timeout != self._timeout
        if clipped:
            self._sock.settimeout(timeout)
        try:
            return self._sock.recv_into(buffer)
        except TimeoutError:
            raise TimeoutError(complaint) from None
        finally:
            if clipped:
                self._sock.settimeout(self._timeout)


class Reader(io.BufferedReader):
    """The bytes that a client sends.

    Raises :class:`TimeoutError` after ``timeout`` seconds of silence, or at the deadline that ``expect_within`` sets;
    its message continues a sentence such as "The request body ...".
    """

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self._source = _Source(sock, timeout)
        super().__init__(self._source, READ_BUFFER)

    def expect_within(self, seconds: float | None) -> None:
        """Set the deadline of everything read from now on, in seconds of real time from now; None lifts it."""
        self._source.expect_within(seconds)

    def has_data(self) -> bool:
        """Say whether bytes wait in the buffer (a pipelined request); the socket is left to the selector."""
        self._source.held = True
        try:
            return bool(self.peek(1))
        finally:
            self._source.held = False


class Writer:
    """The bytes that go to a client; raises :class:`ClientGone` once nobody takes them.

    The socket's timeout is per send: a slow reader that makes progress is served to the end.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._head = b""
        self._holding = False

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep what is written meanwhile, to send it with the next piece in one segment."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

    def write(self, data: bytes) -> int:
        """Send ``data``, all of it."""
        if self._holding:
            self._head += data
            return len(data)
        head, self._head = self._head, b""
        try:
            if len(data) <= JOIN_LIMIT:
                self._send(head + data)
            else:
                self._send(head)
                self._send(data)
        except OSError as gone:
            raise ClientGone(*gone.args) from gone
        return len(data)

    def flush(self) -> None:
        """Send what was kept."""
        if self._head:
            self.write(b"")

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._sock.send(rest) :]

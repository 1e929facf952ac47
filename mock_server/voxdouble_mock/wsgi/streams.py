"""The two directions of a socket: a buffered reader with a deadline, and a writer that copies nothing large.

cheroot's own reader runs in Python (``_pyio``), and its writer copies the whole rest of a response at each send: 200
slow readers of 4 MB took 1.4 GB, and 46 MB with these classes.
"""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voxdouble_mock.real_time import monotonic

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Small, since every silent connection has one; the larger reads of a body bypass it.
READ_BUFFER = 16 * 1024
# Up to this size a head and the piece after it are joined into one segment; beyond, a second send costs less.
JOIN_LIMIT = 16 * 1024
HEAD_LIMIT = 64 * 1024
TLS_HANDSHAKE = b"\x16"
_BARE_LF = re.compile(rb"(?<!\r)\n")


class ClientGone(ConnectionError):
    """The client closed or reset the connection, read nothing for the timeout, or read slowly like too many others."""


class _Source(io.RawIOBase):
    """The received bytes of a socket, unbuffered, until a deadline."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self.sock = sock
        self.timeout = timeout
        self._deadline: float | None = None
        self._seconds = 0.0
        self.blocked = False
        self.early = bytearray()
        """The bytes that the selector's thread received before a worker thread reads them."""

    def expect_within(self, seconds: float | None, since: float | None) -> None:
        self._seconds = seconds or 0.0
        self._deadline = None if seconds is None else (monotonic() if since is None else since) + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        if self.early:
            view = memoryview(buffer)
            count = min(len(view), len(self.early))
            view[:count] = self.early[:count]
            del self.early[:count]
            return count
        if self.blocked:
            return None
        stalled = f"stalled for {self.timeout:g} s"
        if self._deadline is None:
            return self._receive(buffer, self.timeout, stalled)
        left = self._deadline - monotonic()
        too_late = f"was not complete after {self._seconds:g} s"
        if left <= 0:
            raise TimeoutError(too_late)
        if left > self.timeout:
            return self._receive(buffer, self.timeout, stalled)
        return self._receive(buffer, left, too_late)

    def _receive(self, buffer: WriteableBuffer, timeout: float, reason: str) -> int:
        shortened = timeout != self.timeout
        if shortened:
            self.sock.settimeout(timeout)
        try:
            return self.sock.recv_into(buffer)
        except TimeoutError:
            raise TimeoutError(reason) from None
        finally:
            if shortened:
                self.sock.settimeout(self.timeout)


class Reader(io.BufferedReader):
    """The bytes that a client sends.

    Raises :class:`TimeoutError` after ``timeout`` seconds without a byte, or at the deadline that ``expect_within``
    sets; its message continues a sentence such as "The request body ...".
    """

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self._source = _Source(sock, timeout)
        super().__init__(self._source, READ_BUFFER)

    def expect_within(self, seconds: float | None, since: float | None = None) -> None:
        """Set the deadline of all later reads, in seconds from now or from an earlier instant; None removes it."""
        self._source.expect_within(seconds, since)

    def receive(self) -> bool:
        """Keep the bytes that have arrived on a readable socket; return whether they end a head, see `holds_head`."""
        source = self._source
        checked = len(source.early)
        try:
            received = source.sock.recv(READ_BUFFER)
        except OSError:
            return True  # a thread gets the same error
        source.early += received
        return not received or self._ends_head(checked)

    def holds_head(self) -> bool:
        """Return whether a thread can read a head, or the reason to refuse one, from the bytes received so far."""
        if buffered := self._buffered():
            self._source.early[:0] = self.read1(len(buffered))
        return self._ends_head(0)

    def _ends_head(self, start: int) -> bool:
        early = self._source.early
        return (
            early.find(b"\n\r\n", max(0, start - 2)) >= 0
            or len(early) > HEAD_LIMIT
            or early[:1] == TLS_HANDSHAKE
            or _BARE_LF.search(early, start) is not None
        )

    def _buffered(self) -> bytes:
        early, self._source.early, self._source.blocked = self._source.early, bytearray(), True
        try:
            return self.peek(1)
        finally:
            self._source.early, self._source.blocked = early, False

    def has_data(self) -> bool:
        """Return whether the buffer holds bytes (a pipelined request); the socket is not read."""
        self._source.blocked = True
        try:
            return bool(self.peek(1))
        finally:
            self._source.blocked = False


class Writer:
    """The bytes that are sent to a client; raises :class:`ClientGone` once the client does not read them.

    The socket's timeout is for each send: a slow reader that makes progress is served to the end. A large response
    that does not fit into the socket's buffer needs a slot of ``waiting`` until it is sent; without a free slot it is
    cut.
    """

    def __init__(self, sock: socket.socket, waiting: threading.Semaphore) -> None:
        self._sock = sock
        self._waiting = waiting
        self._head = b""
        self._holding = False
        self.has_slot = False
        """Whether the thread has a slot of ``waiting``."""

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep the bytes written inside the block, to send them with the next piece in one segment."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

    def write(self, data: bytes) -> int:
        """Send all of ``data``."""
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
        except OSError as error:
            raise ClientGone(*error.args) from error
        return len(data)

    def flush(self) -> None:
        """Send the kept bytes."""
        if self._head:
            self.write(b"")

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        if len(rest) <= JOIN_LIMIT or self.has_slot:
            self._send_all(rest)
            return
        timeout = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            rest = rest[self._sock.send(rest) :]
        except BlockingIOError:
            pass
        finally:
            self._sock.settimeout(timeout)
        if not rest:
            return
        if not self._waiting.acquire(blocking=False):
            raise ClientGone("too many clients read slowly")
        try:
            self._send_all(rest)
        finally:
            self._waiting.release()

    def _send_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[self._sock.send(rest) :]

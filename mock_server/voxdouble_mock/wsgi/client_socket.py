"""One client's socket with its reader and writer, and the faults that the application may order for a response."""

from __future__ import annotations

import select
import socket
import struct
import sys
import threading
from contextlib import suppress
from functools import cached_property

from voxdouble_mock.real_time import monotonic
from voxdouble_mock.wsgi.listening import plain_address
from voxdouble_mock.wsgi.streams import Reader, Writer

# SO_LINGER on, for 0 s: close() sends RST. Two shorts on Windows, two ints elsewhere.
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

LEAVING_SECONDS = 1.0
"""The seconds from a client's FIN until it counts as gone.

A client that has only stopped sending still gets the response if the work ends within this time.
"""


class ClientSocket:
    """A client's socket; implements :class:`voxdouble_mock.wsgi.protocol.Connection`."""

    def __init__(
        self, sock: socket.socket, timeout: float, stopping: threading.Event, waiting: threading.Semaphore
    ) -> None:
        self.socket = sock
        self.rfile = Reader(sock, timeout)
        self.wfile = Writer(sock, waiting)
        self.head_since: float | None = None
        """The instant at which the first byte of an incomplete head arrived; None without an incomplete head."""
        self.silenced = False
        """Whether nothing more is sent to the client."""
        self.cut: tuple[int, bool] | None = None
        """The bytes of the response's body after which the connection ends, and whether it ends with a reset."""
        self.declared_length: int | None = None
        self._stopping = stopping
        self._waiting = waiting
        self._left_since: float | None = None
        self._grace = LEAVING_SECONDS

    @cached_property
    def reached_address(self) -> tuple[str, str]:
        """The address and port that the client reached, never a wildcard."""
        host, port = self.socket.getsockname()[:2]
        return plain_address(host), str(port)

    def receive_head(self) -> bool:
        """Receive from a readable socket; return whether a thread can read the head, or refuse it."""
        if self.head_since is None:
            self.head_since = monotonic()
        return self.rfile.receive()

    def holds_head(self) -> bool:
        """Return whether a thread can read the head, or refuse it, from the bytes received so far."""
        if self.head_since is None and self.rfile.has_data():
            self.head_since = monotonic()
        return self.rfile.holds_head()

    def sends_head_within(self, seconds: float) -> bool:
        """Return whether the client sends a head within some seconds; on Windows, whether it has sent one already."""
        if sys.platform == "win32" or self.rfile.has_data():
            return self.holds_head()
        waiting = select.poll()  # select.select() does not take descriptors from 1024 on
        waiting.register(self.socket, select.POLLIN)
        return bool(waiting.poll(1000 * seconds)) and self.receive_head()

    def set_body_deadline(self, seconds: float) -> None:
        """See the protocol."""
        self.rfile.expect_within(seconds)

    def wait(self, seconds: float) -> bool:
        """See the protocol."""
        if self.wfile.has_slot:
            return not self._stopping.wait(seconds)
        if not self._waiting.acquire(blocking=False):
            self.close_without_response()
            return False
        try:
            return not self._stopping.wait(seconds)
        finally:
            self._waiting.release()

    def has_left(self) -> bool:
        """See the protocol."""
        if self._left_since is None and self._has_ended():
            self._left_since = monotonic()
        return self._left_since is not None and monotonic() - self._left_since >= self._grace

    def _has_ended(self) -> bool:
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:  # reset
            self._grace = 0.0
            return True
        finally:
            self.socket.settimeout(timeout)

    def close_without_response(self) -> None:
        """See the protocol."""
        self.silenced = True
        self.end_writing()

    def reset(self) -> None:
        """See the protocol."""
        self.silenced = True
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.socket.close()

    def send_raw(self, data: bytes) -> None:
        """See the protocol."""
        try:
            self.wfile.write(data)
        finally:
            self.close_without_response()

    def cut_response(self, after: int, *, reset: bool = False) -> None:
        """See the protocol."""
        self.cut = (after, reset)

    def declare_length(self, length: int) -> None:
        """See the protocol."""
        self.declared_length = length

    def end_writing(self) -> None:
        """Send the buffered bytes and FIN; the client can still send."""
        with suppress(OSError):
            self.wfile.flush()
            self.socket.shutdown(socket.SHUT_WR)

    def abandon(self) -> None:
        """End both directions at once, from any thread: a thread that waits for this client wakes up."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

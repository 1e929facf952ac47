"""One client's connection: its requests in turn, faults on command, and an end that loses no answer."""

from __future__ import annotations

import socket
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from voxdouble_mock.wsgi.protocol import BadChunking, BodyCut, BodyTooSlow
from voxdouble_mock.wsgi.request import Request
from voxdouble_mock.wsgi.streams import ClientGone, Reader, Writer

if TYPE_CHECKING:
    from voxdouble_mock.wsgi.engine import Engine

DRAIN_SECONDS = 2.0
# SO_LINGER on, for 0 s: close() sends RST. Two shorts on Windows, two ints elsewhere.
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ClientConnection:
    """What cheroot calls a connection, and what :class:`voxdouble_mock.wsgi.protocol.Connection` promises.

    Not derived from cheroot's: every method of that would be replaced, and each instance holds itself in a cycle.
    """

    remote_addr: str | None = None  # these three are set by cheroot's ConnectionManager
    remote_port: int | None = None
    ssl_env: dict[str, str] | None = None
    last_used: float | None = None
    """Wall-clock time at which it last became idle; None while it never was. Set by cheroot."""

    def __init__(self, server: Engine, sock: socket.socket, _makefile: object) -> None:
        self.server = server
        self.socket = sock
        self.rfile = Reader(sock, server.timeout)
        self.wfile = Writer(sock)
        self.silenced = False
        """Nothing more goes to the client."""
        self.cut: tuple[int, bool] | None = None
        """Bytes of the answer's body until the connection ends, and whether by a reset."""
        self.declared_length: int | None = None
        self._request: Request | None = None

    def communicate(self) -> bool:
        """Answer one request; say whether the connection may serve another."""
        request = self._request = Request(self.server, self)
        try:
            if not self._read_head(request):
                return False
            self._respond(request)
        except ClientGone:
            self.silenced = True
        if request.close_connection or self.silenced:
            return False
        self._request = None  # an idle connection holds no buffers
        return True

    def _read_head(self, request: Request) -> bool:
        try:
            request.parse_request()
        except ClientGone:
            raise
        except OSError as broken:
            raise ClientGone(*broken.args) from broken
        return request.ready

    def _respond(self, request: Request) -> None:
        try:
            request.respond()
        except ClientGone:
            raise
        except (BodyCut, BodyTooSlow, BadChunking) as fault:
            if not request.sent_headers:
                request.refuse(str(fault))
            request.close_connection = True
        except BaseException as error:  # an application's bug, its sys.exit() too, must not end the server
            self.server.log.error("The application failed to answer %r.", request.uri, exc_info=error)
            if not (request.sent_headers or self.silenced):
                request.answer(b"500 Internal Server Error")
            request.close_connection = True

    def set_body_deadline(self, seconds: float) -> None:
        """See the protocol."""
        self.rfile.expect_within(seconds)

    def wait(self, seconds: float) -> bool:
        """See the protocol."""
        return not self.server.stopping.wait(seconds)

    def close_without_answer(self) -> None:
        """See the protocol."""
        self.silenced = True
        self._end_writing()

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
            self.close_without_answer()

    def cut_answer(self, after: int, *, reset: bool = False) -> None:
        """See the protocol."""
        self.cut = (after, reset)

    def declare_length(self, length: int) -> None:
        """See the protocol."""
        self.declared_length = length

    def close(self) -> None:
        """End the connection so that the client can still read its answer (RFC 9112 section 9.6).

        Closing a socket with unread bytes in it sends a reset, which can destroy the answer on its way. So: end the
        writing, take and drop what still comes for at most two seconds, close.
        """
        if self._request is not None and (not self._request.whole or self.rfile.has_data()):
            self._drain()
        self.server.connections.discard(self)
        self.socket.close()

    def abandon(self) -> None:
        """End both directions at once, from any thread: whoever waits for this client wakes up."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def _drain(self) -> None:
        scrap = bytearray(64 * 1024)
        end = time.monotonic() + DRAIN_SECONDS
        try:
            self._end_writing()
            while (left := end - time.monotonic()) > 0 and self.server.may_drain:
                self.socket.settimeout(left)
                if not self.socket.recv_into(scrap):
                    return
        except OSError:
            return

    def _end_writing(self) -> None:
        with suppress(OSError):
            self.wfile.flush()
            self.socket.shutdown(socket.SHUT_WR)

"""One client's connection: its requests in turn, faults on command, and an end that loses no answer."""

from __future__ import annotations

import socket
import time

from voxdouble_mock.wsgi.client_socket import ClientSocket
from voxdouble_mock.wsgi.context import ServerContext
from voxdouble_mock.wsgi.protocol import BadChunking, BodyCut, BodyTooSlow
from voxdouble_mock.wsgi.request import Request
from voxdouble_mock.wsgi.streams import ClientGone

DRAIN_SECONDS = 2.0


class ClientConnection(ClientSocket):
    """What cheroot calls a connection.

    Not derived from cheroot's: every method of that would be replaced, and each instance holds itself in a cycle.
    """

    remote_addr: str | None = None  # these three are set by cheroot's ConnectionManager
    remote_port: int | None = None
    ssl_env: dict[str, str] | None = None
    last_used: float | None = None
    """Wall-clock time at which it last became idle; None while it never was. Set by cheroot."""

    def __init__(self, server: ServerContext, sock: socket.socket, _makefile: object) -> None:
        super().__init__(sock, server.timeout, server.stopping)
        self.server = server
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

    def close(self) -> None:
        """End the connection so that the client can still read its answer (RFC 9112 section 9.6).

        Closing a socket with unread bytes in it sends a reset, which can destroy the answer on its way. So: end the
        writing, take and drop what still comes for at most two seconds, close.
        """
        if self._request is not None and (not self._request.whole or self.rfile.has_data()):
            self._drain()
        self.server.forget(self)
        self.socket.close()

    def _drain(self) -> None:
        scrap = bytearray(64 * 1024)
        end = time.monotonic() + DRAIN_SECONDS
        try:
            self.end_writing()
            while (left := end - time.monotonic()) > 0 and self.server.may_drain:
                self.socket.settimeout(left)
                if not self.socket.recv_into(scrap):
                    return
        except OSError:
            return

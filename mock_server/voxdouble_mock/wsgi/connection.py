"""One client's connection: responds to its requests in turn, and closes so that no response is lost."""

from __future__ import annotations

import socket

from voxdouble_mock.real_time import monotonic
from voxdouble_mock.wsgi.client_socket import ClientSocket
from voxdouble_mock.wsgi.context import ServerContext
from voxdouble_mock.wsgi.protocol import BadChunking, BodyCut, BodyTooSlow
from voxdouble_mock.wsgi.request import Request
from voxdouble_mock.wsgi.streams import ClientGone

DRAIN_SECONDS = 2.0


class ClientConnection(ClientSocket):
    """The connection class of the server, in place of cheroot's.

    It is not derived from cheroot's class: every method would be replaced, and instances of that class form reference
    cycles.
    """

    remote_addr: str | None = None  # these three are set by cheroot's ConnectionManager
    remote_port: int | None = None
    ssl_env: dict[str, str] | None = None
    last_used: float | None = None
    """The instant of the monotonic clock at which it last became idle, or None if it never was; set by `Selection`."""

    def __init__(self, server: ServerContext, sock: socket.socket, _makefile: object) -> None:
        super().__init__(sock, server.timeout, server.stopping, server.waiting)
        self.server = server
        self._request: Request | None = None

    @property
    def waiting_since(self) -> float:
        """The instant since which an idle connection waits for a head, or for the rest of a head."""
        return self.head_since if self.head_since is not None else self.last_used or 0.0

    def communicate(self) -> bool:
        """Respond to one request; return whether the connection may serve another."""
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
        except OSError as error:
            raise ClientGone(*error.args) from error
        return request.ready

    def _respond(self, request: Request) -> None:
        self.wfile.has_slot = not request.complete and self.server.waiting.acquire(blocking=False)
        try:
            if request.complete or self.wfile.has_slot:
                request.respond()
            else:  # the other threads are kept for health and polls
                request.refuse_for_lack_of_threads()
        except ClientGone:
            raise
        except (BodyCut, BodyTooSlow, BadChunking) as error:
            if not request.sent_headers:
                request.refuse(str(error))
            request.close_connection = True
        except BaseException as error:  # a bug or a sys.exit() of the application must not end the server
            self.server.log.error("The application failed to respond to %r.", request.path, exc_info=error)
            if not (request.sent_headers or self.silenced):
                request.respond_directly(b"500 Internal Server Error")
            request.close_connection = True
        finally:
            if self.wfile.has_slot:
                self.wfile.has_slot = False
                self.server.waiting.release()

    def close(self) -> None:
        """Close the connection so that the client can still read its response (RFC 9112 section 9.6).

        Closing a socket with unread bytes sends a reset, and a reset can destroy a response in transit. So send FIN,
        read and discard the remaining bytes for at most two seconds, then close.
        """
        if self._request is not None and (not self._request.complete or self.rfile.has_data()):
            self._drain()
        self.server.forget(self)
        self.abandon()  # close() alone sends nothing while a forked child of this process has the socket open too
        self.socket.close()

    def _drain(self) -> None:
        discarded = bytearray(64 * 1024)
        end = monotonic() + DRAIN_SECONDS
        try:
            self.end_writing()
            while (left := end - monotonic()) > 0 and self.server.may_drain:
                self.socket.settimeout(left)
                if not self.socket.recv_into(discarded):
                    return
        except OSError:
            return

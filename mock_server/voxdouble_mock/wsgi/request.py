"""One request on a connection: reads its head, calls the application, and frames the response."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache

from cheroot.server import HTTPRequest

from voxdouble_mock.real_time import real_now
from voxdouble_mock.wsgi.body import Body, ChunkedBody, SizedBody
from voxdouble_mock.wsgi.client_socket import ClientSocket
from voxdouble_mock.wsgi.context import ServerContext
from voxdouble_mock.wsgi.head import BadHead, read_head
from voxdouble_mock.wsgi.streams import Writer

PROTECTION = {b"X-Content-Type-Options": b"nosniff", b"Cross-Origin-Resource-Policy": b"same-origin"}
"""With these headers a browser neither reinterprets a response nor shares it with another origin (P4)."""
BODYLESS = {b"204", b"304"}
RETRY_AFTER = b"1"
"""The `Retry-After` of a 503 for lack of threads or connections, in seconds (C28); these become free soon."""


@lru_cache(maxsize=1)
def http_date(second: int) -> bytes:
    """Return the value of the header Date for a second since the epoch, made once for all responses of that second."""
    return formatdate(second, usegmt=True).encode()


class ContinueOnRead:
    """Sends "100 Continue" to a client that waits for it, when the application first reads (RFC 9110 section 10.1.1).

    cheroot sends it at once. Then a client uploads its body before it learns that its request is refused.
    """

    def __init__(self, writer: Writer, *, pending: bool) -> None:
        self._writer = writer
        self.pending = pending

    def __call__(self) -> None:
        """Send it, once, and not after the response has begun."""
        if self.pending:
            self.pending = False
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")


class Request(HTTPRequest):
    """A request, and the framing of its response.

    :mod:`head` and :mod:`body` replace cheroot's parsing: cheroot uses the last of two lengths, accepts a
    Transfer-Encoding beside a length, and refuses in plain text. Its framing of responses is kept.
    """

    server: ServerContext
    conn: ClientSocket
    body: Body | None = None
    status: bytes  # type: ignore[assignment]  # cheroot's stub says str

    def __init__(self, server: ServerContext, conn: ClientSocket) -> None:
        super().__init__(server, conn)
        self._continue = ContinueOnRead(conn.wfile, pending=False)

    def parse_request(self) -> None:
        """Read the head; ``ready`` is set if there is a request to respond to."""
        self.conn.rfile.expect_within(self.server.timeout, self.conn.head_since)
        try:
            head = read_head(self.conn.rfile)
        except BadHead as error:
            self.refuse(str(error))
            return
        except TimeoutError as error:
            self.refuse(f"The request's head {error}.")
            return
        finally:
            self.conn.rfile.expect_within(None)
            self.conn.head_since = None
        if head is None:
            return
        self.uri, self.method, self.path, self.qs = head.target, head.method, head.path, head.query
        self.request_protocol = b"HTTP/%d.%d" % head.version
        self.response_protocol = self.request_protocol.decode()
        self.inheaders = head.headers
        self.close_connection = not head.keeps_alive
        self._continue = ContinueOnRead(self.conn.wfile, pending=head.awaits_continue)
        self.chunked_read = head.length is None
        if head.length is None:
            self.body = ChunkedBody(self.conn.rfile, self._continue)
        else:
            self.body = SizedBody(self.conn.rfile, self._continue, head.length)
        self.rfile = self.body.stream()
        self.ready = True

    def respond(self) -> None:
        """Call the application, and end its response."""
        self.server.gateway(self).respond()
        if self.conn.silenced:
            return
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")
        self.conn.wfile.flush()

    @property
    def complete(self) -> bool:
        """Whether the request has been read to its end."""
        return self.body is not None and self.body.done

    @property
    def may_have_body(self) -> bool:
        """Whether bytes may follow the response's head (RFC 9112 section 6.3)."""
        return self.method != b"HEAD" and self.status[:3] not in BODYLESS

    def refuse(self, message: str) -> None:
        """Respond with 400 without calling the application (C7)."""
        self.respond_directly(b"400 Bad Request", self.server.refuse(message), {b"Content-Type": b"application/json"})

    def refuse_for_lack_of_threads(self) -> None:
        """Respond with 503 without calling the application (C28)."""
        headers = {b"Content-Type": b"application/json", b"Retry-After": RETRY_AFTER}
        self.respond_directly(b"503 Service Unavailable", self.server.overloaded, headers)

    def respond_directly(self, status: bytes, body: bytes = b"", headers: Mapping[bytes, bytes] | None = None) -> None:
        """Send a response without calling the application, and end the connection."""
        self.method = b""
        self.status = status
        framing = {b"Content-Length": b"%d" % len(body), b"Connection": b"close"}
        self.outheaders = [*(headers or {}).items(), *PROTECTION.items(), *framing.items()]
        self.close_connection = True
        self.ensure_headers_sent()
        self.conn.wfile.write(body)

    def send_headers(self) -> None:
        """Send the response's head together with its first bytes."""
        self._continue.pending = False
        if not self.complete or self._application_closes():
            # Else cheroot would parse the rest of the body as the next request. The connection discards it instead.
            self.close_connection = True
        if not any(name.lower() == b"date" for name, _ in self.outheaders):  # cheroot would read the wall clock
            self.outheaders.append((b"Date", http_date(real_now() // 1000)))
        with self.conn.wfile.holding():
            super().send_headers()

    def _application_closes(self) -> bool:
        return any(name.lower() == b"connection" and b"close" in value.lower() for name, value in self.outheaders)

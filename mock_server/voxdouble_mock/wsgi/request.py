"""One request on a connection: read its head, let the application answer, frame that answer."""

from __future__ import annotations

from collections.abc import Mapping

from cheroot.server import HTTPRequest

from voxdouble_mock.wsgi.body import Body, ChunkedBody, SizedBody
from voxdouble_mock.wsgi.client_socket import ClientSocket
from voxdouble_mock.wsgi.context import ServerContext
from voxdouble_mock.wsgi.head import BadHead, read_head
from voxdouble_mock.wsgi.streams import Writer

BODYLESS = {b"204", b"304"}


class ContinueOnRead:
    """Asks a client that waits for it to send its body, when the application first reads (RFC 9110 section 10.1.1).

    cheroot asks at once, so that a refusal comes after the upload.
    """

    def __init__(self, writer: Writer, *, pending: bool) -> None:
        self._writer = writer
        self.pending = pending

    def __call__(self) -> None:
        """Ask, once, and not after the answer has begun."""
        if self.pending:
            self.pending = False
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")


class Request(HTTPRequest):
    """A request, and the framing of its answer.

    cheroot's parsing is replaced by :mod:`head` and :mod:`body`, since it takes the last of two lengths, lets a
    Transfer-Encoding beside a length through, and refuses in plain text; its framing of answers is kept.
    """

    server: ServerContext
    conn: ClientSocket
    body: Body | None = None
    status: bytes  # type: ignore[assignment]  # cheroot's stub says str

    def __init__(self, server: ServerContext, conn: ClientSocket) -> None:
        super().__init__(server, conn)
        self._invitation = ContinueOnRead(conn.wfile, pending=False)

    def parse_request(self) -> None:
        """Read the head; ``ready`` says whether there is a request to answer."""
        self.conn.rfile.expect_within(self.server.timeout)
        try:
            head = read_head(self.conn.rfile)
        except BadHead as error:
            self.refuse(str(error))
            return
        except TimeoutError as late:
            self.refuse(f"The request's head {late}.")
            return
        finally:
            self.conn.rfile.expect_within(None)
        if head is None:
            return
        self.uri, self.method, self.path, self.qs = head.target, head.method, head.path, head.query
        self.request_protocol = b"HTTP/%d.%d" % head.version
        self.response_protocol = self.request_protocol.decode()
        self.inheaders = head.headers
        self.close_connection = not head.keeps_alive
        self._invitation = ContinueOnRead(self.conn.wfile, pending=head.awaits_continue)
        self.chunked_read = head.length is None
        if head.length is None:
            self.body = ChunkedBody(self.conn.rfile, self._invitation)
        else:
            self.body = SizedBody(self.conn.rfile, self._invitation, head.length)
        self.rfile = self.body.stream()
        self.ready = True

    def respond(self) -> None:
        """Let the application answer, and end the answer."""
        self.server.gateway(self).respond()
        if self.conn.silenced:
            return
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")
        self.conn.wfile.flush()

    @property
    def whole(self) -> bool:
        """Whether nothing of the request is left unread."""
        return self.body is not None and self.body.done

    @property
    def has_answer_body(self) -> bool:
        """Whether bytes may follow the answer's head (RFC 9112 section 6.3)."""
        return self.method != b"HEAD" and self.status[:3] not in BODYLESS

    def refuse(self, message: str) -> None:
        """Answer 400 in the application's stead (C7)."""
        self.answer(b"400 Bad Request", self.server.refuse(message), {b"Content-Type": b"application/json"})

    def answer(self, status: bytes, body: bytes = b"", headers: Mapping[bytes, bytes] | None = None) -> None:
        """Answer without the application, and end the connection."""
        self.method = b""
        self.status = status
        framing = {b"Content-Length": b"%d" % len(body), b"Connection": b"close"}
        self.outheaders = [*(headers or {}).items(), *framing.items()]
        self.close_connection = True
        self.ensure_headers_sent()
        self.conn.wfile.write(body)

    def send_headers(self) -> None:
        """Send the answer's head together with its first bytes."""
        self._invitation.pending = False
        if not self.whole or self._application_closes():
            # Else cheroot would take the rest of the body for the next request. The connection drains it instead.
            self.close_connection = True
        with self.conn.wfile.holding():
            super().send_headers()

    def _application_closes(self) -> bool:
        return any(name.lower() == b"connection" and b"close" in value.lower() for name, value in self.outheaders)

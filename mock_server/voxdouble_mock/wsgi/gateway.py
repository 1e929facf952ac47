"""The gateway between a request and the WSGI application (PEP 3333)."""

from __future__ import annotations

from typing import Any

from cheroot.wsgi import Gateway_10

from voxdouble_mock.wsgi.listening import plain_address
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY
from voxdouble_mock.wsgi.request import Request


class Gateway(Gateway_10):
    """cheroot's gateway, with an environ like other servers' and the faults that the application ordered."""

    req: Request

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # the stub gives the abstract method's None
        """Return the environ of the request."""
        request = self.req
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        if not request.chunked_read:
            del environ["wsgi.input_terminated"]  # Flask checks the key's presence, not its value
        environ["SERVER_NAME"], environ["SERVER_PORT"] = request.conn.reached_address
        environ[ENVIRON_KEY] = request.conn
        environ["REMOTE_ADDR"] = plain_address(environ.get("REMOTE_ADDR") or "")
        return environ

    def respond(self) -> None:
        """Call the application and send its response."""
        request = self.req
        response = request.server.app(self.env, self.start_response)
        try:
            for chunk in response:
                if chunk:
                    self.write(chunk)
            self._finish()
        finally:
            if hasattr(response, "close"):
                response.close()

    def write(self, chunk: bytes) -> None:
        """Send one piece of the response's body."""
        request, connection = self.req, self.req.conn
        if self.remaining_bytes_out is not None and connection.declared_length is None:
            self.remaining_bytes_out -= len(chunk)
            if self.remaining_bytes_out < 0:
                raise ValueError("The application sent more bytes than its Content-Length declares.")
        self._send_head()
        if connection.silenced or not request.may_have_body:
            return
        if connection.cut is None:
            request.write(chunk)
        else:
            self._write_until_cut(chunk, *connection.cut)

    def _write_until_cut(self, chunk: bytes, left: int, reset: bool) -> None:  # noqa: FBT001 (unpacked)
        if left:
            self.req.write(chunk[:left])
        self.req.conn.cut = left - len(chunk), reset
        if len(chunk) >= left:
            self._end_connection(reset=reset)

    def _finish(self) -> None:
        connection = self.req.conn
        if self.remaining_bytes_out and self.req.may_have_body and connection.declared_length is None:
            raise ValueError("The application sent fewer bytes than its Content-Length declares.")
        self._send_head()
        if connection.cut is not None and not connection.silenced:
            self._end_connection(reset=connection.cut[1])

    def _send_head(self) -> None:
        request, connection = self.req, self.req.conn
        if connection.silenced or request.sent_headers:
            return
        if not self.started_response:
            raise RuntimeError("The application returned a body without calling start_response.")
        if connection.declared_length is not None:
            framing = (b"content-length", b"transfer-encoding")
            kept = [header for header in request.outheaders if header[0].lower() not in framing]
            request.outheaders = [*kept, (b"Content-Length", b"%d" % connection.declared_length)]
            request.close_connection = True
        request.ensure_headers_sent()

    def _end_connection(self, *, reset: bool) -> None:
        connection = self.req.conn
        connection.wfile.flush()
        if reset:
            connection.reset()
        else:
            connection.close_without_response()

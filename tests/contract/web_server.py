"""Web servers of another kind than an appliance."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import make_server

PAGE = ("<html>It works!</html>", "text/html")
OTHERS = {
    "a page for every path": (200, *PAGE),
    "a page for no path": (404, *PAGE),
    "another JSON API": (404, json.dumps({"detail": "Not Found"}), "application/json"),
    "JSON that is an array": (200, "[1, 2]", "application/json"),
    "redirects": (302, "", "text/plain"),
}


class WebServer:
    """A web server with one response for all requests."""

    def __init__(self, status: int, body: str, content_type: str) -> None:
        self.response = Response(body, status, content_type=content_type)
        self.requests = 0

    @contextmanager
    def serving(self, context: ssl.SSLContext | None = None) -> Iterator[int]:
        """Serve on a free port, which is yielded."""

        @Request.application
        def app(request: Request) -> Response:
            request.get_data()
            self.requests += 1
            return self.response

        server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

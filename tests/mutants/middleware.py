"""WSGI middleware that makes an appliance faulty: it changes requests or responses."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REASONS = {200: "OK", 202: "Accepted"}
TASKS, CONTROL = "/api/technology/", "/_mock/"


@dataclass
class Request:
    """A request that reached the appliance."""

    environ: "WSGIEnvironment"

    @property
    def method(self) -> str:
        """The method."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """The path."""
        return str(self.environ["PATH_INFO"])

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(parse_qsl(self.environ.get("QUERY_STRING", ""), keep_blank_values=True))

    def ask(self, **parameters: str | None) -> None:
        """Set parameters of the query; a value of None removes one."""
        query = {**self.query, **parameters}
        self.environ["QUERY_STRING"] = urlencode({name: value for name, value in query.items() if value is not None})

    def header(self, name: str) -> str | None:
        """Return the value of a header."""
        key = name.upper().replace("-", "_")
        return self.environ.get(key if key.startswith("CONTENT_") else f"HTTP_{key}")

    def read(self) -> bytes:
        """Return the whole body, which can be read again."""
        body: bytes = self.environ["wsgi.input"].read(int(self.environ.get("CONTENT_LENGTH") or 0))
        self.replace(body)
        return body

    def replace(self, body: bytes) -> None:
        """Replace the body."""
        self.environ["wsgi.input"] = io.BytesIO(body)
        self.environ["CONTENT_LENGTH"] = str(len(body))


@dataclass
class Response:
    """A response before it is sent; a change modifies it in place."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON in the body, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value).encode()

    @property
    def task(self) -> dict[str, Any]:
        """The member `task` of the body; empty if it is missing."""
        body = self.json
        found = body.get("task") if isinstance(body, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def state(self) -> object:
        """The task's state."""
        return self.task.get("state")


Wrap = Callable[["WSGIApplication"], "WSGIApplication"]
ResponseChange = Callable[[Request, Response], None]
RequestChange = Callable[[Request], None]


def changing_responses(change: ResponseChange) -> Wrap:
    """Return middleware that changes responses, except those of the control routes."""

    def wrap(app: "WSGIApplication") -> "WSGIApplication":
        def faulty(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if CONTROL in environ["PATH_INFO"]:
                return app(environ, start_response)
            request = Request(environ)
            response = call(app, environ)
            change(request, response)
            return send(response, start_response)

        return faulty

    return wrap


def changing_requests(change: RequestChange) -> Wrap:
    """Return middleware that changes requests before the application reads them."""

    def wrap(app: "WSGIApplication") -> "WSGIApplication":
        def faulty(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if CONTROL not in environ["PATH_INFO"]:
                change(Request(environ))
            return app(environ, start_response)

        return faulty

    return wrap


def call(app: "WSGIApplication", environ: "WSGIEnvironment") -> Response:
    """Return the application's response."""
    started: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        started.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))
        return lambda _: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Response(started["status"], started["headers"], body)


def send(response: Response, start_response: "StartResponse") -> Iterable[bytes]:
    """Send a changed response."""
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    start_response(f"{response.status} {REASONS.get(response.status, 'Changed')}", list(headers.items()))
    return [response.body]

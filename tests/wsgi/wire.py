"""A client that sends exactly the given bytes, and applications for the server under test."""

import io
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pytest

from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


PATIENCE = 10.0
"""Seconds for which a test waits at most."""
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@dataclass(frozen=True)
class Response:
    """A received response. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


class Wire:
    """One connection to a server."""

    def __init__(self, address: tuple[str, int], *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Send these pieces."""
        self.socket.sendall(b"".join(pieces))

    def end(self, *, reset: bool = False) -> None:
        """Close this side of the connection with FIN, or reset it (RST)."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._file.close()
            self.socket.close()
        else:
            self.socket.shutdown(socket.SHUT_WR)

    def response(self) -> Response:
        """Read one response, framed as its head declares."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().rstrip(b"\r\n")) != b"":
            name, _, value = line.decode("latin-1").partition(": ")
            headers[name.lower()] = value
        return Response(status, headers, self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return b"".join(self._chunks())
        if "content-length" in headers:
            return self._file.read(int(headers["content-length"]))
        return self._file.read()

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._file.readline(), 16):
            yield self._file.read(size)
            assert self._file.read(2) == b"\r\n"
        assert self._file.readline() == b"\r\n"

    def rest(self) -> bytes:
        """Read until the server closes the connection."""
        return self._file.read()

    def line(self) -> bytes:
        """Read one line."""
        return self._file.readline()

    def take(self, count: int) -> bytes:
        """Read this number of bytes."""
        return self._file.read(count)

    def is_silent(self, seconds: float) -> bool:
        """Return whether the server neither sends nor closes for this time."""
        return not select.select([self.socket], [], [], seconds)[0]


def post(body: bytes, *headers: str) -> bytes:
    """Return a POST with a Content-Length."""
    lines = ["POST /upload HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a body in these chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


CHUNKED_HEAD = b"POST /upload HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


def refuse(message: str) -> bytes:
    """Return the body of a refusal."""
    return json.dumps({"type": "request.invalid", "message": message}).encode()


def responding(make: Callable[["WSGIEnvironment"], Any]) -> "WSGIApplication":
    """Return an application that responds with the value of a function of the environ: bytes, or else JSON."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        value = make(environ)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return app


def environ_texts(environ: "WSGIEnvironment") -> dict[str, str]:
    """Return the entries of the environ that are texts."""
    return {name: value for name, value in environ.items() if isinstance(value, str)}


APP = responding(environ_texts)
"""The application for tests of the server alone."""


def body_result(environ: "WSGIEnvironment") -> dict[str, Any]:
    """Read the body, and return its length or the error that it raised."""
    stream: io.BufferedReader = environ["wsgi.input"]
    try:
        return {"length": len(stream.read())}
    except (OSError, ValueError) as error:
        return {"error": type(error).__name__, "message": str(error)}


def wait_until_refused(address: tuple[str, int]) -> None:
    """Wait until a server accepts no more connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with Wire(address) as wire:
                wire.is_silent(0.01)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue
    raise AssertionError(f"{address} still accepts connections after {PATIENCE:g} s")


def wait_for_connections(server: HttpServer, number: int) -> None:
    """Wait until this number of connections is open at the server."""
    wait_until(lambda: len(server.connections) == number)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "The condition does not hold in time."
        time.sleep(0.001)


def workers() -> int:
    """Return the number of worker threads."""
    return sum(thread.name.startswith("voxdouble-worker") for thread in threading.enumerate())


def sending(*pieces: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> "WSGIApplication":
    """Return an application that responds in these pieces."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, [*headers])
        return iter(pieces)

    return app


def has_ipv6() -> bool:
    """Return whether this machine has the IPv6 loopback."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")

"""A client that says exactly what it is told to, byte for byte, and applications to say it to."""

import io
import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE = 10.0
"""Seconds after which a test that waits has failed."""
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's meaning."""
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
        """Send all of it."""
        self.socket.sendall(b"".join(pieces))

    def end(self, *, reset: bool = False) -> None:
        """End the connection from this side: FIN, or RST."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._file.close()
            self.socket.close()
        else:
            self.socket.shutdown(socket.SHUT_WR)

    def answer(self) -> Answer:
        """Read one answer, framed as its head says."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().rstrip(b"\r\n")) != b"":
            name, _, value = line.decode("latin-1").partition(": ")
            headers[name.lower()] = value
        return Answer(status, headers, self._body(headers))

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
        """Read until the server ends the connection."""
        return self._file.read()

    def line(self) -> bytes:
        """Read one line."""
        return self._file.readline()

    def take(self, count: int) -> bytes:
        """Read so many bytes."""
        return self._file.read(count)

    def is_silent(self, seconds: float) -> bool:
        """Say whether nothing comes, no end either, for so long."""
        return not select.select([self.socket], [], [], seconds)[0]


def post(body: bytes, *headers: str) -> bytes:
    """Write a POST with a Content-Length."""
    lines = ["POST /upload HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Write a body in these chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


CHUNKED_HEAD = b"POST /upload HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


def refuse(message: str) -> bytes:
    """Make the body of a refusal."""
    return json.dumps({"type": "request.invalid", "message": message}).encode()


def answering(make: Callable[["WSGIEnvironment"], Any]) -> "WSGIApplication":
    """Make an application that answers with what a function of the environ gives, as bytes or else as JSON."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        made = make(environ)
        body = made if isinstance(made, bytes) else json.dumps(made).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return app


def tell_environ(environ: "WSGIEnvironment") -> dict[str, str]:
    """Give what is text in the environ."""
    return {name: value for name, value in environ.items() if isinstance(value, str)}


def tell_body(environ: "WSGIEnvironment") -> dict[str, Any]:
    """Read the body, and tell its length or the error that it raised."""
    stream: io.BufferedReader = environ["wsgi.input"]
    try:
        return {"length": len(stream.read())}
    except (OSError, ValueError) as error:
        return {"error": type(error).__name__, "message": str(error)}


def wait_until_refused(address: tuple[str, int]) -> None:
    """Wait until a server takes no more connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with Wire(address) as wire:
                wire.is_silent(0.01)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue
    raise AssertionError("connections are still taken")


def wait_for_connections(server: HttpServer, number: int) -> None:
    """Wait until the server has accepted so many, or has got rid of all but so many."""
    end = time.monotonic() + PATIENCE
    while len(server.connections) != number and time.monotonic() < end:
        time.sleep(0.001)

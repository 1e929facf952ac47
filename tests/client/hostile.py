"""A server on raw sockets that sends exactly the bytes that a test chooses, as no HTTP library would."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from voxdouble_client import ApplianceClient

TASK_ID = str(uuid.UUID(int=0xFB9DE4E5A7684069AFF3C74C826F3DDF))
TECHNOLOGY = "speaker-identification-voiceprint-extraction"
START = f"/api/technology/{TECHNOLOGY}"
TASK_PATH = f"{START}/{TASK_ID}"
KEPT = 1 << 20
DONE = {
    "task": {"task_id": TASK_ID, "state": "done"},
    "result": {"channels": [{"channel_number": 0, "voiceprint": "e2kD", "speech_length": 4.1, "model": "sid-xl5"}]},
}


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it was received; the names of `headers` are in lower case, `body` is its first megabyte."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[ReceivedRequest, socket.socket], None]


class HostileServer:
    """Passes every request and its connection to `behave`; `received` keeps the requests."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behave = behave
        self._tls = tls
        self.received: list[ReceivedRequest] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.authority = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.authority}"
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self._tls is not None:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            stream = stack.enter_context(connection.makefile("rb"))
            while request := _read_request(stream):
                self.received.append(request)
                self.behave(request, connection)


@contextlib.contextmanager
def serving(behave: Behaviour, prefix: str = "", **settings: Any) -> Iterator[tuple[HostileServer, ApplianceClient]]:
    """Run a server with this behaviour, and a client of it."""
    with HostileServer(behave) as server, ApplianceClient(server.url + prefix, **settings) as appliance:
        yield server, appliance


class MovedClock:
    """A clock that only moves when a client sleeps; `pauses` keeps the seconds of every sleep."""

    def __init__(self) -> None:
        self.time = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        """Return the time in seconds."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.pauses.append(seconds)
        self.time += seconds


def _read_request(stream: Any) -> ReceivedRequest | None:
    words = stream.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body, left = b"", int(headers.get("content-length", 0))
    while left and (piece := stream.read(min(left, 1 << 16))):
        body += piece if len(body) < KEPT else b""
        left -= len(piece)
    return None if left else ReceivedRequest(words[0], words[1], headers, body)


def response(status: int, body: object = b"", **headers: str) -> bytes:
    """Return a response with a length; a body that is not bytes is sent as JSON, `retry_after=` sets that header."""
    kind = ["Content-Type: application/json"]
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    head = [f"HTTP/1.1 {status} Whatever", *kind, f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def accepted(location: str = TASK_PATH) -> bytes:
    """Return the 202 of a new task."""
    return response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}, location=location)


def task_body(state: str, **members: object) -> dict[str, object]:
    """Return the body of the response to a poll of the task in this state."""
    return {"task": {"task_id": TASK_ID, "state": state}, **members}


def responding(get: bytes, post: bytes | None = None) -> Behaviour:
    """Return the behaviour that accepts every task and responds to every GET with the same bytes."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(get if request.method == "GET" else post or accepted())

    return behave


GOOD = responding(response(200, DONE))
"""The behaviour of an appliance that is well: each task is done at its first poll."""

"""Errors of the operating system at each step of a request, those for which urllib3 has special paths among them."""

import contextlib
import errno
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.hostile import DONE, TASK_PATH, HostileServer, MovedClock, accepted, responding, response, serving
from voxdouble_client import ApplianceClient, ApplianceError, TransportError
from voxdouble_client._http import sockets

TLS = Path(__file__).parent / "tls"
SPECIAL = ["EPIPE", "EPROTOTYPE", "ECONNRESET", "EAGAIN", "EWOULDBLOCK", "EINPROGRESS", "ETIMEDOUT", "ECONNABORTED"]
"""urllib3 goes on to the response after the first three, and takes the next two for a timeout."""

ALL = sorted(errno.errorcode)
START = b"audio" * 100_000
CALLS: dict[str, Callable[[ApplianceClient], Any]] = {
    "a start": lambda appliance: appliance.start_voiceprint_extraction(START),
    "a poll": lambda appliance: appliance.task(TASK_PATH).state(),
}


@contextlib.contextmanager
def clocked(behave: Any) -> Iterator[tuple[HostileServer, ApplianceClient]]:
    """Run a server, and a client on a clock that only its pauses move."""
    clock = MovedClock()
    with serving(behave, sleep=clock.sleep, now=clock.now) as both:
        yield both


def failing(code: int) -> Callable[..., Any]:
    """Return a method of a socket that fails with this error."""

    def fail(sock: socket.socket, *_: object, **__: object) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", ALL, ids=errno.errorcode.get)
def test_an_error_while_connecting_is_a_transport_error(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any error while connecting is a TransportError that says that nothing was reached, after five more tries."""
    monkeypatch.setattr(sockets.DeadlineSocket, "connect", failing(code), raising=False)
    clock = MovedClock()
    expected = pytest.raises(TransportError)
    with ApplianceClient("http://127.0.0.1:1", sleep=clock.sleep, now=clock.now) as appliance, expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert (caught.value.reached, caught.value.may_have_run, caught.value.transient) == (False, False, True)
    assert len(clock.pauses) == 5


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("method", ["sendall", "recv_into"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_error_of_a_connection_is_a_transport_error(
    call: Callable[[ApplianceClient], Any], method: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error while sending or receiving is a TransportError, unless a response had come."""
    monkeypatch.setattr(sockets.DeadlineSocket, method, failing(getattr(errno, name)))
    with clocked(responding(response(200, DONE))) as (_, appliance), contextlib.suppress(TransportError):
        monkeypatch.setattr(sockets, "CONNECT_SECONDS", 1.0)
        call_in_time(lambda: call(appliance))


def call_in_time(call: Callable[[], Any]) -> None:
    """Run the call in a thread; fail if it hangs, raise what it raises."""
    failure: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  it is raised below
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    if failure:
        raise failure[0]


class ResettingServer:
    """Accepts connections and resets them at once."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.accepted += 1
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_port_that_resets_is_a_transport_error(call: Callable[[ApplianceClient], Any], scheme: str) -> None:
    """Connections that are reset as they are made are TransportErrors, each time."""
    server, clock = ResettingServer(), MovedClock()
    appliance = ApplianceClient(f"{scheme}://{server.url}", sleep=clock.sleep, now=clock.now)
    with contextlib.closing(server.listener), appliance:
        for _ in range(5):
            with pytest.raises(TransportError) as caught:
                call(appliance)
            assert caught.value.transient
    assert server.accepted >= 5


@pytest.mark.parametrize("code", [errno.EPIPE, errno.ECONNRESET, errno.EIO])
def test_an_error_of_the_file_is_not_treated_as_one_of_the_network(code: int) -> None:
    """A file that fails in the middle, with EPIPE too, is its own OSError at once, not a wait for a response."""

    class Broken:
        def __init__(self) -> None:
            self.reads = 0

        def seekable(self) -> bool:
            return True

        def tell(self) -> int:
            return 0

        def seek(self, position: int, whence: int = 0) -> int:
            return 1_000_000 if whence else position

        def read(self, size: int) -> bytes:
            self.reads += size > 0
            if self.reads > 1:
                raise OSError(code, os.strerror(code))
            return bytes(size)

    with clocked(responding(response(200, DONE))) as (server, appliance):
        with pytest.raises(OSError, match=r"(?i)error|broken pipe|reset") as caught:
            call_in_time(lambda: appliance.extract_voiceprint(Broken()))  # type: ignore[arg-type]
        assert not isinstance(caught.value, ApplianceError)
        assert caught.value.errno == code
        assert not server.received


EARLY = {"413": 413, "429": 429}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("status", EARLY.values(), ids=EARLY)
def test_a_refusal_before_the_body_is_read_is_an_api_error(status: int, tls: bool) -> None:
    """A response that comes before the body is read is the ApiError that it says, over TLS too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    refusal = response(status, {"type": "too_large", "message": "no", "detail": []}, retry_after="9999")
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = listener.accept()
                connection = context.wrap_socket(raw, server_side=True) if tls else raw
                connection.recv(4096)
                connection.sendall(refusal)
                time.sleep(0.1)  # as after a half-close: a reset right behind the response can destroy it
                connection.close()

    threading.Thread(target=refuse, daemon=True).start()
    url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    appliance = ApplianceClient(url, ca=TLS / "ca.pem", timeout=600)
    expected = pytest.raises(ApplianceError, match=f"status {status}")
    with contextlib.closing(listener), appliance, expected as caught:
        appliance.extract_voiceprint(bytes(20_000_000))
    assert not caught.value.may_have_run


@pytest.mark.parametrize("count", [1, 3])
def test_interim_responses_are_skipped(count: int) -> None:
    """Responses such as 103 before the final one are skipped."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * count
    with serving(responding(hints + response(200, DONE), hints + accepted())) as (_, appliance):
        assert appliance.extract_voiceprint(b"audio").channels
        assert appliance.extract_voiceprint(b"audio").channels


def test_a_dead_connection_is_given_up() -> None:
    """Sockets have keep-alive probes, and a limit of 30 s for data that is not acknowledged."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        sockets.limited(5, 5),
        sockets.connect("127.0.0.1", listener.getsockname()[1], []) as sock,
    ):
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30

"""Hosts, resolvers and proxies that are silent or slow: every call returns by its deadline."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.client.hostile import TASK_PATH, HostileServer, ReceivedRequest
from tests.client.http.conftest import CA
from voxdouble_client import ApplianceClient, PollTimeout, TransportError
from voxdouble_client._http import sockets


def respond_slowly(request: ReceivedRequest, connection: socket.socket) -> None:
    """Send a response byte by byte."""
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def test_a_slow_response_over_tls_ends_by_the_deadline(tls_server: HostileServer) -> None:
    """The deadline also holds over TLS, which has its own sockets; P10."""
    tls_server.behave = respond_slowly
    began = time.monotonic()
    with ApplianceClient(tls_server.url, ca=CA) as appliance, pytest.raises(PollTimeout):
        appliance.task(TASK_PATH).result(timeout=0.5)
    assert time.monotonic() - began < 2.5


def test_an_upload_over_tls_that_is_not_read_ends_by_the_deadline(tls_server: HostileServer) -> None:
    """A full TLS connection does not block the client; P10."""
    tls_server.behave = lambda *_: time.sleep(5)
    began = time.monotonic()
    expected = pytest.raises(TransportError)
    with ApplianceClient(tls_server.url, ca=CA, timeout=0.5) as appliance, expected:
        appliance.extract_voiceprint(bytes(30_000_000))
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_host_ends_by_the_deadline(scheme: str) -> None:
    """A server that accepts and stays silent, in the TLS handshake too, is left at the deadline; P10."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        with ApplianceClient(url, timeout=0.3) as appliance, pytest.raises(TransportError):
            appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


@pytest.fixture
def silent_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the resolver silent until the test has ended."""
    ended = threading.Event()

    def resolve(*_: object, **__: object) -> None:
        ended.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield
    ended.set()


@pytest.mark.usefixtures("silent_resolver")
def test_a_silent_resolver_ends_by_the_deadline() -> None:
    """A name server that does not respond does not block the client, though the resolver has no timeout; P10."""
    began = time.monotonic()
    expected = pytest.raises(TransportError, match=r"no response within 0\.\d+ s")
    with ApplianceClient("http://appliance", timeout=0.3) as appliance, expected:
        appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


@pytest.mark.usefixtures("silent_resolver")
def test_a_silent_resolver_is_the_reason_of_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the name server does not respond within its time, the error says that the host name was not resolved."""
    monkeypatch.setattr(sockets, "CONNECT_SECONDS", 0.05)
    expected = pytest.raises(TransportError, match="the host name appliance was not resolved in time")
    with ApplianceClient("http://appliance", sleep=lambda _: None) as appliance, expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run


def test_an_unknown_host_fails_with_the_resolvers_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host without an address is a TransportError with the resolver's message, and no task was started."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    expected = pytest.raises(TransportError, match="Name or service not known")
    with ApplianceClient("http://appliance", sleep=lambda _: None) as appliance, expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run


def test_a_dead_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of a host that does not respond leaves time for the next address."""
    tried: list[float] = []

    class Fake(sockets.DeadlineSocket):
        def connect(self, address: object) -> None:
            tried.append(self.gettimeout() or 0.0)
            if address == "dead":
                raise TimeoutError

    monkeypatch.setattr(sockets, "DeadlineSocket", Fake)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in ("dead", "alive")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with sockets.limited(seconds=2, stall=60):
        sockets.connect("appliance", 80, []).close()
    assert tried[0] <= 1.0 < tried[1] <= 2.0


def test_a_silent_proxy_ends_by_the_deadline() -> None:
    """A proxy that does not respond to the request for a tunnel does not block the client; P10."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        expected = pytest.raises(TransportError)
        with ApplianceClient("https://appliance", proxy=proxy, timeout=0.3) as appliance, expected:
            appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


def test_a_slow_proxy_ends_by_the_deadline() -> None:
    """A proxy that responds to the request for a tunnel byte by byte does not block the client; P10."""
    began = time.monotonic()
    expected = pytest.raises(TransportError)
    with (
        HostileServer(respond_slowly) as server,
        ApplianceClient("https://appliance", proxy=server.url, timeout=0.3) as appliance,
        expected,
    ):
        appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3

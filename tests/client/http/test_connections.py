"""Connections to an appliance: TLS, proxies, credentials, pooled connections, threads."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.client.hostile import (
    DONE,
    TASK_PATH,
    HostileServer,
    ReceivedRequest,
    accepted,
    responding,
    response,
    serving,
)
from voxdouble_client import ApplianceClient, PollTimeout, TransportError
from voxdouble_client._http import sockets

TLS = Path(__file__).parent / "tls"
CA = TLS / "ca.pem"
GOOD = responding(response(200, DONE))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the proxies and certificates of the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def tls_server() -> Iterator[HostileServer]:
    """Serve over TLS, with a certificate of the test authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    with HostileServer(GOOD, tls=context) as server:
        yield server


def test_a_given_authority_is_trusted(tls_server: HostileServer) -> None:
    """With `ca` an appliance whose certificate is from a private authority can be used, uploads included."""
    with ApplianceClient(tls_server.url, ca=CA) as appliance:
        assert appliance.extract_voiceprint(bytes(600_000)).channels[0].model == "sid-xl5"
    assert int(tls_server.received[0].headers["content-length"]) > 600_000


def test_an_unknown_authority_is_not_trusted(tls_server: HostileServer) -> None:
    """A certificate of an unknown authority ends the call at the first try, before anything is sent; P11."""
    expected = pytest.raises(TransportError, match="certificate verify failed")
    with ApplianceClient(tls_server.url, token="secret") as appliance, expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.transient
    assert not tls_server.received


def test_a_certificate_for_another_host_is_not_trusted(
    tls_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate of the right authority, but for another host, is refused; P11."""
    address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", int(tls_server.url.rpartition(":")[2])))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address])
    expected = pytest.raises(TransportError, match="Hostname mismatch")
    with ApplianceClient("https://appliance", ca=CA) as appliance, expected:
        appliance.extract_voiceprint(b"audio")


def test_the_environment_does_not_override_the_given_authority(
    tls_server: HostileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`ca` has priority over REQUESTS_CA_BUNDLE, which requests puts above a session's own setting."""
    other = tmp_path / "other.pem"
    other.write_text("no certificates")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    with ApplianceClient(tls_server.url, ca=CA) as appliance:
        appliance.extract_voiceprint(b"audio")


def test_the_environments_authorities_are_trusted(tls_server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `ca`, the certificates that REQUESTS_CA_BUNDLE names are trusted, as users of requests expect."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    with ApplianceClient(tls_server.url) as appliance:
        appliance.extract_voiceprint(b"audio")


def test_a_missing_certificate_file_fails_at_once() -> None:
    """A `ca` that does not exist is an error of the constructor."""
    with pytest.raises(FileNotFoundError, match="no certificates at /no/such"):
        ApplianceClient("https://127.0.0.1", ca="/no/such")


def test_a_slow_response_over_tls_ends_by_the_deadline(tls_server: HostileServer) -> None:
    """The deadline also holds over TLS, which has its own sockets; P10."""

    def respond_slowly(request: ReceivedRequest, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

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


def test_a_silent_resolver_ends_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not respond does not block the client, though the resolver has no timeout; P10."""
    interrupted = threading.Event()

    def resolve(*_: object, **__: object) -> None:
        interrupted.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    began = time.monotonic()
    expected = pytest.raises(TransportError, match=r"no response within 0\.\d+ s")
    with ApplianceClient("http://appliance", timeout=0.3) as appliance, expected:
        appliance.extract_voiceprint(b"audio")
    interrupted.set()
    assert time.monotonic() - began < 2.3


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


def forward(request: ReceivedRequest, connection: socket.socket) -> None:
    """Respond in place of any host."""
    connection.sendall(accepted() if request.method == "POST" else response(200, DONE))


def test_the_given_proxy_is_used() -> None:
    """With `proxy` the requests go to it, with their whole URL."""
    with HostileServer(forward) as server, ApplianceClient("http://appliance:8000", proxy=server.url) as appliance:
        appliance.extract_voiceprint(b"audio")
    assert [request.target for request in server.received] == [
        "http://appliance:8000" + TASK_PATH.rpartition("/")[0],
        "http://appliance:8000" + TASK_PATH,
    ]


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy that HTTP_PROXY names is used."""
    with HostileServer(forward) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        with ApplianceClient("http://appliance") as appliance:
            appliance.extract_voiceprint(b"audio")
    assert server.received[0].target.startswith("http://appliance/")


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

    def respond_slowly(request: ReceivedRequest, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    began = time.monotonic()
    expected = pytest.raises(TransportError)
    with (
        HostileServer(respond_slowly) as server,
        ApplianceClient("https://appliance", proxy=server.url, timeout=0.3) as appliance,
        expected,
    ):
        appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "127.0.0.1:1"])
def test_a_proxy_with_another_scheme_is_refused(url: str) -> None:
    """Only http:// proxies are accepted, as deadlines hold only through them; P10."""
    with pytest.raises(ValueError, match="http:// URL"):
        ApplianceClient("http://appliance", proxy=url)


def test_no_cookie_is_kept() -> None:
    """Cookies are not stored, so that no response can make the requests grow."""
    with serving(responding(response(200, DONE, set_cookie="a=b"))) as (server, appliance):
        for _ in range(2):
            appliance.task(TASK_PATH).state()
    assert "cookie" not in server.received[1].headers


def test_the_token_is_sent_as_a_bearer_token() -> None:
    """Every request has the token in its Authorization header."""
    with serving(GOOD, token="secret") as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.headers["authorization"] for request in server.received] == ["Bearer secret"] * 2


@pytest.mark.parametrize("token", [None, "secret"])
def test_no_password_of_netrc_is_sent(token: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No password is read from .netrc, with which requests would replace the token; P11."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(GOOD, token=token) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert {request.headers.get("authorization") for request in server.received} == {token and f"Bearer {token}"}


def test_the_user_agent_names_the_client() -> None:
    """The User-Agent has the client's name and version."""
    with serving(GOOD) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert server.received[0].headers["user-agent"].startswith(f"voxdouble-client/{version('voxdouble')} ")


def test_connections_are_reused() -> None:
    """The start of a task and its polls use one connection."""
    seen: set[tuple[str, int]] = set()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        seen.add(connection.getpeername())
        GOOD(request, connection)

    with serving(behave) as (_, appliance):
        for _ in range(3):
            appliance.extract_voiceprint(b"audio")
    assert len(seen) == 1


def test_an_unread_response_does_not_reach_the_next_call() -> None:
    """After a response that was not read to its end, the next call gets its own response."""
    unread = response(404, b"x" * 5_000_000)
    answers = iter([unread, response(200, DONE)])
    with serving(lambda _, connection: connection.sendall(next(answers))) as (_, appliance):
        handle = appliance.task(TASK_PATH)
        with pytest.raises(Exception, match="404"):
            handle.state()
        assert handle.state() == "done"


def test_one_client_serves_many_threads() -> None:
    """Sixteen threads that share a client each get the responses to their own requests."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        name = request.target.rpartition("/")[2]
        connection.sendall(response(200, {"task": {"task_id": name, "state": f"state-of-{name}"}}))

    def poll(number: int) -> bool:
        handle = appliance.task(f"/api/technology/x/{number}")
        return all(handle.state() == f"state-of-{number}" for _ in range(20))

    with serving(behave) as (_, appliance), ThreadPoolExecutor(16) as threads:
        assert all(threads.map(poll, range(64)))


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The log at the lowest level shows requests, but neither tokens nor voice data."""
    caplog.set_level(logging.DEBUG)
    with serving(GOOD, token="s3cr3t") as (_, appliance):
        appliance.extract_voiceprint(b"RIFFaudio")
    logged = caplog.text
    assert "202" in logged
    assert not any(secret in logged for secret in ("s3cr3t", "RIFF", "e2kD"))


def test_a_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A failure that is retried is a warning in the log, with its cause and the pause."""
    answers = iter([response(503, b""), response(200, DONE)])
    with serving(lambda _, connection: connection.sendall(next(answers)), sleep=lambda _: None) as (_, appliance):
        appliance.task(TASK_PATH).state()
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.name == "voxdouble_client"
    assert "503" in record.getMessage()
    assert "Trying again in" in record.getMessage()

"""How the client reaches an appliance: TLS, proxies, credentials, pooled connections, many threads."""

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

from tests.client.hostile import DONE, TASK_PATH, HostileServer, Received, accepted, against, reply, speaking
from voxdouble_client import ApplianceClient, PollTimeout, TransportError
from voxdouble_client._http import sockets

TLS = Path(__file__).parent / "tls"
CA = TLS / "ca.pem"
GOOD = speaking(reply(200, DONE))


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the environment says of proxies and certificates."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def secure() -> Iterator[HostileServer]:
    """Serve over TLS, under a certificate of the test authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    with HostileServer(GOOD, tls=context) as server:
        yield server


def test_an_own_authority_is_trusted(secure: HostileServer) -> None:
    """With `ca` an appliance under an own authority is talked to, uploads and all."""
    with ApplianceClient(secure.url, ca=CA) as appliance:
        assert appliance.extract_voiceprint(bytes(600_000)).channels[0].model == "sid-xl5"
    assert int(secure.received[0].headers["content-length"]) > 600_000


def test_an_unknown_authority_is_not_trusted(secure: HostileServer) -> None:
    """A certificate of an unknown authority ends the call at the first try, before anything is sent; P11."""
    told = pytest.raises(TransportError, match="certificate verify failed")
    with ApplianceClient(secure.url, token="secret") as appliance, told as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.transient
    assert not secure.received


def test_a_certificate_for_another_host_is_not_trusted(secure: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of the right authority, but of another host, is refused."""
    here = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", int(secure.url.rpartition(":")[2])))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here])
    told = pytest.raises(TransportError, match="Hostname mismatch")
    with ApplianceClient("https://appliance", ca=CA) as appliance, told:
        appliance.extract_voiceprint(b"audio")


def test_the_environment_does_not_override_the_own_authority(
    secure: HostileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`ca` counts, whatever REQUESTS_CA_BUNDLE says, which requests puts above a session's own."""
    other = tmp_path / "other.pem"
    other.write_text("no certificates")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    with ApplianceClient(secure.url, ca=CA) as appliance:
        appliance.extract_voiceprint(b"audio")


def test_the_environment_names_the_usual_authorities(secure: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `ca`, what REQUESTS_CA_BUNDLE names is trusted, as users of requests expect."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CA))
    with ApplianceClient(secure.url) as appliance:
        appliance.extract_voiceprint(b"audio")


def test_missing_certificates_are_told_at_once() -> None:
    """A `ca` that is not there is an error of the constructor."""
    with pytest.raises(FileNotFoundError, match="no certificates at /no/such"):
        ApplianceClient("https://127.0.0.1", ca="/no/such")


def test_a_dripping_answer_under_tls_ends_by_the_deadline(secure: HostileServer) -> None:
    """The deadline holds under TLS too, where the sockets are others; P10."""

    def drip(request: Received, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    secure.behave = drip
    began = time.monotonic()
    with ApplianceClient(secure.url, ca=CA) as appliance, pytest.raises(PollTimeout):
        appliance.task(TASK_PATH).result(timeout=0.5)
    assert time.monotonic() - began < 2.5


def test_an_upload_under_tls_that_nobody_reads_ends_by_the_deadline(secure: HostileServer) -> None:
    """A full pipe under TLS does not hold the client; P10."""
    secure.behave = lambda *_: time.sleep(5)
    began = time.monotonic()
    told = pytest.raises(TransportError)
    with ApplianceClient(secure.url, ca=CA, timeout=0.5) as appliance, told:
        appliance.extract_voiceprint(bytes(30_000_000))
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_says_nothing_ends_by_the_deadline(scheme: str) -> None:
    """A port that takes connections and is silent, in the TLS handshake too, is left at the deadline; P10."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with ApplianceClient(url, timeout=0.3) as appliance, pytest.raises(TransportError):
            appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


def test_a_resolver_that_says_nothing_ends_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer cannot hold the client, though its resolver takes no time-out; P10."""
    asked = threading.Event()

    def resolve(*_: object, **__: object) -> None:
        asked.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    began = time.monotonic()
    told = pytest.raises(TransportError, match=r"no response within 0\.\d+ s")
    with ApplianceClient("http://appliance", timeout=0.3) as appliance, told:
        appliance.extract_voiceprint(b"audio")
    asked.set()
    assert time.monotonic() - began < 2.3


def test_an_unknown_host_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that has no address is told in the resolver's words, and counts as not reached."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    told = pytest.raises(TransportError, match="Name or service not known")
    with ApplianceClient("http://appliance", sleep=lambda _: None) as appliance, told as caught:
        appliance.extract_voiceprint(b"audio")
    assert not caught.value.may_have_run


def test_a_dead_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a host's addresses, one that swallows everything does not use up the time of one that answers."""
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


def proxy(request: Received, connection: socket.socket) -> None:
    """Answer for whatever host a request is for."""
    connection.sendall(accepted() if request.method == "POST" else reply(200, DONE))


def test_a_proxy_is_used() -> None:
    """With `proxy` the requests go there, with the whole URL."""
    with HostileServer(proxy) as server, ApplianceClient("http://appliance:8000", proxy=server.url) as appliance:
        appliance.extract_voiceprint(b"audio")
    assert [request.target for request in server.received] == [
        "http://appliance:8000" + TASK_PATH.rpartition("/")[0],
        "http://appliance:8000" + TASK_PATH,
    ]


def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is followed, as by every program."""
    with HostileServer(proxy) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        with ApplianceClient("http://appliance") as appliance:
            appliance.extract_voiceprint(b"audio")
    assert server.received[0].target.startswith("http://appliance/")


def test_a_proxy_that_says_nothing_ends_by_the_deadline() -> None:
    """A proxy that keeps silent when asked for a tunnel cannot hold the client; P10."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        through = f"http://127.0.0.1:{silent.getsockname()[1]}"
        told = pytest.raises(TransportError)
        with ApplianceClient("https://appliance", proxy=through, timeout=0.3) as appliance, told:
            appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


def test_a_dripping_proxy_ends_by_the_deadline() -> None:
    """A proxy that answers the request for a tunnel in drips cannot hold the client; P10."""

    def drip(request: Received, connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    began = time.monotonic()
    told = pytest.raises(TransportError)
    with (
        HostileServer(drip) as server,
        ApplianceClient("https://appliance", proxy=server.url, timeout=0.3) as appliance,
        told,
    ):
        appliance.extract_voiceprint(b"audio")
    assert time.monotonic() - began < 2.3


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "127.0.0.1:1"])
def test_a_proxy_that_keeps_no_deadline_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is not plain HTTP is an error, whether the caller names it or the environment does; P10."""
    with pytest.raises(ValueError, match="http:// URL"):
        ApplianceClient("http://appliance", proxy=url)
    if "://" in url:
        with ApplianceClient("http://appliance", sleep=lambda _: None) as appliance:
            monkeypatch.setenv("HTTP_PROXY", url)
            with pytest.raises(TransportError, match="http:// URL"):
                appliance.extract_voiceprint(b"audio")
        with pytest.raises(ValueError, match="http:// URL"):
            ApplianceClient("http://appliance")


def test_no_cookie_is_kept() -> None:
    """What an answer would have the client remember, it does not, so that no answer can make its requests grow."""
    with against(speaking(reply(200, DONE, set_cookie="a=b"))) as (server, appliance):
        for _ in range(2):
            appliance.task(TASK_PATH).state()
    assert "cookie" not in server.received[1].headers


def test_the_token_goes_out_as_bearer() -> None:
    """The token stands in every request, and only as the contract of the mock says."""
    with against(GOOD, token="secret") as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.headers["authorization"] for request in server.received] == ["Bearer secret"] * 2


@pytest.mark.parametrize("token", [None, "secret"])
def test_no_password_of_netrc_goes_out(token: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No password is taken from .netrc, where requests would even put it in the place of the token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with against(GOOD, token=token) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert {request.headers.get("authorization") for request in server.received} == {token and f"Bearer {token}"}


def test_the_client_names_itself() -> None:
    """The User-Agent has the client's name and version."""
    with against(GOOD) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert server.received[0].headers["user-agent"].startswith(f"voxdouble-client/{version('voxdouble')} ")


def test_connections_are_used_again() -> None:
    """A start and its looks go over one connection."""
    seen: set[tuple[str, int]] = set()

    def behave(request: Received, connection: socket.socket) -> None:
        seen.add(connection.getpeername())
        GOOD(request, connection)

    with against(behave) as (_, appliance):
        for _ in range(3):
            appliance.extract_voiceprint(b"audio")
    assert len(seen) == 1


def test_an_error_does_not_spoil_the_connection_of_the_next_call() -> None:
    """After an answer of which part was not read, the next call gets its own answer."""
    long = reply(404, b"x" * 5_000_000)
    answers = iter([long, reply(200, DONE)])
    with against(lambda _, connection: connection.sendall(next(answers))) as (_, appliance):
        handle = appliance.task(TASK_PATH)
        with pytest.raises(Exception, match="404"):
            handle.state()
        assert handle.state() == "done"


def test_one_client_serves_many_threads() -> None:
    """Sixteen threads on one client each get the answer to their own request."""

    def behave(request: Received, connection: socket.socket) -> None:
        name = request.target.rpartition("/")[2]
        connection.sendall(reply(200, {"task": {"task_id": name, "state": f"state-of-{name}"}}))

    def look(number: int) -> bool:
        handle = appliance.task(f"/api/technology/x/{number}")
        return all(handle.state() == f"state-of-{number}" for _ in range(20))

    with against(behave) as (_, appliance), ThreadPoolExecutor(16) as threads:
        assert all(threads.map(look, range(64)))


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level the log tells of requests, but of no token and no voice data."""
    caplog.set_level(logging.DEBUG)
    with against(GOOD, token="s3cr3t") as (_, appliance):
        appliance.extract_voiceprint(b"RIFFaudio")
    told = caplog.text
    assert "202" in told
    assert not any(secret in told for secret in ("s3cr3t", "RIFF", "e2kD"))


def test_what_is_tried_again_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A failure that is survived is a warning in the log, with what it was and when it is tried again."""
    answers = iter([reply(503, b""), reply(200, DONE)])
    with against(lambda _, connection: connection.sendall(next(answers)), sleep=lambda _: None) as (_, appliance):
        appliance.task(TASK_PATH).state()
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.name == "voxdouble_client"
    assert "503" in record.getMessage()
    assert "Trying again in" in record.getMessage()

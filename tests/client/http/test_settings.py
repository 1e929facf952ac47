"""The settings of all requests: headers, the client's certificate, the pool of connections, the hook for tracing."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
from voxdouble_client import ApiError, ApplianceClient, ContractError, Exchange, TransportError
from voxdouble_client._http.headers import OWN_NAMES

TLS = Path(__file__).parent / "tls"
GOOD = responding(response(200, DONE))


def test_the_callers_headers_are_sent_with_every_request() -> None:
    """`headers` go with the start and with each poll."""
    with serving(GOOD, headers={"X-Api-Key": "k3y", "User-Agent": "batch/1"}) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.headers["x-api-key"] for request in server.received] == ["k3y"] * 2
    assert {request.headers["user-agent"] for request in server.received} == {"batch/1"}


def test_the_callers_headers_go_to_the_configured_origin_only() -> None:
    """A task URL of another origin gets no request, and a redirect is not followed, so no header leaves; P11."""
    with HostileServer(GOOD) as other:
        foreign = responding(response(200, DONE), accepted(f"{other.url}{TASK_PATH}"))
        moved = responding(b"", response(302, b"", location=other.url))
        with serving(foreign, headers={"X-Api-Key": "k3y"}) as (_, appliance), pytest.raises(ContractError):
            appliance.extract_voiceprint(b"audio")
        with serving(moved, headers={"X-Api-Key": "k3y"}) as (_, appliance), pytest.raises(ContractError):
            appliance.extract_voiceprint(b"audio")
    assert other.received == []


def test_the_callers_headers_are_not_sent_to_a_proxy_that_makes_a_tunnel() -> None:
    """The request for a tunnel, which the proxy can read, has neither token nor headers; P11."""
    with HostileServer(responding(b"", response(403))) as proxy:
        client = ApplianceClient("https://appliance", proxy=proxy.url, token="t0ken", headers={"X-Api-Key": "k3y"})
        with client as appliance, pytest.raises(TransportError):
            appliance.extract_voiceprint(b"audio")
    [connect] = proxy.received
    assert connect.method == "CONNECT"
    assert not {"k3y", "Bearer t0ken"} & set(connect.headers.values())


BAD_HEADERS: dict[str, Any] = {
    "an empty name": {"": "a"},
    "a name with a space": {"X Y": "a"},
    "a name that is not a text": {1: "a"},
    "a value with a line break": {"X": "a\r\nY: b"},
    "a value with spaces around": {"X": " a"},
    "an empty value": {"X": ""},
    "a value outside ASCII": {"X": "ä"},
    "a value that is not a text": {"X": 1},
    "one name in two spellings": {"X-a": "1", "x-A": "2"},
}


@pytest.mark.parametrize("headers", BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_malformed_headers_are_refused(headers: dict[str, str]) -> None:
    """Headers that would be refused or would split the request are a ValueError of the constructor."""
    with pytest.raises(ValueError, match="`headers` must have"):
        ApplianceClient("http://appliance", headers=headers)


@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_headers_of_the_client_are_refused(name: str) -> None:
    """Headers that the client sets itself cannot be replaced, so that framing and content type stay right."""
    with pytest.raises(ValueError, match="which belongs to the connection or is the client's own"):
        ApplianceClient("http://appliance", headers={name.title(): "a"})


def test_two_authorizations_are_refused() -> None:
    """A token and a header `Authorization` contradict each other; without a token the header is sent."""
    with pytest.raises(ValueError, match="'authorization' is set twice"):
        ApplianceClient("http://appliance", token="t", headers={"authorization": "Basic YTpi"})
    with serving(GOOD, headers={"authorization": "Basic YTpi"}) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert server.received[0].headers["authorization"] == "Basic YTpi"


def test_no_message_has_the_value_of_a_header() -> None:
    """A header may be secret, so a refusal names it without its value."""
    with pytest.raises(ValueError, match="'X-Api-Key' has not") as caught:
        ApplianceClient("http://appliance", headers={"X-Api-Key": "k3y\n"})
    assert "k3y" not in str(caught.value)


@pytest.fixture
def careful_server() -> Iterator[HostileServer]:
    """Serve over TLS clients that have the test client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    context.load_verify_locations(TLS / "client.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with HostileServer(GOOD, tls=context) as server:
        yield server


def test_the_client_certificate_is_presented(careful_server: HostileServer, tmp_path: Path) -> None:
    """An appliance that demands a certificate is used with `client_certificate`, in one file or in two."""
    text = (TLS / "client.pem").read_text()
    end = text.index("-----BEGIN CERTIFICATE")
    key, certificate = tmp_path / "client.key", tmp_path / "client.crt"
    key.write_text(text[:end])
    certificate.write_text(text[end:])
    for given in (TLS / "client.pem", str(TLS / "client.pem"), (certificate, key)):
        with ApplianceClient(careful_server.url, ca=TLS / "ca.pem", client_certificate=given) as appliance:
            assert appliance.extract_voiceprint(bytes(600_000)).channels[0].model == "sid-xl5"


def test_without_a_certificate_the_demand_is_named(careful_server: HostileServer) -> None:
    """An appliance that demands a certificate refuses a client without one, and the error says so."""
    expected = pytest.raises(TransportError, match="certificate required")
    with ApplianceClient(careful_server.url, ca=TLS / "ca.pem", sleep=lambda _: None) as appliance, expected:
        appliance.task(TASK_PATH).state()


BAD_CERTIFICATES: dict[str, Any] = {
    "no certificate": ("https://appliance", TLS / "README.md", "cannot be used"),
    "a certificate without a key": ("https://appliance", TLS / "ca.pem", "cannot be used"),
    "another certificate's key": (
        "https://appliance",
        (TLS / "localhost.pem", TLS / "client.pem"),
        "client.pem and .*localhost.pem cannot be used",
    ),
    "a key with a password": ("https://appliance", TLS / "client-encrypted.pem", "without a password"),
    "no TLS": ("http://appliance", TLS / "client.pem", "must be used with an https:// URL"),
}


@pytest.mark.parametrize(("url", "certificate", "message"), BAD_CERTIFICATES.values(), ids=BAD_CERTIFICATES)
def test_a_client_certificate_that_cannot_be_used_is_refused(url: str, certificate: Any, message: str) -> None:
    """The certificate and its key are checked by the constructor, without asking for a password."""
    with pytest.raises(ValueError, match=message):
        ApplianceClient(url, client_certificate=certificate)


def test_a_missing_client_certificate_is_a_missing_file() -> None:
    """A missing file is Python's own FileNotFoundError."""
    with pytest.raises(FileNotFoundError, match="no certificate or key at /no/such"):
        ApplianceClient("https://appliance", client_certificate="/no/such")


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_a_pool_size_out_of_range_is_refused(size: int) -> None:
    """The pool has 1 to 1,000 connections."""
    with pytest.raises(ValueError, match=f"`pool_size` must be a whole number from 1 to 1000, got {size}"):
        ApplianceClient("http://appliance", pool_size=size)


def connections_of(calls: int, pool_size: int) -> int:
    """Return how many connections two rounds of so many concurrent polls need in all."""
    seen: set[tuple[str, int]] = set()
    together = threading.Barrier(calls)

    def behave(_: ReceivedRequest, connection: socket.socket) -> None:
        seen.add(connection.getpeername())
        together.wait(30)
        connection.sendall(response(200, DONE))

    def poll_twice() -> None:
        appliance.task(TASK_PATH).state()
        rounds.wait(30)
        appliance.task(TASK_PATH).state()

    rounds = threading.Barrier(calls)
    with serving(behave, pool_size=pool_size) as (_, appliance):
        threads = [threading.Thread(target=poll_twice) for _ in range(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return len(seen)


def test_as_many_connections_are_kept_as_the_pool_is_large() -> None:
    """Six concurrent calls use six connections again if the pool has six, and need four more if it has two."""
    assert connections_of(6, pool_size=6) == 6
    assert connections_of(6, pool_size=2) == 10


def test_a_batch_has_a_connection_for_each_of_its_calls(caplog: pytest.LogCaptureFixture) -> None:
    """With more concurrency than `pool_size`, the pool grows, and no connection is discarded."""
    together = threading.Barrier(8)

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            together.wait(30)
        GOOD(request, connection)

    with serving(behave, pool_size=2) as (_, appliance):
        outcomes = list(appliance.extract_voiceprints([b"audio"] * 24, concurrency=8))
    assert [outcome.error for outcome in outcomes] == [None] * 24
    assert "pool is full" not in caplog.text


def test_the_hook_sees_every_exchange() -> None:
    """`on_exchange` gets method, URL, headers, status and time of each request, without bodies and secrets."""
    seen: list[Exchange] = []
    settings: dict[str, Any] = {"token": "t0ken", "headers": {"X-Api-Key": "k3y"}, "on_exchange": seen.append}
    with serving(GOOD, **settings) as (server, appliance):
        appliance.extract_voiceprint(b"RIFFaudio")
    start, poll = seen
    assert (start.method, start.status, start.error) == ("POST", 202, None)
    assert start.url == server.url + TASK_PATH.rpartition("/")[0]
    assert start.request_headers["Content-Type"].startswith("multipart/form-data")
    assert start.request_headers["Content-Length"] == server.received[0].headers["content-length"]
    assert (poll.method, poll.url, poll.status) == ("GET", server.url + TASK_PATH, 200)
    assert poll.response_headers["content-type"] == "application/json"
    assert 0 < poll.seconds < 60
    assert not any(secret in repr(seen) for secret in ("t0ken", "k3y", "RIFF", "e2kD"))


def test_the_hook_sees_refusals_retries_and_failures() -> None:
    """Each try is an exchange of its own; one without a complete response has the error."""
    answers = iter([response(503, b""), b"", response(404, b"{}")])
    seen: list[Exchange] = []

    def behave(_: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(answers))
        connection.shutdown(socket.SHUT_RDWR)

    with serving(behave, on_exchange=seen.append, sleep=lambda _: None) as (_, appliance), pytest.raises(ApiError):
        appliance.task(TASK_PATH).state()
    assert [exchange.status for exchange in seen] == [503, None, 404]
    assert [type(exchange.error) for exchange in seen] == [type(None), TransportError, type(None)]


def test_a_hook_that_fails_does_not_lose_the_task(caplog: pytest.LogCaptureFixture) -> None:
    """An exception of the hook is logged, and the call returns its result."""

    def fail(_: Exchange) -> None:
        raise LookupError("no tracer")

    with serving(GOOD, on_exchange=fail) as (_, appliance):
        assert appliance.extract_voiceprint(b"audio").channels
    assert "`on_exchange` failed" in caplog.text
    assert "no tracer" in caplog.text

"""TLS and proxy settings: invalid ones are refused at once, and permanent failures are not retried."""

import os
import socket
import ssl
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.client.hostile import (
    DONE,
    TASK_PATH,
    HostileServer,
    ReceivedRequest,
    accepted,
    responding,
    response,
    task_body,
)
from tests.client.http.conftest import CA, TLS
from voxdouble_client import ApplianceClient, TransportError
from voxdouble_client._http.causes import is_transient
from voxdouble_client.cli import commands as cli


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\0\1"])
def test_a_file_without_certificates_is_refused(content: bytes, tmp_path: Path) -> None:
    """A `ca` that holds no certificate is a ValueError, and a usage error of a command."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes(content)
    with pytest.raises(ValueError, match="no certificate"):
        ApplianceClient("https://127.0.0.1:1", ca=ca)
    result = CliRunner().invoke(cli.state, [f"https://127.0.0.1:1{TASK_PATH}", "--ca", str(ca)])
    assert result.exit_code == 2
    assert "no certificate" in result.stderr


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_a_missing_bundle_in_the_environment_is_refused(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """REQUESTS_CA_BUNDLE is checked before anything is sent, for https URLs only, in any case."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such")
    with pytest.raises(ValueError, match="REQUESTS_CA_BUNDLE"):
        ApplianceClient(f"{scheme}://127.0.0.1:1")
    ApplianceClient("http://127.0.0.1:1").close()


@pytest.mark.parametrize("proxy", [" ", "http://", "https://a", "socks5://a:1", "a:1", "http://a:b", "http://[::1"])
def test_a_malformed_proxy_is_refused(proxy: str) -> None:
    """A proxy that cannot be used is a ValueError."""
    with pytest.raises(ValueError, match="A proxy must be an http:// URL"):
        ApplianceClient("http://127.0.0.1:1", proxy=proxy)


def test_a_malformed_proxy_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is checked like a given one."""
    monkeypatch.setenv("http_proxy", "socks5://a:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ValueError, match="A proxy must be an http:// URL"):
        ApplianceClient("http://appliance:1")


def test_an_empty_proxy_replaces_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `proxy=""` requests go to the appliance directly, whatever proxy the environment names."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with (
        HostileServer(responding(response(200, task_body("running")))) as server,
        ApplianceClient(server.url, proxy="") as appliance,
    ):
        assert appliance.task(server.url + TASK_PATH).state() == "running"


@pytest.mark.parametrize("status", [403, 407])
def test_the_refusal_of_a_proxy_is_not_retried(status: int) -> None:
    """A proxy that refuses the tunnel is asked once."""
    with (
        HostileServer(responding(b"", response(status))) as proxy,
        ApplianceClient("https://appliance.invalid", proxy=proxy.url, sleep=lambda _: None) as appliance,
        pytest.raises(TransportError) as caught,
    ):
        appliance.extract_voiceprint(b"audio")
    assert (caught.value.transient, len(proxy.received)) == (False, 1)


def test_a_damaged_record_is_polled_again() -> None:
    """A wait goes on after bytes that are not those that were sent, over a new connection."""
    damaged = [b"\x17\x03\x03\x00\x40" + bytes(64), b"HTTP/1.1 502 Bad Gateway\r\n\r\n"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "GET" and damaged:
            os.write(connection.fileno(), damaged.pop())  # below TLS
        else:
            connection.sendall(accepted() if request.method == "POST" else response(200, DONE))

    with HostileServer(behave, tls=context) as server:
        with ApplianceClient(server.url, ca=CA, sleep=lambda _: None) as appliance:
            assert appliance.extract_voiceprint(b"audio").channels
        assert [request.method for request in server.received] == ["POST", "GET", "GET", "GET"]


def test_damaged_data_is_named() -> None:
    """The error of a start whose response was damaged says so, is transient, and may have started the task."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")

    def behave(_: ReceivedRequest, connection: socket.socket) -> None:
        os.write(connection.fileno(), b"\x17\x03\x03\x00\x40" + bytes(64))

    with HostileServer(behave, tls=context) as server, ApplianceClient(server.url, ca=CA) as appliance:
        with pytest.raises(TransportError, match="the data received was damaged") as caught:
            appliance.extract_voiceprint(b"audio")
        assert (caught.value.transient, caught.value.may_have_run) == (True, True)


@pytest.mark.parametrize(
    ("reason", "transient"),
    [
        ("SSLV3_ALERT_BAD_RECORD_MAC", True),
        ("TLSV1_ALERT_INTERNAL_ERROR", True),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", False),
        ("TLSV1_ALERT_PROTOCOL_VERSION", False),
        ("WRONG_VERSION_NUMBER", False),
        (None, False),
    ],
)
def test_only_passing_alerts_are_transient(reason: str | None, transient: bool) -> None:
    """An alert about damaged data or an internal error may pass; a refusal of the client or its version stays."""
    error = ssl.SSLError()
    error.reason = reason  # type: ignore[assignment]
    assert is_transient(OSError(error)) is transient


def test_a_server_without_tls_is_not_retried() -> None:
    """TLS to a port that speaks plain HTTP fails at the first try."""
    retries = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def pause(_: float) -> None:
            retries.append("retry")

        def respond() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=respond, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        with ApplianceClient(url, sleep=pause) as appliance, pytest.raises(TransportError) as caught:
            appliance.extract_voiceprint(b"audio", timeout=10)
    assert (caught.value.transient, retries) == (False, [])

"""TLS: the authorities whose certificates are trusted."""

import socket
from pathlib import Path

import pytest

from tests.client.hostile import HostileServer
from tests.client.http.conftest import CA
from voxdouble_client import ApplianceClient, TransportError
from voxdouble_mock import MockAppliance


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


def test_a_server_that_does_not_speak_tls_is_named_as_such() -> None:
    """An https:// URL of a server with plain HTTP ends the call at the first try, with the scheme to try."""
    expected = pytest.raises(TransportError, match="does not speak TLS there; http://")
    with MockAppliance() as mock, expected as caught:
        ApplianceClient(mock.url.replace("http", "https")).extract_voiceprint(b"audio")
    assert not caught.value.transient


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

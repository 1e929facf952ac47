"""The client's own certificate."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.hostile import GOOD, TASK_PATH, HostileServer
from tests.client.http.conftest import TLS
from voxdouble_client import ApplianceClient, TransportError


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


def test_the_scheme_may_be_in_capitals(careful_server: HostileServer) -> None:
    """A client certificate is presented to an HTTPS:// URL too."""
    url = careful_server.url.replace("https", "HTTPS")
    with ApplianceClient(url, ca=TLS / "ca.pem", client_certificate=TLS / "client.pem") as appliance:
        assert appliance.extract_voiceprint(b"audio").channels


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

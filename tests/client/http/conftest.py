"""Fixtures: a server with TLS, and an environment without proxies and certificates."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.hostile import GOOD, HostileServer

TLS = Path(__file__).parent / "tls"
CA = TLS / "ca.pem"


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

"""IPv6, dual-stack and wildcard addresses: the host in `Location`, and options that name networks."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.http.wire import CONVERSION, EMBEDDING, convert
from tests.wsgi.wire import needs_ipv6
from voxdouble_mock import MockAppliance

BODY = json.dumps({"voiceprints": [EMBEDDING]}).encode()
LOCALHOST = [("localhost", "::1", "[::1]"), ("localhost", "127.0.0.1", "127.0.0.1")]
CHECK = b"POST %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%%s\r\n%s"


def location(address: str, port: int, headers: bytes = b"") -> str:
    """Return the origin in the `Location` of a conversion that is started with HTTP/1.0 and without a Host header."""
    with socket.create_connection((address, port), 30) as sock:
        sock.sendall(CHECK % (CONVERSION.encode(), len(BODY), BODY) % headers)
        received = b""
        while piece := sock.recv(1 << 16):
            received += piece
    head = received.partition(b"\r\n\r\n")[0].decode()
    assert head.split()[1] == "202", head
    [found] = [line.split(": ", 1)[1] for line in head.split("\r\n") if line.startswith("Location: ")]
    return found.removesuffix(urlsplit(found).path)


@needs_ipv6
@pytest.mark.parametrize(
    ("host", "address", "origin"),
    [("::1", "::1", "[::1]"), ("::", "::1", "[::1]"), ("::", "127.0.0.1", "127.0.0.1"), *LOCALHOST],
)
def test_a_request_without_a_host_gets_the_address_that_it_reached(host: str, address: str, origin: str) -> None:
    """`Location` has the address that the client connected to, with brackets for IPv6, and never a wildcard (S8)."""
    with MockAppliance(host=host, no_token=True) as mock:
        port = int(mock.url.rpartition(":")[2])
        assert location(address, port) == f"http://{origin}:{port}"


def test_a_location_never_names_a_wildcard() -> None:
    """A client that used 0.0.0.0 or :: as host gets the address that it reached."""
    with MockAppliance(host="0.0.0.0", no_token=True) as mock:
        port = int(mock.url.rpartition(":")[2])
        for host in (f"0.0.0.0:{port}", f"[::]:{port}"):
            found = convert(mock.url, [EMBEDDING], headers={"Host": host}).headers["Location"]
            assert found.startswith(f"http://127.0.0.1:{port}/api/"), found
        assert location("127.0.0.1", port) == f"http://127.0.0.1:{port}"


@needs_ipv6
def test_a_trusted_network_means_the_same_on_a_dual_stack_socket() -> None:
    """A proxy at an IPv4 address is trusted although the socket shows its address as ::ffff:127.0.0.1."""
    headers = b"Host: a\r\nX-Forwarded-Host: b\r\n"
    for host in ("127.0.0.1", "::"):
        with MockAppliance(host=host, no_token=True, trusted_proxies=["127.0.0.0/8"]) as mock:
            assert location("127.0.0.1", int(mock.url.rpartition(":")[2]), headers) == "http://b"

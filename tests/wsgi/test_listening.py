"""Addresses that a server listens on, and messages for addresses on which it cannot listen."""

import socket
from typing import Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import APP, GET, PATIENCE, Wire, needs_ipv6, refuse
from voxdouble_mock.wsgi.server import HttpServer


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        pytest.param("::1", "http://[::1]:", marks=needs_ipv6),
        pytest.param("::", "http://[::1]:", marks=needs_ipv6),
    ],
)
def test_the_url_reaches_the_server(serve: Serve, host: str, url: str) -> None:
    """The server responds at its URL."""
    server = serve(APP, host=host)
    assert server.url == f"{url}{server.address[1]}"
    assert requests.get(server.url, timeout=PATIENCE).ok


@needs_ipv6
def test_ipv4_is_preferred(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server listens on the IPv4 address of a name that has an IPv6 address too, since every client tries it."""
    resolve = socket.getaddrinfo

    def resolve_backwards(*args: Any, **kwargs: Any) -> Any:
        return [*resolve("::1", *args[1:], **kwargs), *resolve("127.0.0.1", *args[1:], **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve_backwards)
    assert serve(APP, host="appliance.test").address[0] == "127.0.0.1"


@needs_ipv6
def test_localhost_is_both_loopback_addresses(serve: Serve) -> None:
    """A server on localhost listens on 127.0.0.1 and ::1 with one port, and a stop frees both."""
    server = serve(APP, host="localhost")
    port = server.address[1]
    for host in ("127.0.0.1", "[::1]"):
        assert requests.get(f"http://{host}:{port}", timeout=PATIENCE).ok
    server.stop()
    for host in ("127.0.0.1", "[::1]"):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://{host}:{port}", timeout=PATIENCE)
    again = serve(APP, host="localhost", port=port)
    assert again.url == f"http://127.0.0.1:{port}"


@needs_ipv6
def test_the_ipv6_wildcard_includes_ipv4(serve: Serve) -> None:
    """A server on :: accepts IPv4 connections too."""
    with Wire(("127.0.0.1", serve(APP, host="::").address[1])) as wire:
        wire.send(GET)
        assert wire.response().status == 200


def test_a_port_in_use_is_named(serve: Serve) -> None:
    """The message names the port and a remedy."""
    host, port = serve(APP).address
    with pytest.raises(
        OSError, match=rf"^\[Errno \d+\] Cannot listen on {host}:{port}: another program uses this port"
    ):
        HttpServer(APP, host=host, port=port, refuse=refuse).start()


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("192.0.2.1", "Cannot listen on 192.0.2.1:0: this machine has no such address"),
        ("no.such.host.invalid", "Cannot listen on 'no.such.host.invalid': no such host is known"),
        ("a" * 70 + ".example", "no such host is known"),
    ],
)
def test_an_unknown_host_is_named(host: str, message: str) -> None:
    """The message names a host that is unknown or belongs to another machine."""
    with pytest.raises(OSError, match=message):
        HttpServer(APP, host=host, refuse=refuse).start()

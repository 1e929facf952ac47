"""The WSGI environ of requests, over the wire."""

from typing import TYPE_CHECKING
from wsgiref.validate import validator

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import CHUNKED_HEAD, GET, Wire, chunked, environ_texts, post, responding

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a//b", "/a//b"),
        ("//path", "//path"),
        ("/a%2Fb", "/a/b"),
        ("/a%20b%C3%BC", "/a b\u00c3\u00bc"),
        ("http://here/absolute", "/absolute"),
        ("http://here", "/"),
    ],
)
def test_every_form_of_a_path_reaches_the_application(serve: Serve, target: str, path: str) -> None:
    """PATH_INFO and QUERY_STRING are those of other servers for unusual paths too."""
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(f"GET {target}?a=%2F HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        environ = wire.response().json
    assert environ["PATH_INFO"] == path
    assert environ["QUERY_STRING"] == "a=%2F"


def test_the_host_of_an_absolute_uri_is_used(serve: Serve) -> None:
    """The host of an absolute URI replaces the header Host; the scheme is the server's own."""
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(b"GET HTTP://other:80/ HTTP/1.1\r\nHost: here\r\n\r\n")
        environ = wire.response().json
    assert environ["HTTP_HOST"] == "other:80"
    assert environ["wsgi.url_scheme"] == "http"


def test_server_name_is_the_address(serve: Serve) -> None:
    """SERVER_NAME and SERVER_PORT are the server's address where a request has no Host."""
    server = serve(responding(environ_texts))
    with Wire(server.address) as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        environ = wire.response().json
    assert environ["SERVER_NAME"] == "127.0.0.1"
    assert environ["SERVER_PORT"] == str(server.address[1])


@pytest.mark.parametrize(
    ("request_bytes", "terminated"), [(GET, False), (post(b"x"), False), (CHUNKED_HEAD + chunked(b"x"), True)]
)
def test_input_terminated_is_set_for_chunked_bodies_only(serve: Serve, request_bytes: bytes, terminated: bool) -> None:
    """A body with a length has no wsgi.input_terminated in the environ, since Flask checks only its presence."""

    def is_terminated(environ: "WSGIEnvironment") -> bool:
        environ["wsgi.input"].read()
        return "wsgi.input_terminated" in environ

    with Wire(serve(responding(is_terminated)).address) as wire:
        wire.send(request_bytes)
        assert wire.response().json is terminated


@pytest.mark.parametrize("data", [b"", b"x" * 200_000, [b"x" * 1000] * 100], ids=["none", "sized", "chunked"])
def test_the_server_conforms_to_wsgi(serve: Serve, data: bytes | list[bytes]) -> None:
    """The standard library's validator raises no error."""

    def read_all(environ: "WSGIEnvironment") -> bytes:
        stream = environ["wsgi.input"]
        return b"".join([stream.read(10), stream.readline(10), *iter(lambda: stream.read(1000), b"")])

    server = serve(validator(responding(read_all)))
    response = requests.post(server.url, data=data if isinstance(data, bytes) else iter(data), timeout=10)
    assert response.content == (data if isinstance(data, bytes) else b"".join(data))

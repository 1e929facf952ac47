"""What the application gets, over the wire."""

from typing import TYPE_CHECKING
from wsgiref.validate import validator

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import CHUNKED_HEAD, GET, Wire, answering, chunked, post, tell_environ

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
def test_path_info(serve: Serve, target: str, path: str) -> None:
    """Every form of a path reaches the application as other servers give it."""
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(f"GET {target}?a=%2F HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        environ = wire.answer().json
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == (path, "a=%2F")


def test_host_and_scheme_of_an_absolute_uri(serve: Serve) -> None:
    """An absolute URI's host counts, its scheme is the server's own."""
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(b"GET HTTP://other:80/ HTTP/1.1\r\nHost: here\r\n\r\n")
        environ = wire.answer().json
    assert (environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == ("other:80", "http")


def test_server_name_is_the_address(serve: Serve) -> None:
    """Without a Host the application still learns where it is reached."""
    server = serve(answering(tell_environ))
    with Wire(server.address) as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        environ = wire.answer().json
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(server.address[1]))


@pytest.mark.parametrize(
    ("request_bytes", "terminated"), [(GET, False), (post(b"x"), False), (CHUNKED_HEAD + chunked(b"x"), True)]
)
def test_input_terminated(serve: Serve, request_bytes: bytes, terminated: bool) -> None:
    """wsgi.input_terminated is there only for a body without a length, since Flask asks only whether it is there."""

    def tell(environ: "WSGIEnvironment") -> bool:
        environ["wsgi.input"].read()
        return "wsgi.input_terminated" in environ

    with Wire(serve(answering(tell)).address) as wire:
        wire.send(request_bytes)
        assert wire.answer().json is terminated


@pytest.mark.parametrize("data", [b"", b"x" * 200_000, [b"x" * 1000] * 100], ids=["none", "sized", "chunked"])
def test_wsgi_is_obeyed(serve: Serve, data: bytes | list[bytes]) -> None:
    """The standard library's validator finds nothing wrong with the server."""

    def read_all(environ: "WSGIEnvironment") -> bytes:
        stream = environ["wsgi.input"]
        return b"".join([stream.read(10), stream.readline(10), *iter(lambda: stream.read(1000), b"")])

    server = serve(validator(answering(read_all)))
    reply = requests.post(server.url, data=data if isinstance(data, bytes) else iter(data), timeout=10)
    assert reply.content == (data if isinstance(data, bytes) else b"".join(data))

"""Requests that the server refuses without calling the application (C7)."""

from typing import TYPE_CHECKING

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import GET, Wire, post, responding
from voxdouble_mock.wsgi.streams import HEAD_LIMIT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def never(environ: "WSGIEnvironment") -> bytes:
    """Fail, since the application must not be called."""
    raise AssertionError("the application was called")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense\r\n\r\n", "HTTP/1.1, got 'nonsense'."),
        (b"GET / HTTP/1.1\r\n\r\n", "The header Host is required"),
        (post(b"smuggled", "Transfer-Encoding: chunked"), "framed by either Content-Length or Transfer-Encoding"),
        (post(b"smuggled", "Content-Length: 3"), "Content-Length must be given once"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nA: " + b"a" * HEAD_LIMIT + b"\r\n\r\n", "must not exceed 65536 bytes"),
        (b"GET /" + b"a" * HEAD_LIMIT * 2 + b" HTTP/1.1\r\n\r\n", "must not exceed 65536 bytes"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "replace https:// by http://"),
    ],
)
def test_a_malformed_request_is_a_400(serve: Serve, data: bytes, message: str) -> None:
    """The response is a 400 with the JSON error body and the reason, and the connection is closed."""
    with Wire(serve(responding(never)).address) as wire:
        wire.send(data)
        response = wire.response()
        assert response.status == 400
        assert response.headers["content-type"] == "application/json"
        assert response.headers["connection"] == "close"
        assert message in response.json["message"]
        assert wire.rest() == b""


def test_bytes_after_a_refusal_are_not_parsed(serve: Serve) -> None:
    """After a request with two framings no further request on the connection is processed."""
    paths = []
    with Wire(serve(responding(lambda environ: paths.append(environ["PATH_INFO"]))).address) as wire:
        wire.send(post(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n", "Transfer-Encoding: chunked"), GET)
        assert wire.response().status == 400
        assert wire.rest() == b""
    assert paths == []


@pytest.mark.parametrize("begun", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: here\r\nA"])
def test_a_cut_head_is_a_400(serve: Serve, begun: bytes) -> None:
    """A head that ends early gets a response too, since the client may still read."""
    with Wire(serve(responding(never)).address) as wire:
        wire.send(begun)
        wire.end()
        assert "must end with an empty line" in wire.response().json["message"]


def test_a_slow_head_is_a_400(serve: Serve) -> None:
    """A head must be complete within the timeout, even if the client is never silent for so long."""
    with Wire(serve(responding(never), timeout=0.2).address) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: here\r\n")
        while wire.is_silent(0.02):
            wire.send(b"A: b\r\n")
        assert wire.response().json["message"] == "The request's head was not complete after 0.2 s."


def test_an_end_between_requests_is_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A client may connect, send nothing and close or reset: it gets no response, and the log stays empty."""
    server = serve(responding(never))
    for reset in (False, True):
        with Wire(server.address) as wire:
            wire.end(reset=reset)
            assert reset or wire.rest() == b""
    assert caplog.text == ""

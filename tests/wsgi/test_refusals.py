"""What the server refuses before the application sees it (C7)."""

from typing import TYPE_CHECKING

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import GET, Wire, answering, post
from voxdouble_mock.wsgi.head import HEAD_LIMIT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def never(environ: "WSGIEnvironment") -> bytes:
    """Fail, since no application may be asked."""
    raise AssertionError("the application was asked")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense\r\n\r\n", "The request line 'nonsense'"),
        (b"GET / HTTP/1.1\r\n\r\n", "The header Host is missing"),
        (post(b"smuggled", "Transfer-Encoding: chunked"), "framed by one of them"),
        (post(b"smuggled", "Content-Length: 3"), "Content-Length is given twice"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nA: " + b"a" * HEAD_LIMIT + b"\r\n\r\n", "limit of 65536 bytes"),
        (b"GET /" + b"a" * HEAD_LIMIT * 2 + b" HTTP/1.1\r\n\r\n", "limit of 65536 bytes"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "use http://"),
    ],
)
def test_refusal(serve: Serve, data: bytes, message: str) -> None:
    """The answer is a 400 with the JSON error body and the reason, and the connection ends."""
    with Wire(serve(answering(never)).address) as wire:
        wire.send(data)
        answer = wire.answer()
        assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
        assert answer.headers["connection"] == "close"
        assert message in answer.json["message"]
        assert wire.rest() == b""


def test_what_follows_a_refusal_is_no_request(serve: Serve) -> None:
    """After a request framed in two ways nothing on the connection is taken for another one."""
    asked = []
    with Wire(serve(answering(lambda environ: asked.append(environ["PATH_INFO"]))).address) as wire:
        wire.send(post(b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n", "Transfer-Encoding: chunked"), GET)
        assert wire.answer().status == 400
        assert wire.rest() == b""
    assert asked == []


@pytest.mark.parametrize("begun", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: here\r\nA"])
def test_head_cut(serve: Serve, begun: bytes) -> None:
    """A head that ends early is refused too: the client may still read."""
    with Wire(serve(answering(never)).address) as wire:
        wire.send(begun)
        wire.end()
        assert "before the empty line" in wire.answer().json["message"]


def test_slow_head(serve: Serve) -> None:
    """A head must be whole within the timeout, though the client never falls silent for so long."""
    with Wire(serve(answering(never), timeout=0.2).address) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: here\r\n")
        while wire.is_silent(0.02):
            wire.send(b"A: b\r\n")
        assert wire.answer().json["message"] == "The request's head was not complete after 0.2 s."


def test_end_between_requests_is_quiet(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A client may come, say nothing and go: it gets no answer, and nothing is logged."""
    server = serve(answering(never))
    for reset in (False, True):
        with Wire(server.address) as wire:
            wire.end(reset=reset)
            assert reset or wire.rest() == b""
    assert caplog.text == ""

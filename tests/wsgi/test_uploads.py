"""Uploads that are cut, stall or wait for "100 Continue", over the wire."""

import queue
from typing import TYPE_CHECKING, Any

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import CHUNKED_HEAD, GET, PATIENCE, Wire, body_result, chunked, post, responding
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CONTENT = bytes(range(256)) * 400
SIZED = post(CONTENT)
CHUNKED = CHUNKED_HEAD + chunked(CONTENT[:10], CONTENT[10:])
CUTS = {
    "sized, before the body": SIZED[: -len(CONTENT)],
    "sized, one byte": SIZED[: 1 - len(CONTENT)],
    "sized, in the middle": SIZED[: -len(CONTENT) // 2],
    "sized, before the last byte": SIZED[:-1],
    "chunked, before the body": CHUNKED_HEAD,
    "chunked, in a size": CHUNKED_HEAD + b"a",
    "chunked, after a size": CHUNKED_HEAD + b"a\r\n",
    "chunked, in a chunk": CHUNKED[: -len(CONTENT) // 2],
    "chunked, after a chunk": CHUNKED_HEAD + b"1\r\nx",
    "chunked, before the last chunk": CHUNKED[:-5],
    "chunked, in the last chunk": CHUNKED[:-3],
    "chunked, before the last byte": CHUNKED[:-1],
}


class Witness:
    """An application that reads bodies and keeps the results, for clients that receive no response."""

    def __init__(self) -> None:
        self.results: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.app = responding(self._read)

    def _read(self, environ: "WSGIEnvironment") -> dict[str, Any]:
        result = body_result(environ)
        self.results.put(result)
        return result


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("sent", CUTS.values(), ids=CUTS)
def test_a_cut_upload_is_an_error(serve: Serve, sent: bytes, reset: bool) -> None:
    """A body that ends early, by FIN or RST, raises BodyCut and is never treated as complete (P1)."""
    witness = Witness()
    with Wire(serve(witness.app).address) as wire:
        wire.send(sent)
        wire.end(reset=reset)
        result = witness.results.get(timeout=PATIENCE)
        assert result.get("error") == "BodyCut", result


@pytest.mark.parametrize("sent", [SIZED, CHUNKED], ids=["sized", "chunked"])
def test_a_complete_upload_may_be_followed_by_fin(serve: Serve, sent: bytes) -> None:
    """A body is complete even if the client closes its side of the connection behind it."""
    with Wire(serve(responding(body_result)).address) as wire:
        wire.send(sent)
        wire.end()
        assert wire.response().json == {"length": len(CONTENT)}


def test_malformed_chunks_close_the_connection(serve: Serve) -> None:
    """Malformed chunks raise BadChunking with the reason, and the connection is closed."""
    with Wire(serve(responding(body_result)).address) as wire:
        wire.send(CHUNKED_HEAD, b"zz\r\nhello\r\n0\r\n\r\n", GET)
        result = wire.response().json
        assert wire.rest() == b""
    assert result["error"] == "BadChunking"
    assert "must begin with its size in hex, got b'zz'" in result["message"]


@pytest.mark.parametrize("sends_on", [True, False], ids=["slow", "stalled"])
def test_a_body_after_its_deadline_is_an_error(serve: Serve, sends_on: bool) -> None:
    """A body must be complete at its deadline, whether the client sends slowly or stalls."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(0.2)
        return body_result(environ)

    with Wire(serve(responding(app)).address) as wire:
        wire.send(CHUNKED_HEAD)
        while sends_on and wire.is_silent(0.02):
            wire.send(b"1\r\nx\r\n")
        assert wire.response().json == {
            "error": "BodyTooSlow",
            "message": "The request body was not complete after 0.2 s.",
        }


def test_a_deadline_ends_with_its_request(serve: Serve) -> None:
    """A deadline that has passed does not apply to the connection's next request."""

    def app(environ: "WSGIEnvironment") -> Any:
        result = body_result(environ)
        environ[ENVIRON_KEY].set_body_deadline(0)
        return result

    with Wire(serve(responding(app)).address) as wire:
        for _ in range(2):
            wire.send(SIZED)
            assert wire.response().json == {"length": len(CONTENT)}


def test_a_complete_body_has_no_deadline(serve: Serve) -> None:
    """After the last byte has been read, the end of the body can be read at any time."""

    def app(environ: "WSGIEnvironment") -> Any:
        content = environ["wsgi.input"].read(len(CONTENT))
        environ[ENVIRON_KEY].set_body_deadline(0)
        return len(content) + len(environ["wsgi.input"].read())

    with Wire(serve(responding(app)).address) as wire:
        wire.send(SIZED)
        assert wire.response().json == len(CONTENT)


def test_a_stalled_body_is_an_error_before_its_deadline(serve: Serve) -> None:
    """A later deadline does not allow a client to stall for the server's timeout."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(1000)
        return body_result(environ)

    with Wire(serve(responding(app), timeout=0.1).address) as wire:
        wire.send(SIZED[:-1])
        assert wire.response().json == {"error": "BodyTooSlow", "message": "The request body stalled for 0.1 s."}


def test_a_deadline_does_not_bound_the_response(serve: Serve) -> None:
    """The remaining time of a deadline does not bound the sending of the response."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(PATIENCE / 2)
        environ["wsgi.input"].read()
        return environ[ENVIRON_KEY].socket.gettimeout()

    with Wire(serve(responding(app), timeout=PATIENCE).address) as wire:
        wire.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.line() == b"\r\n"
        wire.send(b"hello")
        assert wire.response().json == PATIENCE


def test_a_late_body_raises_at_every_read(serve: Serve) -> None:
    """A body that was too slow once is never treated as complete later, with a piece missing."""

    def app(environ: "WSGIEnvironment") -> Any:
        return [body_result(environ)["error"] for _ in range(3)]

    with Wire(serve(responding(app), timeout=0.1).address) as wire:
        wire.send(CHUNKED_HEAD, b"5\r\nhel")
        assert wire.is_silent(0.05)
        wire.send(b"l")
        assert wire.response().json == ["BodyTooSlow"] * 3


def test_a_stalled_body_is_an_error(serve: Serve) -> None:
    """Without a deadline a body may be slow, but not stall for the server's timeout."""
    with Wire(serve(responding(body_result), timeout=0.1).address) as wire:
        wire.send(SIZED[:-1])
        assert wire.response().json == {"error": "BodyTooSlow", "message": "The request body stalled for 0.1 s."}


@pytest.mark.parametrize(("deadline", "status"), [(0.0, 400), (None, 200)])
def test_an_error_that_the_application_does_not_handle_is_a_400(
    serve: Serve, deadline: float | None, status: int
) -> None:
    """The error of a late body that the application does not catch becomes a 400."""

    def app(environ: "WSGIEnvironment") -> Any:
        if deadline is not None:
            environ[ENVIRON_KEY].set_body_deadline(deadline)
        return len(environ["wsgi.input"].read())

    with Wire(serve(responding(app)).address) as wire:
        wire.send(SIZED)
        assert wire.response().status == status


def test_continue_is_sent_at_the_first_read(serve: Serve) -> None:
    """A client that waits for "100 Continue" gets it once, when the application reads."""
    with Wire(serve(responding(body_result)).address) as wire:
        wire.send(post(b"", "Expect: 100-Continue").replace(b"Length: 0", b"Length: 5"))
        assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.line() == b"\r\n"
        wire.send(b"hello")
        assert wire.response().json == {"length": 5}


def test_no_continue_before_a_refusal(serve: Serve) -> None:
    """A client that waits for "100 Continue" does not upload if the application responds without reading."""
    with Wire(serve(responding(lambda environ: "too large")).address) as wire:
        wire.send(post(b"", "Expect: 100-continue").replace(b"Length: 0", b"Length: 5"))
        response = wire.response()
        assert response.status == 200
        assert response.headers["connection"] == "close"
        wire.end()
        assert wire.rest() == b""


def test_http_1_0_gets_no_continue(serve: Serve) -> None:
    """HTTP/1.0 has no "100 Continue" (RFC 9110 section 10.1.1)."""
    with Wire(serve(responding(body_result)).address) as wire:
        wire.send(post(b"hello", "Expect: 100-continue").replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert wire.response().json == {"length": 5}

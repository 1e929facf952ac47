"""Uploads that break, stall or wait to be asked for, over the wire."""

import queue
from typing import TYPE_CHECKING, Any

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import CHUNKED_HEAD, GET, PATIENCE, Wire, answering, chunked, post, tell_body
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
    """An application that reads bodies and keeps what came of it, for clients that no answer reaches."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.app = answering(self._tell)

    def _tell(self, environ: "WSGIEnvironment") -> dict[str, Any]:
        told = tell_body(environ)
        self.told.put(told)
        return told


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("sent", CUTS.values(), ids=CUTS)
def test_cut_uploads(serve: Serve, sent: bytes, reset: bool) -> None:
    """A body that ends early, in order or by a reset, raises BodyCut and is never taken for a whole one."""
    witness = Witness()
    with Wire(serve(witness.app).address) as wire:
        wire.send(sent)
        wire.end(reset=reset)
        assert witness.told.get(timeout=PATIENCE)["error"] == "BodyCut"


@pytest.mark.parametrize("sent", [SIZED, CHUNKED], ids=["sized", "chunked"])
def test_whole_uploads_of_clients_that_end_their_side(serve: Serve, sent: bytes) -> None:
    """A whole body is whole even if the client ends its side of the connection behind it."""
    with Wire(serve(answering(tell_body)).address) as wire:
        wire.send(sent)
        wire.end()
        assert wire.answer().json == {"length": len(CONTENT)}


def test_bad_chunking(serve: Serve) -> None:
    """Broken chunks raise BadChunking with the reason, and the connection ends."""
    with Wire(serve(answering(tell_body)).address) as wire:
        wire.send(CHUNKED_HEAD, b"zz\r\nhello\r\n0\r\n\r\n", GET)
        told = wire.answer().json
        assert wire.rest() == b""
    assert told["error"] == "BadChunking"
    assert "b'zz' in place of its size" in told["message"]


@pytest.mark.parametrize("drips", [True, False], ids=["dripping", "stalling"])
def test_body_deadline(serve: Serve, drips: bool) -> None:
    """A body must be whole at its deadline, whether the client drips or stalls."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(0.2)
        return tell_body(environ)

    with Wire(serve(answering(app)).address) as wire:
        wire.send(CHUNKED_HEAD)
        while drips and wire.is_silent(0.02):
            wire.send(b"1\r\nx\r\n")
        assert wire.answer().json == {
            "error": "BodyTooSlow",
            "message": "The request body was not complete after 0.2 s.",
        }


def test_body_deadline_ends_with_its_request(serve: Serve) -> None:
    """A deadline that has passed does not touch the connection's next request."""

    def app(environ: "WSGIEnvironment") -> Any:
        told = tell_body(environ)
        environ[ENVIRON_KEY].set_body_deadline(0)
        return told

    with Wire(serve(answering(app)).address) as wire:
        for _ in range(2):
            wire.send(SIZED)
            assert wire.answer().json == {"length": len(CONTENT)}


def test_whole_body_has_no_deadline(serve: Serve) -> None:
    """Once everything has been read, the end of the body is told at any time."""

    def app(environ: "WSGIEnvironment") -> Any:
        told = environ["wsgi.input"].read(len(CONTENT))
        environ[ENVIRON_KEY].set_body_deadline(0)
        return len(told) + len(environ["wsgi.input"].read())

    with Wire(serve(answering(app)).address) as wire:
        wire.send(SIZED)
        assert wire.answer().json == len(CONTENT)


def test_silence_before_the_deadline(serve: Serve) -> None:
    """A deadline that is far away does not allow a client to fall silent."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(1000)
        return tell_body(environ)

    with Wire(serve(answering(app), timeout=0.1).address) as wire:
        wire.send(SIZED[:-1])
        assert wire.answer().json == {"error": "BodyTooSlow", "message": "The request body stalled for 0.1 s."}


def test_deadline_is_the_body_s_alone(serve: Serve) -> None:
    """The time that a deadline leaves does not bound how long the answer may take to send."""

    def app(environ: "WSGIEnvironment") -> Any:
        environ[ENVIRON_KEY].set_body_deadline(PATIENCE / 2)
        environ["wsgi.input"].read()
        return environ[ENVIRON_KEY].socket.gettimeout()

    with Wire(serve(answering(app), timeout=PATIENCE).address) as wire:
        wire.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.line() == b"\r\n"
        wire.send(b"hello")
        assert wire.answer().json == PATIENCE


def test_a_late_body_stays_late(serve: Serve) -> None:
    """A body that was too slow once is never handed out as whole later, with a piece missing."""

    def app(environ: "WSGIEnvironment") -> Any:
        return [tell_body(environ)["error"] for _ in range(3)]

    with Wire(serve(answering(app), timeout=0.1).address) as wire:
        wire.send(CHUNKED_HEAD, b"5\r\nhel")
        assert wire.is_silent(0.05)
        wire.send(b"l")
        assert wire.answer().json == ["BodyTooSlow"] * 3


def test_silence_in_a_body(serve: Serve) -> None:
    """Without a deadline a body may take its time, but not fall silent for the server's timeout."""
    with Wire(serve(answering(tell_body), timeout=0.1).address) as wire:
        wire.send(SIZED[:-1])
        assert wire.answer().json == {"error": "BodyTooSlow", "message": "The request body stalled for 0.1 s."}


@pytest.mark.parametrize(("deadline", "status"), [(0.0, 400), (None, 200)])
def test_errors_that_the_application_lets_through(serve: Serve, deadline: float | None, status: int) -> None:
    """An application that does not care about a broken body still makes a 400 of it."""

    def app(environ: "WSGIEnvironment") -> Any:
        if deadline is not None:
            environ[ENVIRON_KEY].set_body_deadline(deadline)
        return len(environ["wsgi.input"].read())

    with Wire(serve(answering(app)).address) as wire:
        wire.send(SIZED)
        assert wire.answer().status == status


def test_continue_is_said_at_the_first_read(serve: Serve) -> None:
    """A client that waits for "100 Continue" gets it when the application reads, once."""
    with Wire(serve(answering(tell_body)).address) as wire:
        wire.send(post(b"", "Expect: 100-Continue").replace(b"Length: 0", b"Length: 5"))
        assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.line() == b"\r\n"
        wire.send(b"hello")
        assert wire.answer().json == {"length": 5}


def test_no_continue_before_a_refusal(serve: Serve) -> None:
    """An application that answers without reading spares the client the upload."""
    with Wire(serve(answering(lambda environ: "too large")).address) as wire:
        wire.send(post(b"", "Expect: 100-continue").replace(b"Length: 0", b"Length: 5"))
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        wire.end()
        assert wire.rest() == b""


def test_no_continue_for_http_1_0(serve: Serve) -> None:
    """HTTP/1.0 knows no "100 Continue" (RFC 9110 section 10.1.1)."""
    with Wire(serve(answering(tell_body)).address) as wire:
        wire.send(post(b"hello", "Expect: 100-continue").replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert wire.answer().json == {"length": 5}

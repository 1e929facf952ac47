"""Responses: their framing, their connection, and their delivery to slow readers."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import (
    GET,
    PATIENCE,
    Wire,
    body_result,
    environ_texts,
    post,
    responding,
    sending,
    wait_for_connections,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def test_many_requests_use_one_connection(serve: Serve) -> None:
    """A connection is kept alive between requests."""
    with Wire(serve(responding(body_result)).address) as wire:
        for length in range(200):
            wire.send(post(b"x" * length))
            assert wire.response().json == {"length": length}


def test_pipelined_requests_are_served_in_order(serve: Serve) -> None:
    """Requests that are sent without waiting get their responses in the same order."""
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(*(b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n" % number for number in range(50)))
        assert [wire.response().json["PATH_INFO"] for _ in range(50)] == [f"/{number}" for number in range(50)]


def test_head_and_body_are_one_segment(serve: Serve) -> None:
    """A small response is sent in one piece: two sends would cost more, and some networks delay the second."""
    with Wire(serve(responding(environ_texts)).address) as wire:
        for _ in range(50):
            wire.send(GET)
            assert wire.socket.recv(65536).endswith(b"}")


def test_a_response_without_a_length_is_chunked(serve: Serve) -> None:
    """A response without a length is sent in chunks, and the connection stays open."""
    with Wire(serve(sending(b"one", b"", b"two")).address) as wire:
        for _ in range(2):
            wire.send(GET)
            response = wire.response()
            assert response.headers["transfer-encoding"] == "chunked"
            assert response.body == b"onetwo"


def test_an_http_1_0_response_ends_with_its_connection(serve: Serve) -> None:
    """An HTTP/1.0 client gets no chunks, but a response that ends with the connection."""
    with Wire(serve(sending(b"one", b"two")).address) as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        response = wire.response()
        assert "transfer-encoding" not in response.headers
        assert response.body == b"onetwo"


def test_pieces_are_sent_at_once(serve: Serve) -> None:
    """A client receives the first piece while the application still works on the second."""
    seen = threading.Event()

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", "6")])
        yield b"one"
        assert seen.wait(PATIENCE)
        yield b"two"

    with Wire(serve(app).address) as wire:
        wire.send(GET)
        while wire.line() != b"\r\n":
            pass
        assert wire.take(3) == b"one"
        seen.set()
        assert wire.take(3) == b"two"


@pytest.mark.parametrize("pieces", [[b"body"], []], ids=["given", "not given"])
@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_responses_without_a_body(serve: Serve, method: str, status: str, pieces: list[bytes]) -> None:
    """A response that may have no body gets none, so that the next one is not misread; its length may be declared."""
    with Wire(serve(sending(*pieces, status=status, headers=[("Content-Length", "4")])).address) as wire:
        wire.send(f"{method} / HTTP/1.1\r\nHost: here\r\n\r\n".encode() * 2)
        wire.end()
        received = wire.rest()
    assert received.count(b"HTTP/1.1 " + status.encode()) == 2, received
    assert b"body" not in received


@pytest.mark.parametrize("value", ["close", "Close"])
def test_the_application_can_close_the_connection(serve: Serve, value: str) -> None:
    """`Connection: close` from the application is obeyed."""
    with Wire(serve(sending(b"x", headers=[("Content-Length", "1"), ("connection", value)])).address) as wire:
        wire.send(GET, GET)
        assert wire.response().body == b"x"
        assert wire.rest() == b""


def test_the_client_can_close_the_connection(serve: Serve) -> None:
    """`Connection: close` from the client is obeyed and confirmed."""
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert wire.response().headers["connection"] == "close"
        assert wire.rest() == b""


def test_a_large_response_to_a_slow_reader_is_not_copied(serve: Serve, peak_memory: Callable[[], int]) -> None:
    """A large response that is read slowly is sent completely and without copies while the reader makes progress."""
    content = bytes(32_000_000)
    server = serve(sending(content, headers=[("Content-Length", str(len(content)))]), timeout=1)
    with Wire(server.address, receive_buffer=65536) as wire:
        before = peak_memory()
        wire.send(GET)
        assert len(wire.response().body) == len(content)
        assert peak_memory() - before < 2 * len(content)  # the test's own copy, and none of the server's


def test_a_reader_that_stops_is_disconnected(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A client that reads nothing for the timeout is disconnected without a log entry; the iterable is closed."""
    closed = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield bytes(65536)

        def close(self) -> None:
            closed.set()

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("200 OK", [])
        return Endless()

    server = serve(app, timeout=0.1)
    with Wire(server.address) as wire:
        wire.send(GET)
        assert closed.wait(PATIENCE)
        wait_for_connections(server, 0)
    assert caplog.text == ""

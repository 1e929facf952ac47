"""Faults that an application orders, proven by what clients see."""

import queue
import threading
from http.client import BadStatusLine, HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.test_answers import sending
from tests.wsgi.wire import GET, PATIENCE, Wire, answering, post
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY = b"x" * 100_000


def faulty(order: "Callable[[Connection], object]", *, length: bool = True, body: bytes = BODY) -> "WSGIApplication":
    """Make an application that orders a fault and then answers as if nothing were."""
    answer = sending(body[:1000], body[1000:], headers=[("Content-Length", str(len(body)))] if length else [])

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        order(environ[ENVIRON_KEY])
        return answer(environ, start_response)

    return app


def get(server: HttpServer) -> HTTPResponse:
    """Ask with the standard library's client, which reads as the server frames."""
    connection = HTTPConnection(*server.address, timeout=PATIENCE)
    connection.request("GET", "/")
    try:
        return connection.getresponse()
    finally:
        connection.close()


def test_no_answer(serve: Serve) -> None:
    """The connection ends in order, without a byte."""
    with Wire(serve(faulty(lambda connection: connection.close_without_response())).address) as wire:
        wire.send(GET)
        assert wire.rest() == b""


def test_no_answer_as_clients_see_it(serve: Serve) -> None:
    """Clients report a connection closed without a response."""
    with pytest.raises(RemoteDisconnected):
        get(serve(faulty(lambda connection: connection.close_without_response())))


def test_no_answer_to_an_upload(serve: Serve) -> None:
    """A client in the middle of an upload sees an end in order too, not a reset."""
    with Wire(serve(faulty(lambda connection: connection.close_without_response())).address) as wire:
        wire.send(post(BODY * 20)[:-1])
        assert wire.rest() == b""


def test_reset(serve: Serve) -> None:
    """The connection breaks."""
    server = serve(faulty(lambda connection: connection.reset()))
    with pytest.raises(ConnectionResetError):
        get(server)
    with pytest.raises(requests.ConnectionError, match="reset"):
        requests.get(server.url, timeout=PATIENCE)


def test_garbage(serve: Serve) -> None:
    """What is sent is no HTTP."""
    with pytest.raises(BadStatusLine):
        get(serve(faulty(lambda connection: connection.send_raw(b"\x00garbage\r\n\r\n"))))


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
@pytest.mark.parametrize("after", [0, 1, 1000, 1001, len(BODY) - 1])
def test_cut_response(serve: Serve, length: bool, after: int) -> None:
    """The head and so many bytes come, then the connection's end."""
    server = serve(faulty(lambda connection: connection.cut_response(after), length=length))
    connection = HTTPConnection(*server.address, timeout=PATIENCE)
    connection.request("GET", "/")
    with connection.getresponse() as response, pytest.raises(IncompleteRead) as cut:
        response.read()
    connection.close()
    assert (response.status, len(cut.value.partial)) == (200, after)


@pytest.mark.parametrize("after", [0, 10])
def test_answer_cut_by_a_reset(serve: Serve, after: int) -> None:
    """The head and so many bytes come, then a reset."""
    with Wire(serve(faulty(lambda connection: connection.cut_response(after, reset=True))).address) as wire:
        wire.send(GET)
        while wire.line() != b"\r\n":
            pass
        assert wire.take(after) == BODY[:after]
        with pytest.raises(ConnectionResetError):
            wire.rest()


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_answer_shorter_than_its_cut(serve: Serve, length: bool) -> None:
    """An answer that ends before its cut comes whole as to its bytes, and the connection ends all the same."""
    order = faulty(lambda connection: connection.cut_response(len(BODY) + 1), length=length)
    with Wire(serve(order).address) as wire:
        wire.send(GET, GET)
        received = wire.rest()
    assert (received.count(b"HTTP/1.1"), received.partition(b"\r\n\r\n")[2].count(b"x")) == (1, len(BODY))


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_length_too_large(serve: Serve, length: bool) -> None:
    """Clients miss what the length promises beyond the body."""
    server = serve(faulty(lambda connection: connection.declare_length(len(BODY) + 7), length=length))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="7 more expected"):
        requests.get(server.url, timeout=PATIENCE)


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_length_too_small(serve: Serve, length: bool) -> None:
    """Clients take the beginning for the whole; the rest is sent behind it, and the connection ends."""
    server = serve(faulty(lambda connection: connection.declare_length(3), length=length))
    assert requests.get(server.url, timeout=PATIENCE).content == b"xxx"
    with Wire(server.address) as wire:
        wire.send(GET, GET)
        assert wire.answer().body == b"xxx"
        assert wire.rest() == BODY[3:]


def test_faults_end_with_their_connection(serve: Serve) -> None:
    """The next connection is whole again."""
    broken = iter([True, False])

    def reset_once(connection: Connection) -> None:
        if next(broken):
            connection.reset()

    server = serve(faulty(reset_once))
    with pytest.raises(ConnectionResetError):
        get(server)
    assert requests.get(server.url, timeout=PATIENCE).content == BODY


@pytest.mark.parametrize(
    "order",
    [
        lambda connection: connection.reset(),
        lambda connection: connection.close_without_response(),
        lambda connection: connection.send_raw(b"x"),
    ],
    ids=["reset", "no answer", "garbage"],
)
def test_the_application_may_read_on_after_a_fault(serve: Serve, order: "Callable[[Connection], None]") -> None:
    """A body that is read after the end of its connection is whole or cut, nothing else, and nothing is logged."""
    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def app(environ: "WSGIEnvironment") -> bytes:
        order(environ[ENVIRON_KEY])
        try:
            outcomes.put(len(environ["wsgi.input"].read()))
        except OSError as error:
            outcomes.put(type(error).__name__)
        return b""

    with Wire(serve(answering(app)).address) as wire:
        wire.send(post(b"hello"))
        assert outcomes.get(timeout=PATIENCE) in {5, "BodyCut"}


def test_delay(serve: Serve) -> None:
    """A delay lasts as long as was ordered."""
    with Wire(serve(faulty(lambda connection: connection.wait(0.2))).address) as wire:
        wire.send(GET)
        assert wire.is_silent(0.1)
        assert wire.answer().body == BODY


def test_stop_ends_delays(serve: Serve) -> None:
    """A delay ends when the server stops, so that a stop never waits for one."""
    begun, ended = threading.Event(), threading.Event()

    def order(connection: Connection) -> None:
        begun.set()
        if not connection.wait(1000):
            ended.set()

    server = serve(faulty(order))
    with Wire(server.address) as wire:
        wire.send(GET)
        assert begun.wait(PATIENCE)
        server.stop()
        assert ended.wait(PATIENCE)

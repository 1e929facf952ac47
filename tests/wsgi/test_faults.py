"""Faults that an application orders, as clients observe them."""

import queue
import threading
from http.client import BadStatusLine, HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import GET, PATIENCE, Wire, post, responding, sending
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY = b"x" * 100_000


def faulty(order: "Callable[[Connection], object]", *, length: bool = True, body: bytes = BODY) -> "WSGIApplication":
    """Return an application that orders a fault and then returns a normal response."""
    normal = sending(body[:1000], body[1000:], headers=[("Content-Length", str(len(body)))] if length else [])

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        order(environ[ENVIRON_KEY])
        return normal(environ, start_response)

    return app


def get(server: HttpServer) -> HTTPResponse:
    """GET with the standard library's client, which reads the framing as it is declared."""
    connection = HTTPConnection(*server.address, timeout=PATIENCE)
    connection.request("GET", "/")
    try:
        return connection.getresponse()
    finally:
        connection.close()


def test_a_close_sends_no_byte(serve: Serve) -> None:
    """`close_without_response` closes the connection (FIN) without a byte."""
    with Wire(serve(faulty(lambda connection: connection.close_without_response())).address) as wire:
        wire.send(GET)
        assert wire.rest() == b""


def test_clients_report_a_close_without_a_response(serve: Serve) -> None:
    """http.client raises RemoteDisconnected."""
    with pytest.raises(RemoteDisconnected):
        get(serve(faulty(lambda connection: connection.close_without_response())))


def test_a_close_during_an_upload_is_not_a_reset(serve: Serve) -> None:
    """A client in the middle of an upload receives FIN, not a reset."""
    with Wire(serve(faulty(lambda connection: connection.close_without_response())).address) as wire:
        wire.send(post(BODY * 20)[:-1])
        assert wire.rest() == b""


def test_a_reset_reaches_the_client(serve: Serve) -> None:
    """Clients report that the connection was reset."""
    server = serve(faulty(lambda connection: connection.reset()))
    with pytest.raises(ConnectionResetError):
        get(server)
    with pytest.raises(requests.ConnectionError, match="reset"):
        requests.get(server.url, timeout=PATIENCE)


def test_raw_bytes_are_sent_unchanged(serve: Serve) -> None:
    """Clients refuse bytes that are not HTTP."""
    with pytest.raises(BadStatusLine):
        get(serve(faulty(lambda connection: connection.send_raw(b"\x00garbage\r\n\r\n"))))


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
@pytest.mark.parametrize("after", [0, 1, 1000, 1001, len(BODY) - 1])
def test_a_response_is_cut_after_the_given_bytes(serve: Serve, length: bool, after: int) -> None:
    """The head and the given number of bytes arrive, then FIN."""
    server = serve(faulty(lambda connection: connection.cut_response(after), length=length))
    connection = HTTPConnection(*server.address, timeout=PATIENCE)
    connection.request("GET", "/")
    with connection.getresponse() as response, pytest.raises(IncompleteRead) as cut:
        response.read()
    connection.close()
    assert response.status == 200
    assert len(cut.value.partial) == after


@pytest.mark.parametrize("after", [0, 10])
def test_a_response_is_cut_by_a_reset(serve: Serve, after: int) -> None:
    """The head and the given number of bytes arrive, then RST."""
    with Wire(serve(faulty(lambda connection: connection.cut_response(after, reset=True))).address) as wire:
        wire.send(GET)
        while wire.line() != b"\r\n":
            pass
        assert wire.take(after) == BODY[:after]
        with pytest.raises(ConnectionResetError):
            wire.rest()


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_a_response_shorter_than_its_cut_arrives(serve: Serve, length: bool) -> None:
    """All bytes of a response that ends before its cut arrive, and the connection is closed all the same."""
    order = faulty(lambda connection: connection.cut_response(len(BODY) + 1), length=length)
    with Wire(serve(order).address) as wire:
        wire.send(GET, GET)
        received = wire.rest()
    assert received.count(b"HTTP/1.1") == 1
    assert received.partition(b"\r\n\r\n")[2].count(b"x") == len(BODY)


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_a_larger_length_leaves_clients_waiting(serve: Serve, length: bool) -> None:
    """Clients report the missing bytes of a Content-Length that is larger than the body."""
    server = serve(faulty(lambda connection: connection.declare_length(len(BODY) + 7), length=length))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="7 more expected"):
        requests.get(server.url, timeout=PATIENCE)


@pytest.mark.parametrize("length", [True, False], ids=["sized", "chunked"])
def test_a_smaller_length_cuts_the_body_for_clients(serve: Serve, length: bool) -> None:
    """Clients read a part of the body; the rest is sent behind it, and the connection is closed."""
    server = serve(faulty(lambda connection: connection.declare_length(3), length=length))
    assert requests.get(server.url, timeout=PATIENCE).content == b"xxx"
    with Wire(server.address) as wire:
        wire.send(GET, GET)
        assert wire.response().body == b"xxx"
        assert wire.rest() == BODY[3:]


def test_faults_end_with_their_connection(serve: Serve) -> None:
    """The next connection works normally."""
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
    ids=["reset", "close", "raw bytes"],
)
def test_the_application_may_read_after_a_fault(serve: Serve, order: "Callable[[Connection], None]") -> None:
    """A body that is read after the end of its connection is complete or raises BodyCut."""
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def app(environ: "WSGIEnvironment") -> bytes:
        order(environ[ENVIRON_KEY])
        try:
            results.put(len(environ["wsgi.input"].read()))
        except OSError as error:
            results.put(type(error).__name__)
        return b""

    with Wire(serve(responding(app)).address) as wire:
        wire.send(post(b"hello"))
        result = results.get(timeout=PATIENCE)
        assert result in {5, "BodyCut"}


def test_a_delay_lasts_as_ordered(serve: Serve) -> None:
    """The response comes after the delay."""
    with Wire(serve(faulty(lambda connection: connection.wait(0.2))).address) as wire:
        wire.send(GET)
        assert wire.is_silent(0.1)
        assert wire.response().body == BODY


def test_a_stop_ends_delays(serve: Serve) -> None:
    """A delay ends when the server stops, so that a stop does not wait for it."""
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

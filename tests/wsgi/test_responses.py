"""Responses: their framing, and their delivery to clients that are still sending."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests import needs
from tests.wsgi.conftest import Serve
from tests.wsgi.wire import (
    CHUNKED_HEAD,
    GET,
    PATIENCE,
    Wire,
    body_result,
    environ_texts,
    post,
    responding,
    wait_for_connections,
)
from voxdouble_mock.wsgi import connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UPLOAD = bytes(20_000_000)
"""More than the buffers of both sockets hold."""
UPLOADS = 3


def sending(*pieces: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> "WSGIApplication":
    """Return an application that responds in these pieces."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, [*headers])
        return iter(pieces)

    return app


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


def by_requests(url: str) -> int:
    """Upload with requests, with a length."""
    return requests.post(url, data=UPLOAD, timeout=PATIENCE).status_code


def by_requests_in_chunks(url: str) -> int:
    """Upload with requests, in chunks."""
    pieces = (UPLOAD[start : start + 65536] for start in range(0, len(UPLOAD), 65536))
    return requests.post(url, data=pieces, timeout=PATIENCE).status_code


def by_http_client(url: str) -> int:
    """Upload with http.client, which sends everything before it reads."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("POST", "/", UPLOAD)
        return connection.getresponse().status
    finally:
        connection.close()


def by_curl(url: str) -> int:
    """Upload with curl."""
    curl = needs.program("curl", package="curl")
    command = [curl, "-s", "-o", "-", "-w", "%{http_code}", "-H", "Expect:", "--data-binary", "@-", url]
    run = subprocess.run(command, input=UPLOAD, capture_output=True, timeout=60, check=True)
    return int(run.stdout)


@pytest.mark.parametrize("upload", [by_requests, by_requests_in_chunks, by_http_client, by_curl])
def test_a_response_before_the_upload_is_read_arrives(serve: Serve, upload: Callable[[str], int]) -> None:
    """A client that is still sending its upload receives a 413 that does not wait for it."""
    server = serve(sending(status="413 Content Too Large", headers=[("Content-Length", "0")]))
    assert [upload(server.url) for _ in range(UPLOADS)] == [413] * UPLOADS


def test_the_end_is_sent_before_the_rest_is_read(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is still sending receives the end of the connection at once."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 1000)
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(post(b"hello")[:-1])
        assert wire.response().headers["connection"] == "close"
        assert wire.rest() == b""


def send_on(wire: Wire) -> None:
    """Send until the connection breaks."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        wire.send(b"more")


def test_reading_the_rest_is_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes on sending after its response is disconnected after a while."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 0.1)
    with Wire(serve(responding(environ_texts)).address) as wire:
        wire.send(post(b"hello")[:-1])
        with pytest.raises(ConnectionError):
            send_on(wire)


def test_unread_chunks_are_not_parsed_as_a_request(serve: Serve) -> None:
    """The rest of a chunked body that the application did not read is not parsed as the next request."""
    paths = []
    with Wire(serve(responding(lambda environ: paths.append(environ["PATH_INFO"]))).address) as wire:
        wire.send(CHUNKED_HEAD, GET)
        assert wire.response().headers["connection"] == "close"
        wire.end()
        assert wire.rest() == b""
    assert paths == ["/upload"]


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


def boom(environ: "WSGIEnvironment") -> Any:
    """Raise an error that an application may raise."""
    raise OSError(5, "disk on fire")


def unstarted(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Return a body without calling start_response."""
    return [b"x"]


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (responding(boom), "disk on fire"),
        (unstarted, "without calling start_response"),
        (sending(b"long", headers=[("Content-Length", "3")]), "more bytes than its Content-Length"),
        (sending(headers=[("Content-Length", "3")]), "fewer bytes than its Content-Length"),
    ],
)
def test_a_bug_of_the_application_is_a_500(
    serve: Serve, app: "WSGIApplication", message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An application that fails before its response causes a 500 and a log entry, and the server goes on."""
    server = serve(app)
    for _ in range(2):
        with Wire(server.address) as wire:
            wire.send(GET)
            assert wire.response().status == 500
            assert wire.rest() == b""
    assert message in caplog.text


@pytest.mark.parametrize(
    "app",
    [
        sending(b"sho", headers=[("Content-Length", "5")]),
        sending(b"sho", b"rt, and then too long", headers=[("Content-Length", "5")]),
    ],
)
def test_a_bug_in_the_middle_of_a_response_cuts_it(
    serve: Serve, app: "WSGIApplication", caplog: pytest.LogCaptureFixture
) -> None:
    """A response whose length turns out to be wrong ends with its connection: the client notices the cut."""
    with Wire(serve(app).address) as wire:
        wire.send(GET, GET)
        assert wire.response().body == b"sho"
        assert wire.rest() == b""
    assert "bytes than its Content-Length declares" in caplog.text


def test_sys_exit_in_the_application_is_a_500(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """An application that calls sys.exit() ends its request, not the server."""

    def leave(environ: "WSGIEnvironment") -> bytes:
        if environ["PATH_INFO"] == "/upload":
            raise SystemExit(3)
        return b"here"

    server = serve(responding(leave))
    with Wire(server.address) as wire:
        wire.send(post(b""))
        assert wire.response().status == 500
    with Wire(server.address) as wire:
        wire.send(GET)
        assert wire.response().body == b"here"
    assert "SystemExit: 3" in caplog.text

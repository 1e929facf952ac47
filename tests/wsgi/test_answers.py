"""How answers are framed, and that they arrive."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import (
    CHUNKED_HEAD,
    GET,
    PATIENCE,
    Wire,
    answering,
    post,
    tell_body,
    tell_environ,
    wait_for_connections,
)
from voxdouble_mock.wsgi import connection
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UPLOAD = 50_000_000


def sending(*pieces: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> "WSGIApplication":
    """Make an application that answers in these pieces."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, [*headers])
        return iter(pieces)

    return app


def test_many_requests_on_one_connection(serve: Serve) -> None:
    """A connection is kept alive for as long as requests come."""
    with Wire(serve(answering(tell_body)).address) as wire:
        for length in range(200):
            wire.send(post(b"x" * length))
            assert wire.answer().json == {"length": length}


def test_pipelined_requests(serve: Serve) -> None:
    """Requests sent without waiting are answered in their order."""
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(*(b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n" % number for number in range(50)))
        assert [wire.answer().json["PATH_INFO"] for _ in range(50)] == [f"/{number}" for number in range(50)]


def test_head_and_body_are_one_segment(serve: Serve) -> None:
    """A small answer is sent at once: two sends would cost more, and some networks delay the second."""
    with Wire(serve(answering(tell_environ)).address) as wire:
        for _ in range(50):
            wire.send(GET)
            assert wire.socket.recv(65536).endswith(b"}")


def test_unknown_length(serve: Serve) -> None:
    """An answer without a length is sent in chunks, and the connection stays."""
    with Wire(serve(sending(b"one", b"", b"two")).address) as wire:
        for _ in range(2):
            wire.send(GET)
            answer = wire.answer()
            assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"onetwo")


def test_http_1_0(serve: Serve) -> None:
    """An HTTP/1.0 client gets no chunks, but an answer that ends with the connection."""
    with Wire(serve(sending(b"one", b"two")).address) as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        answer = wire.answer()
        assert ("transfer-encoding" in answer.headers, answer.body) == (False, b"onetwo")


def test_pieces_are_sent_as_they_are_made(serve: Serve) -> None:
    """A client sees the first piece while the application still works on the second."""
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
def test_answers_without_a_body(serve: Serve, method: str, status: str, pieces: list[bytes]) -> None:
    """Where no body may follow, none does, so that the next answer is not misread; its length may be told."""
    with Wire(serve(sending(*pieces, status=status, headers=[("Content-Length", "4")])).address) as wire:
        wire.send(f"{method} / HTTP/1.1\r\nHost: here\r\n\r\n".encode() * 2)
        wire.end()
        received = wire.rest()
    assert (received.count(b"HTTP/1.1 " + status.encode()), received.count(b"body")) == (2, 0)


@pytest.mark.parametrize("value", ["close", "Close"])
def test_application_closes_the_connection(serve: Serve, value: str) -> None:
    """Connection: close from the application is obeyed."""
    with Wire(serve(sending(b"x", headers=[("Content-Length", "1"), ("connection", value)])).address) as wire:
        wire.send(GET, GET)
        assert wire.answer().body == b"x"
        assert wire.rest() == b""


def test_client_closes_the_connection(serve: Serve) -> None:
    """Connection: close from the client is obeyed and confirmed."""
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert wire.answer().headers["connection"] == "close"
        assert wire.rest() == b""


def by_requests(url: str) -> int:
    """Upload with a length."""
    return requests.post(url, data=b"x" * UPLOAD, timeout=PATIENCE).status_code


def by_requests_in_chunks(url: str) -> int:
    """Upload in chunks."""
    return requests.post(url, data=(b"x" * 65536 for _ in range(UPLOAD // 65536)), timeout=PATIENCE).status_code


def by_http_client(url: str) -> int:
    """Upload with a client that sends everything before it reads."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("POST", "/", b"x" * UPLOAD)
        return connection.getresponse().status
    finally:
        connection.close()


def by_curl(url: str) -> int:
    """Upload as from a shell."""
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("needs curl")
    command = [curl, "-s", "-o", "-", "-w", "%{http_code}", "-H", "Expect:", "--data-binary", "@-", url]
    run = subprocess.run(command, input=b"x" * UPLOAD, capture_output=True, timeout=60, check=True)
    return int(run.stdout)


@pytest.mark.parametrize("upload", [by_requests, by_requests_in_chunks, by_http_client, by_curl])
def test_answer_before_the_upload_is_read(serve: Serve, upload: Callable[[str], int]) -> None:
    """A client that is still sending 50 MB gets the 413 that does not wait for them."""
    server = serve(sending(status="413 Content Too Large", headers=[("Content-Length", "0")]))
    assert [upload(server.url) for _ in range(5)] == [413] * 5


def test_end_is_told_before_the_rest_is_dropped(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is still sending sees the end of the connection at once."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 1000)
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(post(b"hello")[:-1])
        assert wire.answer().headers["connection"] == "close"
        assert wire.rest() == b""


def send_on(wire: Wire) -> None:
    """Send until the connection breaks."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        wire.send(b"more")


def test_dropping_the_rest_is_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes on sending, whatever it was told, is cut off after a while."""
    monkeypatch.setattr(connection, "DRAIN_SECONDS", 0.1)
    with Wire(serve(answering(tell_environ)).address) as wire:
        wire.send(post(b"hello")[:-1])
        with pytest.raises(ConnectionError):
            send_on(wire)


def test_unread_chunks_are_no_request(serve: Serve) -> None:
    """What an application leaves of a chunked body is not taken for the next request."""
    asked = []
    with Wire(serve(answering(lambda environ: asked.append(environ["PATH_INFO"]))).address) as wire:
        wire.send(CHUNKED_HEAD, GET)
        assert wire.answer().headers["connection"] == "close"
        wire.end()
        assert wire.rest() == b""
    assert asked == ["/upload"]


def test_large_answer_to_a_slow_reader(serve: Serve, peak_memory: Callable[[], int]) -> None:
    """A large answer that is read slowly is not copied, and is served whole while it makes progress."""
    content = bytes(64_000_000)
    server = serve(sending(content, headers=[("Content-Length", str(len(content)))]), timeout=1)
    with Wire(server.address, receive_buffer=65536) as wire:
        before = peak_memory()
        wire.send(GET)
        assert len(wire.answer().body) == len(content)
        assert peak_memory() - before < 2 * len(content)  # the reader's own copy, and none of ours


def test_reader_that_stops(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A client that reads nothing for the timeout is given up quietly, and the application's iterable is closed."""
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
    """Fail as an application may."""
    raise OSError(5, "disk on fire")


def unstarted(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer without a head."""
    return [b"x"]


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (answering(boom), "disk on fire"),
        (unstarted, "without having called start_response"),
        (sending(b"long", headers=[("Content-Length", "3")]), "more bytes than its Content-Length"),
        (sending(headers=[("Content-Length", "3")]), "fewer bytes than its Content-Length"),
    ],
)
def test_bug_of_the_application(
    serve: Serve, app: "WSGIApplication", message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An application that fails before it answers makes a 500 and a line in the log, and the server goes on."""
    server = serve(app)
    for _ in range(2):
        with Wire(server.address) as wire:
            wire.send(GET)
            assert wire.answer().status == 500
            assert wire.rest() == b""
    assert message in caplog.text


@pytest.mark.parametrize(
    "app",
    [
        sending(b"sho", headers=[("Content-Length", "5")]),
        sending(b"sho", b"rt, and then too long", headers=[("Content-Length", "5")]),
    ],
)
def test_bug_in_the_middle_of_an_answer(serve: Serve, app: "WSGIApplication", caplog: pytest.LogCaptureFixture) -> None:
    """An answer whose length turns out to be wrong ends with the connection: its client sees that it is cut."""
    with Wire(serve(app).address) as wire:
        wire.send(GET, GET)
        assert wire.answer().body == b"sho"
        assert wire.rest() == b""
    assert "bytes than its Content-Length says" in caplog.text


def test_exit_from_the_application(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """An application that calls sys.exit() ends its request, not the server."""

    def leave(environ: "WSGIEnvironment") -> bytes:
        if environ["PATH_INFO"] == "/upload":
            raise SystemExit(3)
        return b"here"

    server: HttpServer = serve(answering(leave))
    with Wire(server.address) as wire:
        wire.send(post(b""))
        assert wire.answer().status == 500
    with Wire(server.address) as wire:
        wire.send(GET)
        assert wire.answer().body == b"here"
    assert "SystemExit: 3" in caplog.text

"""Bounds of connections, of threads that wait for clients, and of file descriptors."""

import errno
import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

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
    wait_for_connections,
    wait_until,
    workers,
)
from voxdouble_mock.wsgi import selection
from voxdouble_mock.wsgi import server as server_module
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def test_connections_beyond_the_bound_get_a_503(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the bound a further connection gets a 503 with a body, and no reset, while the others are served (P7)."""
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 2)
    begun, proceed = threading.Semaphore(0), threading.Event()

    def app(environ: "WSGIEnvironment") -> bytes:
        begun.release()
        return b"served" if proceed.wait(PATIENCE) else b"never"

    server = serve(responding(app), timeout=PATIENCE, overloaded=b'{"type": "internal"}')
    with Wire(server.address) as first, Wire(server.address) as second:
        for wire in (first, second):
            wire.send(GET)
            assert begun.acquire(timeout=PATIENCE)
        with Wire(server.address) as third:
            third.send(post(b"x" * 300_000))
            response = third.response()
            assert (response.status, response.json) == (503, {"type": "internal"})
            assert response.headers["retry-after"] == "1"
            assert third.rest() == b""
        proceed.set()
        assert first.response().body == second.response().body == b"served"
    wait_for_connections(server, 0)
    with Wire(server.address) as fourth:
        fourth.send(GET)
        assert fourth.response().status == 200


@pytest.mark.parametrize("sent", [b"", GET[:20], GET + GET[:20]], ids=["nothing", "a part of a head", "and a part"])
def test_the_slowest_heads_give_way(serve: Serve, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """At the bound the oldest connection without a whole head is closed for a new one, and no thread waits for it."""
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 3)
    before = workers()
    server = serve(responding(environ_texts), timeout=PATIENCE)
    with ExitStack() as crowd:
        slow = []
        for number in range(3):
            wire = crowd.enter_context(Wire(server.address))
            wait_for_connections(server, number + 1)
            slow.append(wire)
            wire.send(sent)
            if sent.startswith(GET):
                assert wire.response().status == 200
        with Wire(server.address) as quick:
            quick.send(GET)
            assert quick.response().status == 200
            assert slow[0].rest() == b""
            assert slow[1].is_silent(0)
    assert workers() - before <= 3


def test_threads_are_kept_from_slow_bodies(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound of threads that wait for clients, a body gets a 503; other requests are served (P7)."""
    monkeypatch.setattr(server_module, "MAX_WAITING", 2)
    begun = threading.Semaphore(0)

    def app(environ: "WSGIEnvironment") -> Any:
        begun.release()
        return body_result(environ)

    server = serve(responding(app), timeout=PATIENCE, overloaded=b'{"type": "internal"}')
    with Wire(server.address) as first, Wire(server.address) as second, Wire(server.address) as third:
        for wire in (first, second):
            wire.send(post(b"hello")[:-1])
            assert begun.acquire(timeout=PATIENCE)
        third.send(post(b"hello"))
        refused = third.response()
        assert (refused.status, refused.json, refused.headers["retry-after"]) == (503, {"type": "internal"}, "1")
        with Wire(server.address) as quick:
            quick.send(GET)
            assert quick.response().status == 200
        for wire in (first, second):
            wire.send(b"o")
            assert wire.response().json == {"length": 5}
        with Wire(server.address) as later:
            later.send(post(b"hello"))
            assert later.response().status == 200


def test_threads_are_kept_from_slow_readers(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, the response to a client that does not read it is cut, and those of others are whole (P7)."""
    monkeypatch.setattr(server_module, "MAX_WAITING", 1)
    large = bytes(30_000_000)
    server = serve(responding(lambda _: large), timeout=PATIENCE)
    with Wire(server.address, receive_buffer=4096) as first, Wire(server.address, receive_buffer=4096) as second:
        first.send(GET)
        first.take(1)
        wait_until(lambda: not free_slot(server))
        second.send(GET)
        assert len(second.rest()) < len(large)
        assert len(first.response().body) == len(large)


def test_threads_are_kept_from_delayed_responses(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, a response that the application delays is not sent, and other requests are served (P7)."""
    monkeypatch.setattr(server_module, "MAX_WAITING", 1)

    def app(environ: "WSGIEnvironment") -> bytes:
        if environ["PATH_INFO"] == "/delayed":
            environ[ENVIRON_KEY].wait(PATIENCE)
        return b"served"

    server = serve(responding(app), timeout=PATIENCE)
    with Wire(server.address) as first, Wire(server.address) as second, Wire(server.address) as quick:
        first.send(GET.replace(b"/ ", b"/delayed "))
        wait_until(lambda: not free_slot(server))
        second.send(GET.replace(b"/ ", b"/delayed "))
        assert second.rest() == b""
        quick.send(GET)
        assert quick.response().status == 200
        server.stop()
        wait_until(lambda: free_slot(server))


def free_slot(server: HttpServer) -> bool:
    """Return whether a thread could wait for a slow client now."""
    if server.waiting.acquire(blocking=False):
        server.waiting.release()
        return True
    return False


def test_kept_connections_are_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound of kept connections, a response closes its connection (P7)."""
    monkeypatch.setattr(server_module.HttpServer, "keep_alive_conn_limit", 3)
    server = serve(responding(environ_texts), timeout=PATIENCE)
    with Wire(server.address) as first, Wire(server.address), Wire(server.address), Wire(server.address):
        wait_for_connections(server, 4)
        first.send(GET)
        assert first.response().headers["connection"] == "close"
        assert first.rest() == b""


class Exhausted:
    """A listening socket on a machine without a free file descriptor for the first connections."""

    def __init__(self, listening: socket.socket, failures: int) -> None:
        self._listening = listening
        self._failures = failures

    def accept(self) -> Any:
        """Fail the given number of times, then accept."""
        if self._failures:
            self._failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listening.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listening, name)


def test_connections_wait_for_a_free_file_descriptor(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a free file descriptor, new connections wait, open ones are served, and the log names the reason."""
    monkeypatch.setattr(selection, "EXHAUSTED_PAUSE", 0.02)
    server = serve(responding(environ_texts))
    with Wire(server.address) as first:
        first.send(GET)
        assert first.response().status == 200
        [listener] = server._listeners
        monkeypatch.setattr(listener, "socket", Exhausted(listener.socket, failures=3))
        with Wire(server.address) as second:
            second.send(GET)
            first.send(GET)
            assert first.response().status == 200
            assert second.response().status == 200
    assert caplog.text.count("A connection has to wait: Too many open files.") == 3

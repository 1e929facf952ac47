"""Many clients at once, slow ones and silent ones among them."""

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

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
from voxdouble_mock.wsgi import selection
from voxdouble_mock.wsgi import server as server_module

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CROWD = 100


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    """Give something that closes connections when the test ends."""
    with ExitStack() as stack:
        yield stack


def gather(crowd: ExitStack, address: tuple[str, int], says: bytes) -> list[Wire]:
    """Connect a crowd of clients that all say the same and then nothing more."""
    wires = [crowd.enter_context(Wire(address)) for _ in range(CROWD)]
    for wire in wires:
        wire.send(says)
    return wires


def workers() -> int:
    """Count the threads that answer."""
    return sum(thread.name.startswith("voxdouble-worker") for thread in threading.enumerate())


def test_silent_connections_hold_no_thread(serve: Serve, crowd: ExitStack) -> None:
    """Connections that say nothing, or nothing more, cost no thread."""
    before = workers()
    server = serve(answering(tell_environ), timeout=PATIENCE)
    gather(crowd, server.address, b"")
    for _ in range(CROWD):
        kept = crowd.enter_context(Wire(server.address))
        kept.send(GET)
        assert kept.answer().status == 200
    assert workers() - before < CROWD // 10


@pytest.mark.parametrize("says", [GET[:20], post(b"hello")[:-1], CHUNKED_HEAD], ids=["head", "body", "chunks"])
def test_slow_connections_hold_up_nobody(serve: Serve, crowd: ExitStack, says: bytes) -> None:
    """Beside clients that stop in the middle, others are answered."""
    server = serve(answering(tell_body), timeout=PATIENCE)
    slow = gather(crowd, server.address, says)
    for _ in range(20):
        with Wire(server.address) as wire:
            wire.send(post(b"quick"))
            assert wire.answer().json == {"length": 5}
    assert slow[0].is_silent(0)


def test_slow_readers_hold_up_nobody(serve: Serve, crowd: ExitStack) -> None:
    """Beside clients that do not read their answers, others are answered."""

    def app(environ: "WSGIEnvironment") -> bytes:
        return bytes(10_000_000) if environ["PATH_INFO"] == "/upload" else b"quick"

    server = serve(answering(app), timeout=PATIENCE)
    gather(crowd, server.address, post(b""))
    for _ in range(20):
        with Wire(server.address) as wire:
            wire.send(GET)
            assert wire.answer().body == b"quick"


def test_silent_connections_expire(serve: Serve) -> None:
    """A connection that says nothing for the timeout is closed, be it new or kept alive."""
    server = serve(answering(tell_environ), timeout=0.1)
    with Wire(server.address) as silent, Wire(server.address) as idle:
        idle.send(GET)
        assert idle.answer().status == 200
        assert (silent.rest(), idle.rest()) == (b"", b"")


def test_too_many_connections(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, connections are told to come again, until others have gone; P7."""
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 2)
    server = serve(answering(tell_environ), timeout=PATIENCE)
    with Wire(server.address) as first, Wire(server.address):
        first.send(GET)
        assert first.answer().status == 200
        with Wire(server.address) as third:
            answer = third.answer()
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    wait_for_connections(server, 0)
    with Wire(server.address) as fourth:
        fourth.send(GET)
        assert fourth.answer().status == 200


def test_too_many_kept_alive(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound of kept connections, answers end theirs."""
    monkeypatch.setattr(server_module.HttpServer, "keep_alive_conn_limit", 3)
    server = serve(answering(tell_environ), timeout=PATIENCE)
    with Wire(server.address) as first, Wire(server.address), Wire(server.address), Wire(server.address):
        wait_for_connections(server, 4)
        first.send(GET)
        assert first.answer().headers["connection"] == "close"
        assert first.rest() == b""


class Exhausted:
    """A listening socket on a machine that has no file descriptor left for the first connections."""

    def __init__(self, listening: socket.socket, failures: int) -> None:
        self._listening = listening
        self._failures = failures

    def accept(self) -> Any:
        """Fail as often as ordered, then accept."""
        if self._failures:
            self._failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listening.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listening, name)


def test_no_file_descriptors(serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """On a machine without free file descriptors, connections wait, the open ones are served, and the log says why."""
    monkeypatch.setattr(selection, "BREATH", 0.02)
    server = serve(answering(tell_environ))
    with Wire(server.address) as first:
        first.send(GET)
        assert first.answer().status == 200
        server.socket = Exhausted(server.socket, failures=3)
        with Wire(server.address) as second:
            second.send(GET)
            first.send(GET)
            assert first.answer().status == 200
            assert second.answer().status == 200
    assert caplog.text.count("A connection has to wait: Too many open files.") == 3

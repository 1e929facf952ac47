"""Many clients at once, among them slow and silent ones, which do not delay the others."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

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
    wait_until,
    workers,
)
from voxdouble_mock.wsgi import server as server_module

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


CROWD = 100


def gather(crowd: ExitStack, address: tuple[str, int], sent: bytes) -> list[Wire]:
    """Connect a crowd of clients that all send the same bytes and then nothing more."""
    wires = [crowd.enter_context(Wire(address)) for _ in range(CROWD)]
    for wire in wires:
        wire.send(sent)
    return wires


def test_silent_connections_occupy_no_thread(serve: Serve, crowd: ExitStack) -> None:
    """Connections that send nothing, or nothing more, need no thread."""
    before = workers()
    server = serve(responding(environ_texts), timeout=PATIENCE)
    gather(crowd, server.address, b"")
    for _ in range(CROWD):
        kept = crowd.enter_context(Wire(server.address))
        kept.send(GET)
        assert kept.response().status == 200
    assert workers() - before < CROWD // 10


@pytest.mark.parametrize("sent", [GET[:20], post(b"hello")[:-1], CHUNKED_HEAD], ids=["head", "body", "chunks"])
def test_slow_senders_do_not_delay_others(serve: Serve, crowd: ExitStack, sent: bytes) -> None:
    """Other clients get responses beside clients that stop in the middle of a request."""
    server = serve(responding(body_result), timeout=PATIENCE)
    slow = gather(crowd, server.address, sent)
    for _ in range(20):
        with Wire(server.address) as wire:
            wire.send(post(b"quick"))
            assert wire.response().json == {"length": 5}
    assert slow[0].is_silent(0)


def test_a_fast_client_does_not_delay_others(serve: Serve, monkeypatch: pytest.MonkeyPatch, crowd: ExitStack) -> None:
    """With all threads busy, a connection whose next request is there already waits behind the other connections."""
    monkeypatch.setattr(server_module, "MAX_THREADS", 1)
    served: list[str] = []

    def app(environ: "WSGIEnvironment") -> dict[str, str]:
        if not served:
            other.send(GET.replace(b"/ ", b"/other "))
            wait_until(lambda: server.requests.is_full)
        served.append(environ["PATH_INFO"])
        return {}

    server = serve(responding(app), timeout=PATIENCE)
    fast, other = (crowd.enter_context(Wire(server.address)) for _ in range(2))
    fast.send(GET * 3)
    assert other.response().status == 200
    for _ in range(3):
        assert fast.response().status == 200
    assert served == ["/", "/other", "/", "/"]


def test_slow_readers_do_not_delay_others(serve: Serve, crowd: ExitStack) -> None:
    """Other clients get responses beside clients that do not read theirs."""
    large = bytes(10_000_000)

    def app(environ: "WSGIEnvironment") -> bytes:
        return large if environ["PATH_INFO"] == "/upload" else b"quick"

    server = serve(responding(app), timeout=PATIENCE)
    gather(crowd, server.address, post(b""))
    for _ in range(20):
        with Wire(server.address) as wire:
            wire.send(GET)
            assert wire.response().body == b"quick"


def test_silent_connections_expire(serve: Serve) -> None:
    """A connection without a byte for the timeout is closed, whether it is new or kept alive."""
    server = serve(responding(environ_texts), timeout=0.1)
    with Wire(server.address) as silent, Wire(server.address) as idle:
        idle.send(GET)
        assert idle.response().status == 200
        assert silent.rest() == b""
        assert idle.rest() == b""


def test_a_head_in_pieces_is_read(serve: Serve) -> None:
    """A head that arrives byte by byte is complete at its last byte, also behind a whole request."""
    server = serve(responding(body_result), timeout=PATIENCE)
    with Wire(server.address) as wire:
        request = post(b"hello")
        for end in range(1, len(request)):
            wire.send(request[end - 1 : end])
        wire.send(request[-1:] + GET[:10])
        assert wire.response().json == {"length": 5}
        wire.send(GET[10:])
        assert wire.response().status == 200


def test_late_heads_are_refused_without_a_thread_of_their_own(serve: Serve) -> None:
    """A head that is not complete after the timeout gets a 400 that says so, however many are late."""
    before = workers()
    server = serve(responding(environ_texts), timeout=0.3)
    with ExitStack() as crowd:
        slow = gather(crowd, server.address, GET[:20])
        assert workers() - before < CROWD // 10
        for wire in slow:
            response = wire.response()
            assert (response.status, b"not complete after 0.3 s" in response.body) == (400, True)

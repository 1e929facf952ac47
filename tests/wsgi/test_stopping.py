"""Stopping a server: at once or gracefully, from anywhere, and in a bounded time."""

import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import APP, GET, PATIENCE, Wire, body_result, post, refuse, responding, wait_until_refused
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def test_a_stop_frees_the_port(serve: Serve) -> None:
    """After a stop connections to the port are refused, and it can be bound again."""
    server = serve(APP)
    requests.get(server.url, timeout=PATIENCE)
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        Wire(server.address)
    serve(APP, port=server.address[1])


def test_a_stop_without_a_start_has_no_effect() -> None:
    """A server that never started can be stopped."""
    HttpServer(APP, refuse=refuse).stop()


def test_a_second_stop_has_no_effect(serve: Serve) -> None:
    """Stops at the same time and a later one return without an error."""
    server = serve(APP)
    threads = [threading.Thread(target=server.stop) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert server.stopping.is_set()
    server.stop()


def test_a_second_start_is_refused(serve: Serve) -> None:
    """A server can be started once only, and the message says so."""
    server = serve(APP)
    with pytest.raises(RuntimeError, match="make another one"):
        server.start()
    server.stop()
    with pytest.raises(RuntimeError, match="make another one"):
        server.start()


def test_the_application_may_stop_its_server(serve: Serve) -> None:
    """A stop from inside a request returns."""
    server: HttpServer

    def stop(environ: "WSGIEnvironment") -> bytes:
        server.stop()
        return b""

    server = serve(responding(stop))
    with Wire(server.address) as wire:
        wire.send(GET)
        wire.rest()
    assert server.stopping.wait(PATIENCE)


def test_a_stop_closes_all_connections(serve: Serve) -> None:
    """A stop closes silent and idle connections, and those with an incomplete head or body, at once."""
    server = serve(responding(body_result), timeout=100, shutdown_timeout=2 * PATIENCE)
    with ExitStack() as stack:
        silent, idle, head, body = (stack.enter_context(Wire(server.address)) for _ in range(4))
        idle.send(GET)
        idle.response()
        head.send(GET[:10])
        body.send(post(b"hello", "Expect: 100-continue")[:-1])
        assert body.line() == b"HTTP/1.1 100 Continue\r\n"
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < PATIENCE
        assert b"".join(wire.rest() for wire in (silent, idle, head)) == b""
        assert b"200 OK" not in body.rest()


def test_a_stop_does_not_wait_for_the_application(serve: Serve) -> None:
    """An application that does not return does not delay a stop."""
    begun, ended = threading.Event(), threading.Event()

    def hang(environ: "WSGIEnvironment") -> bytes:
        begun.set()
        ended.wait(PATIENCE)
        return b""

    server = serve(responding(hang), shutdown_timeout=0.05)
    with Wire(server.address) as wire:
        wire.send(GET)
        assert begun.wait(PATIENCE)
        server.stop()
        assert not ended.is_set()
        assert wire.rest() == b""
    ended.set()


def test_a_graceful_stop_lets_requests_finish(serve: Serve) -> None:
    """Running requests and uploads get their responses, with `Connection: close`; new connections are refused."""
    running, release = threading.Event(), threading.Event()

    def app(environ: "WSGIEnvironment") -> Any:
        result = body_result(environ)
        running.set()
        release.wait(PATIENCE)
        return result

    server = serve(responding(app), graceful=True, shutdown_timeout=PATIENCE)
    with Wire(server.address) as request, Wire(server.address) as upload:
        upload.send(post(b"hello")[:-1])
        request.send(GET)
        assert running.wait(PATIENCE)
        stop = threading.Thread(target=server.stop)
        stop.start()
        wait_until_refused(server.address)
        assert request.is_silent(0.05)
        upload.send(b"o")
        release.set()
        for wire, length in ((request, 0), (upload, 5)):
            response = wire.response()
            assert response.json == {"length": length}
            assert response.headers["connection"] == "close"
        stop.join(PATIENCE)
        assert not stop.is_alive()


def test_a_graceful_stop_is_bounded(serve: Serve) -> None:
    """A graceful stop waits for an endless upload for `shutdown_timeout` only."""
    server = serve(responding(body_result), graceful=True, shutdown_timeout=0.1)
    with Wire(server.address) as wire:
        wire.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert wire.line() == b"HTTP/1.1 100 Continue\r\n"
        server.stop()
        assert b"200 OK" not in wire.rest()


def test_a_forgotten_stop_does_not_hang_the_interpreter() -> None:
    """A program that does not stop its server ends, with a client connected and a request running."""
    script = """if True:
        import socket, threading
        from voxdouble_mock.wsgi.server import HttpServer
        running = threading.Event()
        def app(environ, start_response):
            running.set()
            threading.Event().wait()
        server = HttpServer(app, refuse=str.encode)
        server.start()
        client = socket.create_connection(server.address)
        client.sendall(b"GET / HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n")
        running.wait()
        print("done")
    """
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "done\n"

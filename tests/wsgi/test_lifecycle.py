"""Starting and stopping a server."""

import gc
import logging
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.wsgi.conftest import Serve
from tests.wsgi.wire import (
    GET,
    PATIENCE,
    Wire,
    body_result,
    environ_texts,
    post,
    refuse,
    responding,
    wait_until_refused,
)
from voxdouble_mock.wsgi.body import SizedBody
from voxdouble_mock.wsgi.request import Request
from voxdouble_mock.wsgi.server import HttpServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

APP = responding(environ_texts)


def has_ipv6() -> bool:
    """Return whether this machine has the IPv6 loopback."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        pytest.param("::1", "http://[::1]:", marks=needs_ipv6),
        pytest.param("::", "http://[::1]:", marks=needs_ipv6),
    ],
)
def test_the_url_reaches_the_server(serve: Serve, host: str, url: str) -> None:
    """The server responds at its URL."""
    server = serve(APP, host=host)
    assert server.url == f"{url}{server.address[1]}"
    assert requests.get(server.url, timeout=PATIENCE).ok


@needs_ipv6
def test_ipv4_is_preferred(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server listens on the IPv4 address of a name that has an IPv6 address too, since every client tries it."""
    resolve = socket.getaddrinfo

    def resolve_backwards(*args: Any, **kwargs: Any) -> Any:
        return [*resolve("::1", *args[1:], **kwargs), *resolve("127.0.0.1", *args[1:], **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve_backwards)
    assert serve(APP, host="appliance.test").address[0] == "127.0.0.1"


@needs_ipv6
def test_localhost_is_both_loopback_addresses(serve: Serve) -> None:
    """A server on localhost listens on 127.0.0.1 and ::1 with one port, and a stop frees both."""
    server = serve(APP, host="localhost")
    port = server.address[1]
    for host in ("127.0.0.1", "[::1]"):
        assert requests.get(f"http://{host}:{port}", timeout=PATIENCE).ok
    server.stop()
    for host in ("127.0.0.1", "[::1]"):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://{host}:{port}", timeout=PATIENCE)
    again = serve(APP, host="localhost", port=port)
    assert again.url == f"http://127.0.0.1:{port}"


@needs_ipv6
def test_the_ipv6_wildcard_includes_ipv4(serve: Serve) -> None:
    """A server on :: accepts IPv4 connections too."""
    with Wire(("127.0.0.1", serve(APP, host="::").address[1])) as wire:
        wire.send(GET)
        assert wire.response().status == 200


def test_a_port_in_use_is_named(serve: Serve) -> None:
    """The message names the port and a remedy."""
    host, port = serve(APP).address
    with pytest.raises(
        OSError, match=rf"^\[Errno \d+\] Cannot listen on {host}:{port}: another program uses this port"
    ):
        HttpServer(APP, host=host, port=port, refuse=refuse).start()


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("192.0.2.1", "Cannot listen on 192.0.2.1:0: this machine has no such address"),
        ("no.such.host.invalid", "Cannot listen on 'no.such.host.invalid': no such host is known"),
        ("a" * 70 + ".example", "no such host is known"),
    ],
)
def test_an_unknown_host_is_named(host: str, message: str) -> None:
    """The message names a host that is unknown or belongs to another machine."""
    with pytest.raises(OSError, match=message):
        HttpServer(APP, host=host, refuse=refuse).start()


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


def count_objects() -> Counter[str]:
    """Count the objects that the garbage collector tracks, by type."""
    gc.collect()
    return Counter(type(thing).__qualname__ for thing in gc.get_objects())


def test_stopped_servers_leave_no_objects() -> None:
    """Fifty stopped servers leave neither objects nor threads nor statistics."""

    def serve_once() -> None:
        server = HttpServer(APP, refuse=refuse)
        with server, Wire(server.address) as wire:
            wire.send(GET)
            wire.response()

    for _ in range(3):
        serve_once()
    threads, before = threading.active_count(), count_objects()
    for _ in range(50):
        serve_once()
    grown = {name: count for name, count in (count_objects() - before).items() if count >= 25}
    assert grown == {}
    assert threading.active_count() <= threads  # fewer if threads of another test have ended meanwhile
    assert not any("Cheroot" in str(key) for key in getattr(logging, "statistics", {}))


def living_requests() -> int:
    """Return the number of requests and bodies in this process, those of other tests' servers included."""
    return sum(type(thing) in {Request, SizedBody} for thing in gc.get_objects())


def test_requests_leave_no_cycles(serve: Serve) -> None:
    """A request's objects are freed when it ends, without the garbage collector: the buffers of uploads are large."""
    server = serve(responding(body_result))
    with Wire(server.address) as wire:
        wire.send(post(b"x"))
        wire.response()
        gc.collect()
        gc.disable()
        try:
            before = living_requests()
            for _ in range(20):
                wire.send(post(b"x" * 1000))
                wire.response()
            end = time.monotonic() + 5  # a thread may still return from the request that it has answered
            while (left := living_requests() - before) > 2 and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            gc.enable()
    assert left <= 2


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

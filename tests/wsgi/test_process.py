"""A server as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest

from tests.wsgi.wire import GET, PATIENCE, Wire, environ_texts, post, refuse, responding, wait_until_refused
from voxdouble_mock.wsgi.run import ENDING, run_until_signal
from voxdouble_mock.wsgi.server import HttpServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

SCRIPT = """if True:
    import sys, threading
    from voxdouble_mock.wsgi.server import HttpServer
    from voxdouble_mock.wsgi.run import run_until_signal

    def app(environ, start_response):
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/wait":
            print("waiting", file=sys.stderr, flush=True)
            stopping.wait()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = HttpServer(app, port=int(sys.argv[1]), refuse=str.encode, graceful=True, shutdown_timeout=5)
    stopping = server.stopping
    run_until_signal(server, lambda url: print(url, flush=True))
    print("ended", flush=True)
"""


class Process:
    """A server in another process."""

    def __init__(self, port: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        assert self.process.stderr
        self.stdout: IO[str] = self.process.stdout
        self.stderr: IO[str] = self.process.stderr
        host, _, number = self.stdout.readline().strip().removeprefix("http://").partition(":")
        self.address = (host, int(number))

    def assert_ended(self) -> None:
        """Wait until the process ends, and check that it ended normally."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, errors
        assert output == "ended\n"


@pytest.fixture
def launch() -> Iterator[Callable[..., Process]]:
    """Yield a function that starts servers."""
    launched: list[Process] = []

    def start(**options: Any) -> Process:
        launched.append(Process(**options))
        return launched[-1]

    yield start
    for one in launched:
        one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("number", sorted(ENDING))
def test_a_signal_ends_the_server(launch: Callable[..., Process], number: signal.Signals) -> None:
    """The server responds once it prints its URL; SIGTERM and SIGINT end it before its five seconds for requests."""
    server = launch()
    with Wire(server.address) as wire:
        wire.send(GET)
        assert wire.response().status == 200
        begun = time.monotonic()
        server.process.send_signal(number)
        server.assert_ended()
        assert time.monotonic() - begun < 4


def test_running_requests_finish_after_several_signals(launch: Callable[..., Process]) -> None:
    """A request and an upload in progress get their responses, although a supervisor sends more than one signal."""
    server = launch()
    with Wire(server.address) as request, Wire(server.address) as upload:
        request.send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
        assert server.stderr.readline() == "waiting\n"
        upload.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert upload.line() == b"HTTP/1.1 100 Continue\r\n"
        assert upload.line() == b"\r\n"
        server.process.send_signal(signal.SIGTERM)
        assert request.response().status == 200
        wait_until_refused(server.address)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGINT)
        upload.send(b"hello")
        assert upload.response().body == b"hello"
        server.assert_ended()


def test_a_port_can_be_bound_at_once_after_kill_9(launch: Callable[..., Process]) -> None:
    """After a kill -9 a server can listen on its port at once, in spite of connections that the kill left."""
    port = 0
    for _ in range(2):
        server = launch(port=port)
        port = server.address[1]
        with Wire(server.address) as connected, Wire(server.address) as closed:
            closed.send(b"GET / HTTP/1.0\r\n\r\n")
            closed.rest()
            connected.send(GET)
            connected.response()
            server.process.kill()
            server.process.wait(PATIENCE)
    last = launch(port=port)
    with Wire(last.address) as wire:
        wire.send(GET)
        assert wire.response().status == 200


def test_signal_handlers_are_restored() -> None:
    """After the server's end, signals have the handlers that they had before."""
    server = HttpServer(responding(environ_texts), refuse=refuse)
    before = [signal.getsignal(number) for number in ENDING]
    run_until_signal(server, lambda url: signal.raise_signal(signal.SIGTERM))
    assert server.stopping.is_set()
    assert [signal.getsignal(number) for number in ENDING] == before
    assert signal.set_wakeup_fd(-1) == -1

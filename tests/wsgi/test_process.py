"""A server as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest

from tests.wsgi.wire import GET, PATIENCE, Wire, answering, post, refuse, tell_environ, wait_until_refused
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
            environ_stopping.wait()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = HttpServer(app, port=int(sys.argv[1]), refuse=str.encode, graceful=True, shutdown_timeout=5)
    environ_stopping = server.stopping
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

    def end(self) -> tuple[int, str]:
        """Wait for its end; give its exit status and what it printed."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output


@pytest.fixture
def launch() -> Iterator[Callable[..., Process]]:
    """Give a function that starts servers."""
    launched: list[Process] = []

    def start(**options: Any) -> Process:
        launched.append(Process(**options))
        return launched[-1]

    yield start
    for one in launched:
        one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("number", sorted(ENDING))
def test_signals_end_it(launch: Callable[..., Process], number: signal.Signals) -> None:
    """It answers when it says so; SIGTERM and SIGINT end it in order, though a client is connected."""
    server = launch()
    with Wire(server.address) as wire:
        wire.send(GET)
        assert wire.answer().status == 200
        server.process.send_signal(number)
        assert server.end() == (0, "ended\n")


def test_running_requests_finish(launch: Callable[..., Process]) -> None:
    """A request and an upload that are under way when SIGTERM comes are answered."""
    server = launch()
    with Wire(server.address) as request, Wire(server.address) as upload:
        request.send(b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n")
        assert server.stderr.readline() == "waiting\n"
        upload.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert upload.line() == b"HTTP/1.1 100 Continue\r\n"
        assert upload.line() == b"\r\n"
        server.process.send_signal(signal.SIGTERM)
        assert request.answer().status == 200
        upload.send(b"hello")
        assert upload.answer().body == b"hello"
        assert server.end() == (0, "ended\n")


def test_a_second_signal_changes_nothing(launch: Callable[..., Process]) -> None:
    """Some supervisors send a signal twice: the upload under way is answered all the same."""
    server = launch()
    with Wire(server.address) as upload:
        upload.send(post(b"hello", "Expect: 100-continue")[:-5])
        assert upload.line() == b"HTTP/1.1 100 Continue\r\n"
        assert upload.line() == b"\r\n"
        server.process.send_signal(signal.SIGINT)
        wait_until_refused(server.address)
        server.process.send_signal(signal.SIGINT)
        server.process.send_signal(signal.SIGTERM)
        upload.send(b"hello")
        assert upload.answer().body == b"hello"
        assert server.end() == (0, "ended\n")


@pytest.mark.parametrize("port_chosen", [False, True], ids=["picked by the system", "chosen"])
def test_port_after_kill(launch: Callable[..., Process], port_chosen: bool) -> None:
    """After kill -9, with clients connected and others that the server has closed, the port can be bound at once."""
    port = 0
    if port_chosen:
        with socket.create_server(("127.0.0.1", 0)) as finder:
            port = finder.getsockname()[1]
    first = launch(port=port)
    with Wire(first.address) as connected, Wire(first.address) as closed:
        closed.send(b"GET / HTTP/1.0\r\n\r\n")
        closed.rest()
        connected.send(GET)
        connected.answer()
        first.process.kill()
        first.end()
        second = launch(port=first.address[1])
        with Wire(second.address) as wire:
            wire.send(GET)
            assert wire.answer().status == 200


def test_signals_are_handed_back() -> None:
    """After the server's end, signals mean to the program what they meant before."""
    server = HttpServer(answering(tell_environ), refuse=refuse)
    before = [signal.getsignal(number) for number in ENDING]
    run_until_signal(server, lambda url: signal.raise_signal(signal.SIGTERM))
    assert server.stopping.is_set()
    assert [signal.getsignal(number) for number in ENDING] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_idle_server_ends_at_once(launch: Callable[..., Process]) -> None:
    """Without requests under way a stop does not wait for its five seconds."""
    server = launch()
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.end() == (0, "ended\n")
    assert time.monotonic() - begun < 4

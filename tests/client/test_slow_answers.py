"""Ends that hang, drip or never end: every call comes back by its deadline, in a typed error.

The bound of two seconds past the deadline only catches hanging; the benchmark measures how late a call really is.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.client.hostile import DONE, TASK_PATH, Received, accepted, against, reply, state
from voxdouble_client import ApplianceClient, ContractError, PollTimeout, TransportError

DEADLINE = 0.2
Send = Callable[[socket.socket], None]


@contextmanager
def in_time(deadline: float = DEADLINE) -> Iterator[None]:
    """Fail if what is within lasts two seconds longer than its deadline."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < deadline + 2


def drip(start: bytes, byte: bytes) -> Send:
    """Send the start, then one byte after the other, far faster than any time-out between two of them."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(1000):
            connection.sendall(byte)
            time.sleep(0.02)

    return send


def flood(start: bytes, more: bytes) -> Send:
    """Send the start, and then more and more as fast as it is taken."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return send


def hang(_: socket.socket) -> None:
    """Send nothing, and keep the connection."""
    time.sleep(20)


def stop_short(connection: socket.socket) -> None:
    """Send all but the last byte, and keep the connection."""
    connection.sendall(reply(200, DONE)[:-1])
    hang(connection)


SLOW: dict[str, Send] = {
    "silence": hang,
    "a dripping status line": drip(b"HTTP/1.1 ", b"2"),
    "a dripping header": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "a dripping body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
    "a dripping body without a length": drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "dripping chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a dripping chunk size": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a dripping trailer": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
    "interim answers without end": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "a body that stops": stop_short,
}


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_a_wait_ends_by_its_deadline(send: Send) -> None:
    """However slowly a look is answered, waiting ends by its deadline, and says that the task goes on; P10."""

    def behave(request: Received, connection: socket.socket) -> None:
        send(connection)

    with against(behave) as (_, appliance), in_time(), pytest.raises(PollTimeout, match="it goes on"):
        appliance.task(TASK_PATH).result(timeout=DEADLINE)


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_a_start_ends_by_its_deadline(send: Send) -> None:
    """A deadline met before the 202 is a TransportError, as there is no task to wait for yet."""

    def behave(request: Received, connection: socket.socket) -> None:
        send(connection)

    with against(behave, timeout=DEADLINE) as (_, appliance):
        with in_time(), pytest.raises(TransportError, match=r"no response within 0\.\d+ s") as caught:
            appliance.extract_voiceprint(b"audio")
        assert caught.value.timed_out


def test_an_upload_that_nobody_reads_ends_by_its_deadline() -> None:
    """A server that stops reading cannot hold the client in its sending."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with ApplianceClient(url, timeout=DEADLINE) as appliance, in_time(), pytest.raises(TransportError):
            appliance.extract_voiceprint(bytes(30_000_000))


def test_an_upload_that_is_read_in_drips_ends_by_its_deadline() -> None:
    """A server that takes a little at a time is not late with any single piece, but the upload as a whole is."""

    def sip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while connection.recv(65_536):
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=sip, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with ApplianceClient(url, timeout=DEADLINE) as appliance, in_time(), pytest.raises(TransportError):
            appliance.extract_voiceprint(bytes(60_000_000))


def test_a_task_without_end_is_left_at_the_deadline() -> None:
    """A task that never ends is waited for until the deadline; the error names task, URL, state and how to go on."""

    def behave(request: Received, connection: socket.socket) -> None:
        connection.sendall(accepted() if request.method == "POST" else reply(200, state("running")))

    with against(behave, timeout=DEADLINE) as (server, appliance):
        with in_time(), pytest.raises(PollTimeout) as caught:
            appliance.extract_voiceprint(b"audio")
        error = caught.value
        assert (error.state, error.url, error.timeout) == ("running", server.url + TASK_PATH, DEADLINE)
        for fact in (error.task_id, error.url, "running", "it goes on", "handle.result()"):
            assert fact in str(error)


def test_the_state_of_the_202_is_the_last_seen_where_no_look_succeeds() -> None:
    """A task of which nothing was heard after its 202 was last seen in the state that the 202 told."""

    def behave(request: Received, connection: socket.socket) -> None:
        if request.method == "POST":
            connection.sendall(accepted())

    with against(behave) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        with in_time(), pytest.raises(PollTimeout, match="last state: pending"):
            handle.result(timeout=DEADLINE)


def test_waiting_goes_on_from_the_error() -> None:
    """The handle that a PollTimeout carries gives the result once the task is done."""
    answers = [state("running")]

    def behave(request: Received, connection: socket.socket) -> None:
        connection.sendall(accepted() if request.method == "POST" else reply(200, answers[-1]))

    with against(behave) as (_, appliance):
        with pytest.raises(PollTimeout) as caught:
            appliance.extract_voiceprint(b"audio", timeout=DEADLINE)
        answers.append(DONE)
        assert caught.value.handle.result(timeout=20).channels[0].model == "sid-xl5"


def test_a_flood_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body without end is given up at the limit of replies, long before the deadline."""
    monkeypatch.setattr("voxdouble_client._http.transport.MAX_RESPONSE_BYTES", 1_000_000)
    send = flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b" " * 0x8000 + b"\r\n")
    told = pytest.raises(ContractError, match="more than 1000000 bytes")
    with against(lambda _, connection: send(connection)) as (_, appliance), in_time(), told:
        appliance.task(TASK_PATH).state(timeout=30)

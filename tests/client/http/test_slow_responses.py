"""Servers that hang, respond slowly or never stop: every call returns by its deadline, with a typed error.

The bound of two seconds past the deadline only detects a hang; the benchmark measures how late a call really is.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.client.hostile import DONE, TASK_PATH, ReceivedRequest, accepted, response, serving, task_body
from voxdouble_client import ApplianceClient, ContractError, PollTimeout, TransportError

DEADLINE = 0.2
Send = Callable[[socket.socket], None]


@contextmanager
def in_time(deadline: float = DEADLINE) -> Iterator[None]:
    """Fail if the block takes two seconds longer than its deadline."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < deadline + 2


def byte_by_byte(start: bytes, byte: bytes) -> Send:
    """Return a behaviour that sends the start, then one byte after the other, well within any socket timeout."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(1000):
            connection.sendall(byte)
            time.sleep(0.02)

    return send


def endless(start: bytes, more: bytes) -> Send:
    """Return a behaviour that sends the start, and then the same bytes as fast as they are received."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return send


def hang(_: socket.socket) -> None:
    """Send nothing, and keep the connection open."""
    time.sleep(20)


def stop_short(connection: socket.socket) -> None:
    """Send all but the last byte, and keep the connection open."""
    connection.sendall(response(200, DONE)[:-1])
    hang(connection)


SLOW: dict[str, Send] = {
    "silence": hang,
    "a slow status line": byte_by_byte(b"HTTP/1.1 ", b"2"),
    "a slow header": byte_by_byte(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "a slow body": byte_by_byte(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
    "a slow body without a length": byte_by_byte(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "slow chunks": byte_by_byte(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a slow chunk size": byte_by_byte(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a slow trailer": byte_by_byte(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n"),
    "endless interim responses": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "a body that stops": stop_short,
}


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_a_wait_ends_by_its_deadline(send: Send) -> None:
    """A wait ends by its deadline however slow the responses are, and says that the task goes on; P10."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        send(connection)

    with serving(behave) as (_, appliance), in_time(), pytest.raises(PollTimeout, match="it goes on"):
        appliance.task(TASK_PATH).result(timeout=DEADLINE)


@pytest.mark.parametrize("send", SLOW.values(), ids=SLOW)
def test_a_start_ends_by_its_deadline(send: Send) -> None:
    """A deadline that passes before the 202 is a TransportError, since there is no task to wait for; P10."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        send(connection)

    with serving(behave, timeout=DEADLINE) as (_, appliance):
        with in_time(), pytest.raises(TransportError, match=r"no response within 0\.\d+ s") as caught:
            appliance.extract_voiceprint(b"audio")
        assert caught.value.timed_out


def test_an_upload_to_a_server_that_does_not_read_ends_by_its_deadline() -> None:
    """A server that stops reading does not block the client while it sends; P10."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with ApplianceClient(url, timeout=DEADLINE) as appliance, in_time(), pytest.raises(TransportError):
            appliance.extract_voiceprint(bytes(30_000_000))


def test_an_upload_that_is_read_slowly_ends_by_its_deadline() -> None:
    """A server that reads slowly exceeds no timeout of a single send, but the deadline of the upload; P10."""

    def read_slowly(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while connection.recv(65_536):
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=read_slowly, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with ApplianceClient(url, timeout=DEADLINE) as appliance, in_time(), pytest.raises(TransportError):
            appliance.extract_voiceprint(bytes(60_000_000))


def test_a_task_that_never_ends_is_a_poll_timeout() -> None:
    """The error names the task, its URL, its state, and how to continue to wait."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(accepted() if request.method == "POST" else response(200, task_body("running")))

    with serving(behave, timeout=DEADLINE) as (server, appliance):
        with in_time(), pytest.raises(PollTimeout) as caught:
            appliance.extract_voiceprint(b"audio")
        error = caught.value
        assert (error.state, error.url, error.timeout) == ("running", server.url + TASK_PATH, DEADLINE)
        for text in (error.task_id, error.url, "running", "it goes on", "handle.result()"):
            assert text in str(error)


def test_the_state_in_the_202_counts_if_no_poll_succeeds() -> None:
    """If every poll fails, the last known state is the one in the 202."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            connection.sendall(accepted())

    with serving(behave) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        with in_time(), pytest.raises(PollTimeout, match="last state: pending"):
            handle.result(timeout=DEADLINE)


def test_waiting_continues_with_the_handle_of_the_error() -> None:
    """The handle of a PollTimeout returns the result once the task is done."""
    bodies = [task_body("running")]

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(accepted() if request.method == "POST" else response(200, bodies[-1]))

    with serving(behave) as (_, appliance):
        with pytest.raises(PollTimeout) as caught:
            appliance.extract_voiceprint(b"audio", timeout=DEADLINE)
        bodies.append(DONE)
        assert caught.value.handle.result(timeout=20).channels[0].model == "sid-xl5"


def test_an_endless_body_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body without end is given up at the limit of responses, long before the deadline."""
    monkeypatch.setattr("voxdouble_client._http.transport.MAX_RESPONSE_BYTES", 1_000_000)
    send = endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b" " * 0x8000 + b"\r\n")
    expected = pytest.raises(ContractError, match="at most 1000000 bytes")
    with serving(lambda _, connection: send(connection)) as (_, appliance), in_time(), expected:
        appliance.task(TASK_PATH).state(timeout=30)


LARGE = {
    "a 202": f"HTTP/1.1 202 Whatever\r\nLocation: {TASK_PATH}\r\n".encode(),
    "an error": b"HTTP/1.1 500 Whatever\r\n",
}


@pytest.mark.parametrize("head", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("framing", ["Content-Length: 500000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"])
def test_only_results_may_be_large(head: bytes, framing: str) -> None:
    """A 202 or an error of more than 1 MiB is given up after its first megabyte, with its status in the message."""
    sent = 0

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(head + framing.encode())
        for _ in range(500):
            connection.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
            sent += 1

    expected = pytest.raises(ContractError, match=r"at most 1048576 bytes with status (202|500)")
    with serving(behave) as (_, appliance), in_time(20), expected as caught:
        appliance.extract_voiceprint(b"audio")
    assert caught.value.may_have_run
    assert sent < 20


def test_a_large_result_is_read() -> None:
    """A result of more than 1 MiB is read."""
    large = {**DONE, "result": {**DONE["result"], "more": "x" * 3_000_000}}  # type: ignore[dict-item]
    with serving(lambda _, connection: connection.sendall(response(200, large))) as (_, appliance):
        assert appliance.task(TASK_PATH).result().channels

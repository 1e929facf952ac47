"""Connections: reused, shared by threads, and never with the rest of another response."""

import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.client.hostile import DONE, GOOD, TASK_PATH, ReceivedRequest, response, serving


def test_connections_are_reused() -> None:
    """The start of a task and its polls use one connection."""
    seen: set[tuple[str, int]] = set()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        seen.add(connection.getpeername())
        GOOD(request, connection)

    with serving(behave) as (_, appliance):
        for _ in range(3):
            appliance.extract_voiceprint(b"audio")
    assert len(seen) == 1


def test_an_unread_response_does_not_reach_the_next_call() -> None:
    """After a response that was not read to its end, the next call gets its own response."""
    unread = response(404, b"x" * 5_000_000)
    answers = iter([unread, response(200, DONE)])
    with serving(lambda _, connection: connection.sendall(next(answers))) as (_, appliance):
        handle = appliance.task(TASK_PATH)
        with pytest.raises(Exception, match="404"):
            handle.state()
        assert handle.state() == "done"


def test_one_client_serves_many_threads() -> None:
    """Sixteen threads that share a client each get the responses to their own requests."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        name = request.target.rpartition("/")[2]
        connection.sendall(response(200, {"task": {"task_id": name, "state": f"state-of-{name}"}}))

    def poll(number: int) -> bool:
        handle = appliance.task(f"/api/technology/x/{number}")
        return all(handle.state() == f"state-of-{number}" for _ in range(10))

    with serving(behave) as (_, appliance), ThreadPoolExecutor(16) as threads:
        assert all(threads.map(poll, range(32)))


def test_a_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A failure that is retried is a warning in the log, with its cause and the pause."""
    answers = iter([response(503, b""), response(200, DONE)])
    with serving(lambda _, connection: connection.sendall(next(answers)), sleep=lambda _: None) as (_, appliance):
        appliance.task(TASK_PATH).state()
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.name == "voxdouble_client"
    assert "503" in record.getMessage()
    assert "Trying again in" in record.getMessage()

"""The hook that sees every exchange, for tracing."""

import socket
from typing import Any

import pytest

from tests.client.hostile import GOOD, START, TASK_PATH, ReceivedRequest, response, serving
from voxdouble_client import ApiError, Exchange, TransportError


def test_the_hook_sees_every_exchange() -> None:
    """`on_exchange` gets method, URL, headers, status and time of each request, without bodies and secrets."""
    seen: list[Exchange] = []
    settings: dict[str, Any] = {"token": "t0ken", "headers": {"X-Api-Key": "k3y"}, "on_exchange": seen.append}
    with serving(GOOD, **settings) as (server, appliance):
        appliance.extract_voiceprint(b"RIFFaudio")
    start, poll = seen
    assert (start.method, start.status, start.error) == ("POST", 202, None)
    assert start.url == server.url + START
    assert start.request_headers["Content-Type"].startswith("multipart/form-data")
    assert start.request_headers["Content-Length"] == server.received[0].headers["content-length"]
    assert set(start.request_headers) == {"Accept", "Accept-Encoding", "Content-Type", "Content-Length"}
    assert set(poll.request_headers) == {"Accept", "Accept-Encoding"}
    assert (poll.method, poll.url, poll.status) == ("GET", server.url + TASK_PATH, 200)
    assert poll.response_headers["content-type"] == "application/json"
    assert 0 < poll.seconds < 60
    assert not any(secret in repr(seen) for secret in ("t0ken", "k3y", "RIFF", "e2kD"))


def test_the_hook_sees_refusals_retries_and_failures() -> None:
    """Each try is an exchange of its own; one without a complete response has the error."""
    answers = iter([response(503, b""), b"", response(404, b"{}")])
    seen: list[Exchange] = []

    def behave(_: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(answers))
        connection.shutdown(socket.SHUT_RDWR)

    with serving(behave, on_exchange=seen.append, sleep=lambda _: None) as (_, appliance), pytest.raises(ApiError):
        appliance.task(TASK_PATH).state()
    assert [exchange.status for exchange in seen] == [503, None, 404]
    assert [type(exchange.error) for exchange in seen] == [type(None), TransportError, type(None)]


def test_a_hook_that_fails_does_not_lose_the_task(caplog: pytest.LogCaptureFixture) -> None:
    """An exception of the hook is logged, and the call returns its result."""

    def fail(_: Exchange) -> None:
        raise LookupError("no tracer")

    with serving(GOOD, on_exchange=fail) as (_, appliance):
        assert appliance.extract_voiceprint(b"audio").channels
    assert "`on_exchange` failed" in caplog.text
    assert "no tracer" in caplog.text

"""Closing a client while other threads use it: each gets an error with the handle of its task, at once."""

import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.client.hostile import ReceivedRequest, accepted, responding, response, serving, task_body
from voxdouble_client import ApplianceClient, ApplianceError, Exchange, TransportError
from voxdouble_fixtures import path
from voxdouble_mock import MockAppliance


def error_of(call: Callable[[], Any], until: threading.Event, close: Callable[[], None]) -> ApplianceError:
    """Return the error of the call, which runs in another thread while the client is closed."""
    errors: queue.SimpleQueue[ApplianceError] = queue.SimpleQueue()

    def run() -> None:
        try:
            call()
        except ApplianceError as error:
            errors.put(error)

    threading.Thread(target=run, daemon=True).start()
    assert until.wait(20)
    close()
    return errors.get(timeout=5)


@pytest.mark.parametrize("where", ["in a pause", "in a poll"])
def test_a_wait_ends_with_the_handle(where: str) -> None:
    """A thread that waits for a task gets an error with its handle, in a long pause or a silent poll."""
    polled = threading.Event()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            connection.sendall(accepted())
            return
        if where == "in a pause":
            connection.sendall(response(200, task_body("running"), retry_after="300"))
        polled.set()

    with serving(behave) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        error = error_of(handle.result, polled, appliance.close)
    assert isinstance(error, TransportError)
    assert error.handle is handle
    assert "the client was closed" in str(error)


def test_a_start_ends_and_may_have_run() -> None:
    """A thread that waits for the acceptance of a start gets an error that says that it may have run."""
    received = threading.Event()
    with serving(lambda *_: received.set()) as (_, appliance):
        error = error_of(lambda: appliance.extract_voiceprint(b"audio"), received, appliance.close)
    assert error.may_have_run
    assert error.handle is None


def test_a_refused_start_that_is_closed_in_its_pause_did_not_run() -> None:
    """A start that was refused with 429 and waits to be sent again did not run, and was not sent after `close`."""
    refused = threading.Event()
    later = responding(b"", response(429, retry_after="300"))
    with serving(later, on_exchange=lambda _: refused.set()) as (server, appliance):
        error = error_of(lambda: appliance.extract_voiceprint(b"audio"), refused, appliance.close)
    assert isinstance(error, TransportError)
    assert (error.may_have_run, error.transient, error.reached) == (False, False, False)
    assert "The appliance may have started the task" not in str(error)
    assert len(server.received) == 1


def test_a_call_of_a_closed_client_raises() -> None:
    """A start after `close` is an error, opens no file and sends nothing; so is each file of a batch."""
    with serving(responding(accepted())) as (server, appliance):
        appliance.close()
        with pytest.raises(TransportError, match="closed; create another ApplianceClient") as caught:
            appliance.extract_voiceprint("missing.wav")
        error = caught.value
        assert (error.may_have_run, error.transient, error.reached, error.handle) == (False, False, False, None)
        outcomes = list(appliance.extract_voiceprints(["missing.wav", b"audio"]))
        assert [type(outcome.error) for outcome in outcomes] == [TransportError, TransportError]
        assert not server.received


def test_conversions_before_close_are_kept() -> None:
    """The results of the calls that had ended when the client was closed are in the error of the next one."""
    exchanges: list[Exchange] = []

    def close_after_two_calls(exchange: Exchange) -> None:
        exchanges.append(exchange)
        if [one.method for one in exchanges] == ["POST", "GET"] * 2:
            client.close()

    voiceprint = path("john_doe.vp").read_text()
    with (
        MockAppliance(pending=0, running=0) as mock,
        ApplianceClient(mock.url, on_exchange=close_after_two_calls) as client,
        pytest.raises(TransportError, match="the client was closed") as caught,
    ):
        client.convert_voiceprints([voiceprint] * 3, batch_size=1)
    assert caught.value.converted_count == len(caught.value.converted.vector_voiceprints) == 2


def test_a_handle_of_a_closed_client_raises() -> None:
    """A poll after `close` is an error, and is not sent."""
    with ApplianceClient("http://127.0.0.1:1") as appliance:
        handle = appliance.task("/api/technology/x/1")
    with pytest.raises(TransportError, match="the client was closed") as caught:
        handle.result()
    assert caught.value.handle is handle

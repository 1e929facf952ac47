"""Handles of started tasks: their URL, their state, their result, and the time that a call has."""

import socket
import time

import pytest

from tests.client.hostile import (
    DONE,
    START,
    TASK_ID,
    TASK_PATH,
    MovedClock,
    ReceivedRequest,
    accepted,
    responding,
    response,
    serving,
    task_body,
)
from voxdouble_client import ChannelVoiceprint, PollTimeout, TaskRejected


def test_a_handle_has_id_url_state_and_result() -> None:
    """The handle of a started task has its id and its absolute URL, and returns its state and its result."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.state() == "done"
        assert handle.wait(timeout=20).result == DONE["result"]
        assert isinstance(handle.result(timeout=20).channels[0], ChannelVoiceprint)


def test_wait_returns_the_answer_of_a_rejected_task() -> None:
    """`wait` returns the answer of every final state; `result` raises unless the task is done."""
    why = {"type": "task.validation-error", "message": "No audio."}
    with serving(responding(response(200, task_body("rejected", error=why)))) as (_, appliance):
        handle = appliance.start_voiceprint_extraction(b"audio")
        answer = handle.wait()
        assert (answer.state, answer.error and answer.error.message) == ("rejected", "No audio.")
        with pytest.raises(TaskRejected):
            handle.result()


@pytest.mark.parametrize("url", ["{server}" + TASK_PATH, TASK_PATH])
def test_a_task_is_taken_up_by_url_or_path(url: str) -> None:
    """The URL of a handle or the path in a `Location` header is enough to come back to a task."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        handle = appliance.task(url.format(server=server.url))
        assert (handle.task_id, handle.url) == (TASK_ID, server.url + TASK_PATH)
        assert handle.result().channels[0].voiceprint == "e2kD"


def test_a_base_url_may_have_a_path() -> None:
    """An appliance below a path, or a namespace of the mock, is just another base URL."""
    prefixed = accepted("/_ns/a" + TASK_PATH)
    with serving(responding(response(200, DONE), prefixed), "/_ns/a/") as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.target for request in server.received] == ["/_ns/a" + START, "/_ns/a" + TASK_PATH]


def test_one_deadline_holds_for_the_whole_call() -> None:
    """The time that the upload used is not available for waiting."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            time.sleep(0.3)
        connection.sendall(accepted() if request.method == "POST" else response(200, task_body("running")))

    with serving(behave) as (_, appliance):
        began = time.monotonic()
        with pytest.raises(PollTimeout):
            appliance.extract_voiceprint(b"audio", timeout=0.5)
        assert time.monotonic() - began < 0.5 + 2


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("0.5", 0.5), ("Tue, 06 Oct 2026 12:00:30 GMT", 30.0)], ids=["7", "0.5", "date"]
)
def test_retry_after_on_the_202_delays_the_first_poll(value: str, seconds: float) -> None:
    """The first poll comes after the pause that the 202 asks for, in seconds or as a date."""
    clock, polls = MovedClock(), []

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        if request.method == "POST":
            task = {"task": {"task_id": TASK_ID, "state": "pending"}}
            date = "Tue, 06 Oct 2026 12:00:00 GMT"
            connection.sendall(response(202, task, location=TASK_PATH, retry_after=value, date=date))
        else:
            polls.append(clock.time)
            connection.sendall(response(200, DONE))

    with serving(behave, sleep=clock.sleep, now=clock.now) as (_, appliance):
        appliance.extract_voiceprint(b"audio")
    assert polls == [seconds]


def test_retry_after_on_the_202_does_not_pass_the_deadline() -> None:
    """A pause that the 202 asks for is cut short for a last poll before the deadline."""
    clock = MovedClock()
    accepting = response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}, location=TASK_PATH, retry_after="500")
    behave = responding(response(200, task_body("running")), accepting)
    with serving(behave, sleep=clock.sleep, now=clock.now) as (server, appliance), pytest.raises(PollTimeout):
        appliance.extract_voiceprint(b"audio", timeout=60)
    assert len(server.received) >= 2
    assert clock.time <= 60

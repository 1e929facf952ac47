"""Errors after which a task exists or may exist: each says so, and how to continue, so that callers start no second."""

import itertools
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.client.hostile import (
    GOOD,
    TASK_ID,
    TASK_PATH,
    MovedClock,
    ReceivedRequest,
    responding,
    response,
    serving,
    task_body,
)
from voxdouble_client import (
    ApiError,
    ApplianceClient,
    ApplianceError,
    ContractError,
    PollTimeout,
    TaskFailed,
    TaskHandle,
    TransportError,
)

AFTER_THE_202: dict[str, tuple[bytes, type[ApplianceError]]] = {
    "gone": (response(404, b""), ApiError),
    "not JSON": (response(200, b"<html>"), ContractError),
    "no result": (response(200, task_body("done")), ContractError),
    "not HTTP": (b"hello\r\n\r\n", PollTimeout),
}

CALLS: dict[str, Callable[[ApplianceClient], object]] = {
    "extract": lambda appliance: appliance.extract_voiceprint(b"audio"),
    "convert": lambda appliance: appliance.convert_voiceprints(["e2kD"]),
    "merge": lambda appliance: appliance.merge_voiceprints(["e2kD", "e2kE"]),
    "run": lambda appliance: appliance.run("speaker-identification-voiceprint-extraction", files={"file": b"audio"}),
    "result": lambda appliance: appliance.task(TASK_PATH).result(),
    "wait": lambda appliance: appliance.task(TASK_PATH).wait(),
}


@pytest.mark.parametrize(("answer", "kind"), AFTER_THE_202.values(), ids=AFTER_THE_202)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_error_after_the_202_carries_the_handle(
    call: Callable[[ApplianceClient], object], answer: bytes, kind: type[ApplianceError]
) -> None:
    """An error while polling has the handle, and names how to continue, unless the task is gone."""
    clock, expected = MovedClock(), pytest.raises(kind)
    with (
        serving(responding(answer), timeout=20, sleep=clock.sleep, now=clock.now) as (_, appliance),
        expected as caught,
    ):
        call(appliance)
    error = caught.value
    assert error.handle is not None
    assert error.may_have_run
    next_step = f"The task {error.handle.url} was started. Wait for it with error.handle.result()"
    assert (next_step in str(error)) == (kind is not ApiError)
    assert ("The task is not there any more" in str(error)) == (kind is ApiError)


SINGLE_POLLS: dict[str, Callable[[TaskHandle[Any]], object]] = {
    "state": lambda handle: handle.state(),
    "answer": lambda handle: handle.answer(),
}


@pytest.mark.parametrize("poll", SINGLE_POLLS.values(), ids=SINGLE_POLLS)
def test_an_error_of_a_single_poll_carries_the_handle(poll: Callable[[TaskHandle[Any]], object]) -> None:
    """An error of `state` or `answer` has the handle too; a 404 says that the task is gone, another how to go on."""
    with serving(responding(response(404, b""))) as (_, appliance), pytest.raises(ApiError) as gone:
        poll(handle := appliance.task(TASK_PATH))
    assert (gone.value.handle, gone.value.may_have_run) == (handle, True)
    assert (gone.value.task_is_gone, gone.value.transient) == (True, True)
    assert "The task is not there any more" in str(gone.value)
    with serving(responding(response(200, b"<html>"))) as (_, appliance), pytest.raises(ContractError) as broken:
        poll(handle := appliance.task(TASK_PATH))
    assert broken.value.handle is handle
    assert "Wait for it with error.handle.result()" in str(broken.value)


def test_a_failed_task_is_not_waited_for() -> None:
    """A failed task carries its handle, but its message does not advise to wait for it."""
    failed = task_body("failed", error={"type": "internal", "message": "It broke."})
    with serving(responding(response(200, failed))) as (_, appliance), pytest.raises(TaskFailed) as caught:
        appliance.extract_voiceprint(b"audio")
    assert caught.value.handle is not None
    assert "Wait for it" not in str(caught.value)


@pytest.mark.parametrize(
    ("post", "may_have_run"),
    [
        (response(500), True),
        (response(502), True),
        (response(504), True),
        (response(202), True),
        (response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}), True),
        (
            response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}, location="http://other" + TASK_PATH),
            True,
        ),
        (response(202, {"task": {"task_id": "other", "state": "pending"}}, location=TASK_PATH), True),
        (response(200, {}), True),
        (response(422), False),
        (response(503), False),
        (response(507), False),
    ],
)
def test_a_failed_start_says_whether_a_task_may_exist(post: bytes, may_have_run: bool) -> None:
    """Only a refusal rules out that a task was started; every other response leaves it open."""
    with serving(responding(b"", post)) as (server, appliance), pytest.raises((ApiError, ContractError)) as caught:
        appliance.start_voiceprint_extraction(b"audio")
    assert (caught.value.may_have_run, caught.value.handle) == (may_have_run, None)
    assert str(caught.value).endswith("The appliance may have started the task.") == may_have_run, str(caught.value)
    assert len(server.received) == 1


def test_a_trailing_slash_in_the_location_is_named() -> None:
    """A task URL that ends in a slash is not reported as the URL of another task."""
    body = {"task": {"task_id": TASK_ID, "state": "pending"}}
    with (
        serving(responding(b"", response(202, body, location=TASK_PATH + "/"))) as (_, appliance),
        pytest.raises(ContractError, match="ends in a slash"),
    ):
        appliance.start_voiceprint_extraction(b"audio")


def test_an_unreachable_host_is_not_a_poll_timeout() -> None:
    """If no poll reached the appliance, the error is that, and does not claim that the task goes on."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    handle = ApplianceClient(f"http://127.0.0.1:{port}").task(TASK_PATH)
    with pytest.raises(TransportError) as caught:
        handle.result(timeout=0.3)
    assert (caught.value.reached, caught.value.handle) == (False, handle)


def test_a_deadline_that_passes_before_the_first_poll_is_not_a_poll_timeout() -> None:
    """If the deadline passes before anything was sent, the error does not claim that the appliance was reached."""
    with serving(GOOD, now=itertools.count(0.0, 100.0).__next__) as (server, appliance):
        with pytest.raises(TransportError, match="was not sent: the deadline has passed") as poll:
            appliance.task(TASK_PATH).result(timeout=60)
        with pytest.raises(TransportError, match="was not sent: the deadline has passed") as start:
            appliance.start_voiceprint_extraction(b"audio", timeout=60)
    assert server.received == []
    for caught in (poll, start):
        assert (caught.value.reached, caught.value.timed_out) == (False, True)
    assert not start.value.may_have_run


def test_the_message_of_a_rejected_task() -> None:
    """The message of a rejected task says "was rejected" and the reason."""
    rejected = json.dumps(task_body("rejected", error={"type": "t", "message": "No."})).encode()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        responding(response(200, rejected))(request, connection)

    with serving(behave) as (_, appliance), pytest.raises(ApplianceError, match=r"was rejected: No\."):
        appliance.extract_voiceprint(b"audio")

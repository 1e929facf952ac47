"""Errors after which there is or may be a task: each says so, and how to go on, so that nobody starts a second one."""

import json
import socket
from collections.abc import Callable

import pytest

from tests.client.hostile import TASK_ID, TASK_PATH, ReceivedRequest, responding, response, serving, task_body
from voxdouble_client import ApiError, ApplianceClient, ApplianceError, ContractError, TaskFailed, TransportError

AFTER_THE_202: dict[str, tuple[bytes, type[ApplianceError]]] = {
    "gone": (response(404, b""), ApiError),
    "no JSON": (response(200, b"<html>"), ContractError),
    "no result": (response(200, task_body("done")), ContractError),
    "no HTTP": (b"hello\r\n\r\n", TransportError),
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
def test_an_error_after_the_202_carries_the_task(
    call: Callable[[ApplianceClient], object], answer: bytes, kind: type[ApplianceError]
) -> None:
    """An error in waiting has the handle, and says that a task was started, where, and how to go on."""
    with serving(responding(answer), sleep=lambda _: None) as (_, appliance), pytest.raises(kind) as caught:
        call(appliance)
    error = caught.value
    assert error.handle is not None
    assert error.may_have_run
    assert f"The task {error.handle.url} was started. Wait for it with error.handle.result()" in str(error)


def test_a_task_that_ended_badly_is_not_waited_on() -> None:
    """A failed task carries its handle, but its message does not tell to wait for what has ended."""
    failed = task_body("failed", error={"type": "internal", "message": "It broke."})
    with serving(responding(response(200, failed))) as (_, appliance), pytest.raises(TaskFailed) as caught:
        appliance.extract_voiceprint(b"audio")
    assert caught.value.handle is not None
    assert "Wait for it" not in str(caught.value)


@pytest.mark.parametrize(
    ("post", "may"),
    [
        (response(500), True),
        (response(502), True),
        (response(504), True),
        (response(202), True),
        (response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}), True),
        (response(202, {"task": {"task_id": TASK_ID, "state": "pending"}}, location="http://evil" + TASK_PATH), True),
        (response(202, {"task": {"task_id": "other", "state": "pending"}}, location=TASK_PATH), True),
        (response(200, {}), True),
        (response(422), False),
        (response(503), False),
        (response(507), False),
    ],
)
def test_a_start_says_whether_there_may_be_a_task(post: bytes, may: bool) -> None:
    """An answer that is neither a refusal nor a task leaves open whether there is one, and the error says so."""
    with serving(responding(b"", post)) as (server, appliance), pytest.raises((ApiError, ContractError)) as caught:
        appliance.start_voiceprint_extraction(b"audio")
    assert (caught.value.may_have_run, caught.value.handle) == (may, None)
    assert ("may have started the task" in str(caught.value)) == may
    assert len(server.received) == 1


def test_a_trailing_slash_is_told_as_such() -> None:
    """A task's address that ends in a slash is not told to be the address of another task."""
    body = {"task": {"task_id": TASK_ID, "state": "pending"}}
    with (
        serving(responding(b"", response(202, body, location=TASK_PATH + "/"))) as (_, appliance),
        pytest.raises(ContractError, match="ends in a slash"),
    ):
        appliance.start_voiceprint_extraction(b"audio")


def test_a_task_of_which_nothing_was_heard_is_not_said_to_go_on() -> None:
    """Waiting at a host that takes no connection ends as that, not as the time-out of a task that goes on."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    handle = ApplianceClient(f"http://127.0.0.1:{port}").task(TASK_PATH)
    with pytest.raises(TransportError) as caught:
        handle.result(timeout=0.3)
    assert (caught.value.reached, caught.value.handle) == (False, handle)


def test_a_rejected_task_was_rejected() -> None:
    """The message says in English what became of the task."""
    rejected = json.dumps(task_body("rejected", error={"type": "t", "message": "No."})).encode()

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        responding(response(200, rejected))(request, connection)

    with serving(behave) as (_, appliance), pytest.raises(ApplianceError, match=r"was rejected: No\."):
        appliance.extract_voiceprint(b"audio")

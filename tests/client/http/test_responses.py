"""Which responses are accepted, and the errors for all others."""

import contextlib
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.hostile import (
    DONE,
    TASK_ID,
    TASK_PATH,
    MovedClock,
    accepted,
    responding,
    response,
    serving,
    task_body,
)
from tests.client.http.received import GET, HTML, received
from voxdouble_client import ApplianceError, ContractError
from voxdouble_client._http.wire import Request, Response, accepted_task, api_error, task_answer

POST = Request("POST", "http://appliance/api/technology/x")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
MALFORMED_TASKS: dict[str, bytes | object] = {
    "nothing": b"",
    "a page of a proxy": HTML,
    "half of the JSON": b'{"task": {"task_id": ',
    "two objects": b"{}{}",
    "not UTF-8": b'{"task": "\xff"}',
    "NaN": b'{"task": NaN}',
    "a list": [],
    "a text": "done",
    "null": None,
    "no task": {},
    "a task that is null": {"task": None},
    "a task that is a list": {"task": []},
    "no id": {"task": {"state": "done"}},
    "an id that is a number": {"task": {"task_id": 3, "state": "done"}},
    "an id with a slash": {"task": {"task_id": "../x", "state": "done"}},
    "an empty id": {"task": {"task_id": "", "state": "done"}},
    "the id of another task": {"task": {"task_id": TASK_ID[:-1] + "0", "state": "done"}, "result": {}},
    "no state": {"task": {"task_id": TASK_ID}},
    "a state that is null": {"task": {"task_id": TASK_ID, "state": None}},
    "done without a result": task_body("done"),
    "done with null": task_body("done", result=None),
    "done with a list": task_body("done", result=[]),
    "failed without an error": task_body("failed"),
    "rejected with null": task_body("rejected", error=None),
    "failed with a text": task_body("failed", error="because"),
    "failed without a type": task_body("failed", error={"message": "because"}),
    "failed without a message": task_body("failed", error={"type": "internal"}),
}


@pytest.mark.parametrize("body", MALFORMED_TASKS.values(), ids=MALFORMED_TASKS)
def test_a_malformed_task_breaks_the_contract(body: object) -> None:
    """A body without a valid task, or with another task, is a ContractError that names the request."""
    with pytest.raises(ContractError, match=f"GET http://appliance{TASK_PATH} ") as caught:
        task_answer(received(200, body), TASK_ID)
    assert caught.value.url == GET.url


@pytest.mark.parametrize("coding", ["identity", "Identity", "IDENTITY, identity", ""])
def test_the_coding_identity_is_accepted_in_any_case(coding: str) -> None:
    """The content coding `identity` is accepted in any case, as RFC 9110, 8.4.1 demands."""
    with serving(responding(response(200, DONE, content_encoding=coding))) as (_, appliance):
        assert appliance.extract_voiceprint(b"audio").channels


@pytest.mark.parametrize("status", [100, 103, 199, 201, 202, 204, 206, 300, 301, 304, 399])
def test_only_a_200_answers_a_poll(status: int) -> None:
    """Any other status of success in response to the GET of a task is a ContractError."""
    with pytest.raises(ContractError, match=f"status {status}"):
        task_answer(received(status, DONE), TASK_ID)


@pytest.mark.parametrize("status", [200, 201, 204, 301])
def test_only_a_202_accepts_a_task(status: int) -> None:
    """A POST with any other status of success has not started a task that can be polled (S1)."""
    with pytest.raises(ContractError, match=f"status {status}"):
        accepted_task(Response(POST, status, {"location": TASK_PATH}, json.dumps(task_body("pending")).encode()))


@given(json_values)
def test_any_json_is_read_or_a_typed_error(value: Any) -> None:
    """Any JSON, in any place of a response, is read or raises an ApplianceError."""
    for body in (value, task_body("done", result=value), task_body("failed", error=value), {"task": value}):
        for read in (lambda response: task_answer(response, TASK_ID), api_error, accepted_task):
            with contextlib.suppress(ApplianceError):
                read(received(202 if read is accepted_task else 200, body))


def test_deep_json_breaks_the_contract() -> None:
    """JSON nested a hundred thousand times is a ContractError, not a crash."""
    deep = b'{"task":' * 100_000 + b"1" + b"}" * 100_000
    with pytest.raises(ContractError, match="not JSON"):
        task_answer(received(200, deep), TASK_ID)


@pytest.mark.parametrize("unused", [{}, {"error": None}, {"result": None, "error": None}])
def test_an_absent_member_equals_null(unused: dict[str, Any]) -> None:
    """A member that is not used may be absent or null."""
    assert task_answer(received(200, task_body("running", **unused)), TASK_ID).state == "running"
    done = task_answer(received(200, {**unused, **DONE}), TASK_ID)
    assert done.error is None


def test_unknown_members_are_kept_in_raw() -> None:
    """Members that the contract does not name stay in the raw answer."""
    raw = {**DONE, "queue": 3}
    with serving(responding(response(200, raw))) as (_, appliance):
        extraction = appliance.extract_voiceprint(b"audio")
    assert extraction.raw == raw
    assert extraction.channels[0].raw == DONE["result"]["channels"][0]  # type: ignore[index]


MALFORMED_HTTP = {
    "not HTTP": b"hello\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a status of letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
    "a header of a megabyte": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "a length of letters": b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    "a chunk size of letters": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk size of a thousand digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"f" * 1000
    + b"\r\n",
    "a null byte": b"\0",
    "a length beyond the limit": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
    "gzip that was not requested": response(200, gzip.compress(json.dumps(DONE).encode()), content_encoding="gzip"),
    "a gzip bomb": response(200, gzip.compress(bytes(5_000_000)), content_encoding="gzip"),
    "an unknown encoding": response(200, b"{}", content_encoding="x-odd"),
    "a body in latin-1": response(200, '{"task": "é"}'.encode("latin-1")),
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED_HTTP.values(), ids=MALFORMED_HTTP)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_malformed_response_is_a_typed_error(method: str, sent: bytes) -> None:
    """Bytes that are not HTTP, or not valid HTTP, end the call in an ApplianceError that names the request."""

    def behave(request: Any, connection: Any) -> None:
        connection.sendall(sent if request.method == method else accepted())
        connection.shutdown(2)

    clock = MovedClock()
    with serving(behave, sleep=clock.sleep, now=clock.now) as (_, appliance), pytest.raises(ApplianceError) as caught:
        appliance.extract_voiceprint(b"audio", timeout=20)
    assert f"{method} http://" in str(caught.value)

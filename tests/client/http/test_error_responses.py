"""Refusals, error pages and bad ends of tasks: the errors that they become, without voice data."""

import json

import pytest

from tests.client.hostile import DONE, TASK_ID, responding, response, serving, task_body
from tests.client.http.received import HTML, received
from voxdouble_client import ApiError, ContractError, TaskFailed, TaskRejected
from voxdouble_client._http.wire import api_error


def test_deep_json_with_an_error_status_is_an_api_error() -> None:
    """A response with an error status is an ApiError even if its body cannot be parsed."""
    error = api_error(received(500, b"[" * 100_000))
    assert (error.status, error.type) == (500, None)


@pytest.mark.parametrize(("state", "error"), [("failed", TaskFailed), ("rejected", TaskRejected)])
def test_failed_and_rejected_tasks_raise_with_the_reason(state: str, error: type[TaskFailed | TaskRejected]) -> None:
    """A failed or rejected task raises its own class, with type, message and places (S14 to S17)."""
    why = {
        "type": "internal",
        "message": "It broke.",
        "detail": [{"location": ["body", "voiceprints", 3], "message": "odd", "type": "x"}],
    }
    with (
        serving(responding(response(200, task_body(state, error=why)))) as (_, appliance),
        pytest.raises(error) as caught,
    ):
        appliance.extract_voiceprint(b"audio")
    raised = caught.value
    assert str(raised).endswith(f"{state}: It broke. [internal] (body.voiceprints.3: odd)")
    assert (raised.task_id, raised.error.type, raised.error.raw, raised.answer.state) == (
        TASK_ID,
        "internal",
        why,
        state,
    )


def test_a_proxys_error_page_is_described() -> None:
    """An error page that is not the appliance's is described by its start, and has no type."""
    error = api_error(received(502, HTML, **{"content-type": "text/html; charset=utf-8"}))
    assert (error.status, error.type, error.detail) == (502, None, [])
    assert "bytes of text/html that begin '<html><head><title>502 Bad Gateway" in str(error)


def test_a_refusal_names_its_places() -> None:
    """The vendor's error body is in the message and in the attributes (S64, S65)."""
    detail = [{"location": ["query", "channels"], "message": "no number", "type": "x", "context": {}}] * 5
    error = api_error(received(422, {"type": "request.validation-error", "message": "Invalid.", "detail": detail}))
    assert str(error).endswith(
        "status 422: Invalid. [request.validation-error]"
        " (query.channels: no number; query.channels: no number; query.channels: no number; and 2 more)"
    )
    assert (error.type, error.message, len(error.detail)) == ("request.validation-error", "Invalid.", 5)


def test_a_place_without_a_message_has_its_type() -> None:
    """A place whose message is null, as the schema of the error body allows, is described by its type."""
    detail = [{"location": ["body", "file"], "message": None, "type": "missing"}, {"location": ["query"]}]
    error = api_error(received(422, {"type": "request.validation-error", "message": "Invalid.", "detail": detail}))
    assert str(error).endswith("(body.file: missing; query: ?)")


VOICE = "e2kDY3JjbDAWiyhpCWVtYmVkZGluZ1tk"


@pytest.mark.parametrize(
    "body",
    [
        {**DONE, "task": None, "voiceprint": VOICE},
        task_body("done", result={"channels": [{"channel_number": 0, "voiceprint": VOICE, "speech_length": "x"}]}),
        json.dumps([VOICE] * 50).encode(),
        json.dumps({"voiceprint": VOICE}).encode()[:-1],
    ],
)
def test_errors_quote_no_voice_data(body: object) -> None:
    """Errors are logged, so they quote nothing from JSON."""
    with serving(responding(response(200, body))) as (_, appliance), pytest.raises(ContractError) as caught:
        appliance.extract_voiceprint(b"audio")
    assert VOICE[:8] not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(VOICE).encode(), "text/plain"),
        (b"\xef\xbb\xbf" + json.dumps([VOICE]).encode(), "text/plain"),
        (json.dumps([VOICE]).encode("utf-16"), "text/plain"),
        (json.dumps([VOICE]).encode("utf-32-be"), "text/plain"),
        (f")]}}',\n{json.dumps([VOICE])}".encode(), "application/problem+json"),
        (b"0.98765", "text/plain"),
    ],
    ids=["a text", "a byte order mark", "UTF-16", "UTF-32", "a prefix", "a number"],
)
def test_an_error_page_that_may_be_json_is_not_quoted(body: bytes, content_type: str) -> None:
    """The error for a status quotes nothing of a body that is JSON in an unusual form, or is called JSON."""
    text = str(api_error(received(500, body, **{"content-type": content_type})))
    assert text.endswith(f"returned status 500 and {len(body)} bytes of {content_type}.")


def test_a_plain_error_page_is_quoted() -> None:
    """A text that begins like a number but is not JSON is quoted, since it names the error."""
    text = str(api_error(received(502, b"404 page not found", **{"content-type": "text/plain"})))
    assert text.endswith("18 bytes of text/plain that begin '404 page not found'.")


def test_an_expired_task_is_a_404() -> None:
    """A task that expired after its 202 raises at once, with the appliance's own message."""
    gone = response(404, {"type": "resource.not-found", "message": "Expired.", "detail": []})
    with serving(responding(gone)) as (server, appliance), pytest.raises(ApiError, match=r"Expired\.") as caught:
        appliance.extract_voiceprint(b"audio")
    assert (caught.value.status, len(server.received)) == (404, 2)

"""The answers that the vendor's pages print, and what they become."""

import json

import pytest

from tests.client.answers import CONVERSION, EXTRACTION, quoted, read
from tests.client.hostile import TASK_ID, responding, response, serving, task_body
from voxdouble_client import ChannelVoiceprint, TaskError, VoiceprintConversion, VoiceprintExtraction
from voxdouble_client._http.wire import Request, Response, api_error, task_answer


def test_the_quoted_extraction_is_read() -> None:
    """The extraction that the guide prints becomes the typed result, with every member ([G-VV])."""
    raw = quoted("extraction-done")
    channel = raw["result"]["channels"][0]
    assert read(EXTRACTION, raw) == VoiceprintExtraction(
        channels=(
            ChannelVoiceprint(
                channel_number=0,
                voiceprint=channel["voiceprint"],
                vector_voiceprint=[0.1378096193, 0.0822454691, 0.0322346129, -0.0448936746, -0.0743807331],
                speech_length=49.08,
                model="sid-xl5",
                raw=channel,
            ),
        ),
        raw=raw,
    )


def test_the_quoted_conversion_is_read() -> None:
    """The conversion that the guide prints becomes the typed result ([G-VV])."""
    raw = quoted("conversion-done")
    vectors = [[0.1378096193, 0.0822454691, 0.0322346129, -0.0448936746, -0.0743807331]]
    assert read(CONVERSION, raw) == VoiceprintConversion(vectors, (raw,))


def test_the_quoted_error_of_a_task_is_read() -> None:
    """The error in the schema's example becomes the TaskError of a failed task (S15 to S17)."""
    error = quoted("task-error-skeleton")
    reply = Response(Request("GET", "u"), 200, {}, json.dumps(task_body("failed", error=error)).encode())
    assert task_answer(reply, TASK_ID).error == TaskError("internal", "string", error["detail"], error)


@pytest.mark.parametrize("name", ["request-invalid", "request-error-skeleton"])
def test_the_quoted_refusals_are_read(name: str) -> None:
    """The error bodies that the pages print become the attributes of an ApiError (S64 to S66)."""
    raw = quoted(name)
    error = api_error(Response(Request("GET", "u"), 400, {}, json.dumps(raw).encode()))
    assert (error.type, error.message, error.detail) == (raw["type"], raw["message"], raw["detail"])


def test_the_quoted_location_is_followed() -> None:
    """The example value of `Location`, a path, leads to the task on the appliance (S9)."""
    location = quoted("location-header")
    task = {"task": {"task_id": location.rpartition("/")[2], "state": "pending"}}
    with serving(responding(b"", response(202, task, location=location))) as (server, appliance):
        assert appliance.start_voiceprint_conversion(["e2kD"]).url == server.url + location

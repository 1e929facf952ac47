"""Members that are not used: left out, or with the option `members` shown as null."""

from typing import Any

import pytest

from tests.http.wire import NO_AUDIO, convert, extract, get
from voxdouble_client import ApplianceClient
from voxdouble_fixtures import path
from voxdouble_mock import MockAppliance


def polled(mock: MockAppliance, location: str, seconds: float = 0.0) -> dict[str, Any]:
    """Return the body of a poll after the clock has moved."""
    mock.clock.advance(seconds)
    body: dict[str, Any] = get(location).json()
    return body


def test_unused_members_are_null_in_every_state(mock: MockAppliance) -> None:
    """With `members` null both members are there in every state, in the vendor's order; the 202 has neither."""
    mock.options(members="null")
    started = extract(mock.url)
    assert list(started.json()) == ["task"]
    location = started.headers["Location"]
    for seconds in (0.0, 0.3):
        assert polled(mock, location, seconds) == {**polled(mock, location), "result": None, "error": None}
    done = polled(mock, location, 1.0)
    assert list(done) == ["task", "result", "error"]
    assert done["error"] is None
    [channel] = done["result"]["channels"]
    assert list(channel) == ["channel_number", "voiceprint", "vector_voiceprint", "speech_length", "model"]
    assert channel["vector_voiceprint"] is None


def test_a_rejected_task_has_a_null_result(mock: MockAppliance) -> None:
    """The unused member of a rejected task is its result."""
    mock.options(members="null")
    rejected = polled(mock, extract(mock.url, NO_AUDIO).headers["Location"], 1.0)
    assert rejected["result"] is None
    assert rejected["error"]["type"] == "task.validation-error"
    assert polled(mock, convert(mock.url, ["AAAA"]).headers["Location"], 1.0)["result"] is None


def test_the_values_are_the_same_in_both_forms(mock: MockAppliance) -> None:
    """A result differs in its null members alone; the form is that of the moment of the poll."""
    location = extract(mock.url).headers["Location"]
    absent = polled(mock, location, 1.0)
    mock.options(members="null")
    [with_null], [without] = polled(mock, location)["result"]["channels"], absent["result"]["channels"]
    assert {name: value for name, value in with_null.items() if value is not None} == without
    mock.options(members="absent")
    assert polled(mock, location) == absent


def test_a_requested_vector_is_not_null(mock: MockAppliance) -> None:
    """With the flag the vector is there in both forms, empty without speech."""
    mock.options(members="null")
    for data, length in ((path("john_doe.wav").read_bytes(), 128), (path("silence.wav").read_bytes(), 0)):
        location = extract(mock.url, data, include_vector_voiceprint="true").headers["Location"]
        assert len(polled(mock, location, 1.0)["result"]["channels"][0]["vector_voiceprint"]) == length


def test_generations_without_vectors_show_no_null_for_them(mock: MockAppliance) -> None:
    """A generation that has no vectors does not know the member."""
    mock.options(members="null", generation="e3")
    done = polled(mock, extract(mock.url).headers["Location"], 1.0)
    assert "vector_voiceprint" not in done["result"]["channels"][0]
    assert done["error"] is None


@pytest.mark.parametrize("members", ["absent", "null"])
def test_the_client_takes_both_forms(members: str) -> None:
    """Results and errors are the same for the client, whichever form the appliance has."""
    with MockAppliance(members=members, pending=0, running=0) as mock, ApplianceClient(mock.url, proxy="") as client:
        channel = client.extract_voiceprint(path("john_doe.wav")).channels[0]
        assert channel.vector_voiceprint is None
        assert len(client.convert_voiceprints([channel.voiceprint]).vector_voiceprints[0]) == 128
        [outcome] = client.extract_voiceprints([path("not_audio.wav")])
        assert type(outcome.error).__name__ == "TaskRejected"
        [gender] = client.identify_gender(path("silence.wav")).genders or ()
        assert gender.score_male is None

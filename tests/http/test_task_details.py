"""The details of a task: its request, its polls, its answer and its voice data."""

import json
from typing import Any

import pytest

from tests.http.wire import (
    EMBEDDING,
    EXTRACTION,
    NO_AUDIO,
    assert_refused,
    convert,
    delete,
    extract,
    get,
    post,
    put,
    task_of,
)
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.mock_api.voice_data import MAX_ITEMS, summary, voiceprint_of


def details(mock: MockAppliance, task_id: str) -> Any:
    """Return the body of a task's details."""
    response = get(f"{mock.url}/_mock/tasks/{task_id}")
    assert response.status_code == 200, response.text
    return response.json()


def test_details_show_the_request_the_polls_and_the_answer(mock: MockAppliance) -> None:
    """The log entry of the POST and a mark for each poll are shown; the answer appears when the state is final."""
    response = extract(mock.url, name="john.wav")
    get(response.headers["Location"])
    found = details(mock, task_of(response))
    assert (found["request"]["status"], found["request"]["file_name"]) == (202, "john.wav")
    assert found["answer"] == {}
    mock.clock.advance(5)
    mock.fault("status", status=503, method="GET")
    get(response.headers["Location"])
    found = details(mock, task_of(response))
    assert [(poll["status"], poll["fault"]) for poll in found["polls"]] == [(200, None), (503, "status")]
    assert found["polls"][1]["at"] - found["polls"][0]["at"] == pytest.approx(5)
    assert found["answer"]["result"]["channels"][0]["speech_length"] > 0


def test_details_without_a_log_entry_still_show_the_task(mock: MockAppliance) -> None:
    """Once the log has dropped the request, the task and its answer remain."""
    task_id = task_of(extract(mock.url, NO_AUDIO, "gone.wav"))
    delete(mock.url + "/_mock/requests")
    mock.clock.advance(1)
    found = details(mock, task_id)
    assert (found["request"], found["polls"], found["task"]["file_name"]) == (None, [], "gone.wav")
    assert found["answer"]["error"]["type"] == "task.validation-error"


def test_voice_data_is_summarised_and_a_voiceprint_is_sent_alone(mock: MockAppliance) -> None:
    """The answer has length, norm and plot of each voiceprint and vector; a voiceprint itself has its own route."""
    response = extract(mock.url, include_vector_voiceprint=True)
    mock.clock.advance(5)
    channel = get(response.headers["Location"]).json()["result"]["channels"][0]
    task_id = task_of(response)
    shown = details(mock, task_id)["answer"]["result"]["channels"][0]
    summary = shown["voiceprint"]["$voiceprint"]
    assert (summary["characters"], summary["length"], summary["index"]) == (len(channel["voiceprint"]), 100, 0)
    assert summary["norm"] > 0
    vector = shown["vector_voiceprint"]["$vector"]
    assert (vector["length"], vector["norm"]) == (128, 1.0)
    assert summary["plot"] == vector["plot"] == [round(number, 4) for number in channel["vector_voiceprint"]]
    found = get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/0")
    assert found.json() == {"voiceprint": channel["voiceprint"]}
    for missing in ("1", "-1", "x", "0" * 5000):
        assert_refused(get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/{missing}"), 404, "resource.not-found")


def test_a_long_list_is_cut(mock: MockAppliance) -> None:
    """Of a list with many items the first 20 are shown, and the others counted."""
    task_id = task_of(convert(mock.url, [EMBEDDING] * 23))
    mock.clock.advance(1)
    vectors = details(mock, task_id)["answer"]["result"]["vector_voiceprints"]
    assert (len(vectors), vectors[-1]) == (21, {"$more": 3})


def test_a_voiceprint_after_a_long_list_has_the_number_of_its_route() -> None:
    """The numbers count the voiceprints that a cut list does not show, as the route of one voiceprint does."""
    texts = [f"QUJ{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    payload = json.dumps({"channels": [{"voiceprint": one} for one in texts], "more": {"voiceprint": "last"}}).encode()
    shown = summary(payload)
    assert isinstance(shown, dict)
    assert len(shown["channels"]) == MAX_ITEMS + 1
    for found in (shown["channels"][MAX_ITEMS - 1], shown["more"]):
        index = found["voiceprint"]["$voiceprint"]["index"]
        assert voiceprint_of(payload, index) == (texts[MAX_ITEMS - 1] if index < MAX_ITEMS else "last")


def test_an_answer_is_not_shown_before_the_end(mock: MockAppliance) -> None:
    """The details show no more than a poll: neither the answer nor the voiceprint of a running task."""
    task_id = task_of(extract(mock.url))
    assert details(mock, task_id)["answer"] == {}
    assert get(f"{mock.url}/_mock/tasks/{task_id}/voiceprints/0").status_code == 404


@pytest.mark.parametrize("task_id", ["x", "00000000-0000-4000-8000-000000000000", "%00", "a" * 5000])
def test_an_unknown_task_is_404(mock: MockAppliance, task_id: str) -> None:
    """An id that is unknown or expired is refused."""
    assert_refused(get(f"{mock.url}/_mock/tasks/{task_id}"), 404, "resource.not-found")


def test_a_refusal_is_logged_with_its_reason(mock: MockAppliance) -> None:
    """The log entry has the message and the details that the client received, and nothing for an accepted request."""
    extract(mock.url, channels="x", channel_mode="y")
    post(mock.url + EXTRACTION, data=b"")
    convert(mock.url, ["AAAA"])
    reasons = [entry["reason"] for entry in get(mock.url + "/_mock/requests").json()["requests"]]
    assert "`channel_mode` must be" in reasons[0]
    assert "`channels` must be" in reasons[0]
    assert "multipart/form-data" in reasons[1]
    assert reasons[2] is None


def test_a_log_entry_says_where_the_result_comes_from(mock: MockAppliance) -> None:
    """A POST and a poll of a final state have the origin of the result; a poll before the end does not."""
    put(mock.url + "/_mock/scenario", json={"rules": [{"when": {"nth": 2}, "then": {"end": "failed"}}]})
    first, second = (extract(mock.url, NO_AUDIO).headers["Location"] for _ in range(2))
    get(first)
    mock.clock.advance(5)
    get(first)
    get(second)
    origins = [entry["origin"] for entry in get(mock.url + "/_mock/requests").json()["requests"]]
    assert origins == ["computed", "rule", None, "computed", "rule"]

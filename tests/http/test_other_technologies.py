"""The technologies that are not computed: served where a scenario has a result of them, from data alone (C50)."""

import uuid
from typing import Any

import pytest

from tests.http.wire import assert_refused, get, post, put
from voxdouble_fixtures.other_technologies import PATH, messages, other_technologies
from voxdouble_mock import MockAppliance

VAD, DIARIZATION, TEXT = "voice-activity-detection", "speaker-diarization", "speech-to-text"
VOICE = {
    "channels": [
        {
            "channel_number": 0,
            "speech_length": 1.5,
            "segments": [{"segment_type": "voice", "start_time": 0.0, "end_time": 1.5}],
        }
    ]
}
RESULTS: dict[str, Any] = {
    VAD: VOICE,
    DIARIZATION: {"channels": [{"channel_number": 0, "speakers_count": 0, "segments": []}]},
    "audio-quality-estimation": {"channels": [{"channel_number": 0, "pesq_estimation": None}]},
    "language-identification": {"channels": [{"channel_number": 0, "speech_length": 0, "scores": []}]},
    "time-analysis": {"channel_analyses": [], "reaction_analyses": []},
    TEXT: {"one_best": {"segments": [{"channel_number": 0, "start_time": 0, "end_time": 1, "text": "yes"}]}},
    "speech-to-text-whisper-enhanced": {"one_best": {"segments": []}},
    "emotion-recognition": {"channels": [{"speech_length": 1, "scores": [{"emotion": "sad", "probability": 1}]}]},
    "deepfake-detection": {"channels": [{"score": None}]},
}
RESULTS |= {name: {"anything": [1]} for name in other_technologies() if name not in RESULTS}
QUERY = {TEXT: {"language": "en"}, "keyword-spotting": {"language": "en"}}


def scenario(*names: str, **when: Any) -> dict[str, Any]:
    """Return a scenario that gives a result of each of these technologies."""
    return {"rules": [{"when": {"technology": name, **when}, "then": {"result": RESULTS[name]}} for name in names]}


def start(mock: MockAppliance, name: str, content: bytes = b"any bytes", **query: Any) -> Any:
    """Start a task with an upload."""
    return post(mock.url + PATH + name, files={"file": ("a.wav", content)}, params={**QUERY.get(name, {}), **query})


def done(mock: MockAppliance, response: Any) -> Any:
    """Return the answer to a poll of a started task after its end."""
    assert response.status_code == 202, response.text
    mock.clock.advance(1)
    return get(response.headers["Location"]).json()


@pytest.mark.parametrize("name", other_technologies())
def test_a_technology_is_served_while_a_rule_gives_a_result_of_it(mock: MockAppliance, name: str) -> None:
    """With the rule its task ends done with that result; before and after it every path is a 404 that names it."""
    for there in (False, True, False):
        mock.scenario(scenario(name) if there else None)
        started, polled = start(mock, name), get(f"{mock.url}{PATH}{name}/{uuid.UUID(int=7)}")
        described = get(mock.url + "/_mock/openapi.json").json()["paths"]
        assert (PATH + name in described) is (f"{PATH}{name}/{{task_id}}" in described) is there
        if there:
            body = done(mock, started)
            assert (body["task"]["state"], body["result"]) == ("done", RESULTS[name])
            assert polled.json()["message"].startswith("There is no task with this id")
        else:
            for refused in (started, polled):
                assert_refused(refused, 404, "resource.not-found")
                assert refused.json()["message"] == messages()[PATH + name]


def test_only_the_namespace_with_the_rule_serves_it(mock: MockAppliance) -> None:
    """Another namespace refuses the path at once."""
    mock.namespace("other").scenario(scenario(VAD))
    assert start(mock, VAD).status_code == 404
    assert post(mock.url + "/_ns/other" + PATH + VAD, files={"file": b"1"}).status_code == 202


def test_a_request_that_no_rule_fits_ends_failed(mock: MockAppliance) -> None:
    """The upload is received whole, and the message of the error says what was looked for."""
    mock.scenario(scenario(VAD, file_name="b.wav"))
    body = done(mock, start(mock, VAD, b"x" * 100_000))
    assert body["task"]["state"] == "failed"
    assert body["error"]["type"] == "internal"
    [entry] = [one for one in mock.requests if one.method == "POST"]
    assert VAD in body["error"]["message"]
    assert entry.sha256 in body["error"]["message"]
    assert entry.size == 100_000
    assert "file name must match 'b.wav'" in entry.misses[0]


@pytest.mark.parametrize(
    ("name", "query", "location", "words"),
    [
        (TEXT, {"language": ""}, "language", "1 to 100 printable characters"),
        (DIARIZATION, {"max_speakers": "0"}, "max_speakers", "whole number from 1"),
        (DIARIZATION, {"max_speakers": "2", "total_speakers": "2"}, "max_speakers", "absent if `total_speakers`"),
        (DIARIZATION, {"channel_mode": "neither"}, "channel_mode", "split, mix"),
        ("speech-translation-whisper-enhanced", {"language_switching": "maybe"}, "language_switching", "true"),
    ],
)
def test_the_parameters_are_those_of_the_entry(
    mock: MockAppliance, name: str, query: dict[str, Any], location: str, words: str
) -> None:
    """An invalid value, and two parameters that exclude one another, are refused as those of other technologies are."""
    mock.scenario(scenario(name))
    refused = start(mock, name, **query)
    assert_refused(refused, 422, "request.validation-error", ["query", location])
    assert words in refused.json()["detail"][0]["message"]


def test_a_required_parameter_must_be_there(mock: MockAppliance) -> None:
    """Speech to text without a language is refused."""
    mock.scenario(scenario(TEXT))
    refused = post(mock.url + PATH + TEXT, files={"file": b"1"})
    assert_refused(refused, 422, "request.validation-error", ["query", "language"])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [(VAD, {"channels": [{"channel_number": "0"}]}), (TEXT, {"one_best": []}), ("deepfake-detection", {})],
)
def test_a_result_must_fit_the_schema_of_its_entry(mock: MockAppliance, name: str, wrong: Any) -> None:
    """A scenario with an unfit result is refused, and nothing is served."""
    body = {"rules": [{"when": {"technology": name}, "then": {"result": wrong}}]}
    refused = put(mock.url + "/_mock/scenario", json=body)
    assert_refused(refused, 422, "request.validation-error", ["body"])
    assert "rules[0].then.result" in refused.json()["message"]
    assert start(mock, name).status_code == 404


def test_methods_come_after_the_path(mock: MockAppliance) -> None:
    """A wrong method is a 404 where the technology is not served, else a 405 (C5)."""
    path = mock.url + PATH + VAD
    assert get(path).status_code == 404
    mock.scenario(scenario(VAD))
    assert get(path).status_code == 405


def test_a_rule_without_a_result_serves_nothing(mock: MockAppliance) -> None:
    """A fault or an error of a technology that is not computed makes no path."""
    mock.scenario({"rules": [{"when": {"technology": VAD}, "then": {"end": "failed"}}]})
    assert start(mock, VAD).status_code == 404


def test_lists_and_capacities_have_it(mock: MockAppliance) -> None:
    """Tasks can be selected by it, and the capacities list it while it is served, with the labels of its entry."""
    mock.scenario(scenario(VAD, DIARIZATION))
    done(mock, start(mock, VAD))
    done(mock, start(mock, DIARIZATION))
    [task] = get(mock.url + "/_mock/tasks", params={"technology": VAD}).json()["tasks"]
    assert (task["technology"], task["origin"]) == (VAD, "given")
    items = get(mock.url + "/api/billing/capacities").json()["items"]
    labels = [{one["key"]: one["value"] for one in item["labels"]}["technology"] for item in items]
    assert {"voice_activity_detection", "speaker_diarization"} <= set(labels)
    mock.scenario(None)
    items = get(mock.url + "/api/billing/capacities").json()["items"]
    assert not any("voice_activity_detection" in str(item) for item in items)

"""The technologies over plain HTTP: behaviour that the contract suite does not judge."""

from typing import Any

import pytest
import requests

import voxdouble_fixtures
from tests.http.wire import EXTRACTION, NO_AUDIO, assert_refused, extract, get, post
from voxdouble_mock import MockAppliance

COMPARISON = "/api/technology/speaker-identification-voiceprint-comparison"
MERGING = "/api/technology/speaker-identification-voiceprint-merging"
GENDER, AGE = "/api/technology/gender-identification", "/api/technology/age-estimation"
CONSUMPTIONS = "/api/billing/consumptions"
PARTS = ("john_doe.wav", "john_doe_2.flac")


def done(mock: MockAppliance, started: requests.Response) -> Any:
    """Advance the clock to the end of a task, and return the body of its GET."""
    assert started.status_code == 202, started.text
    mock.clock.advance(1)
    return get(started.headers["Location"]).json()


def upload(mock: MockAppliance, path: str, name: str, **query: Any) -> requests.Response:
    """Start a task with a bundled recording."""
    return post(mock.url + path, files={"file": voxdouble_fixtures.path(name).read_bytes()}, params=query)


def scores(mock: MockAppliance, first: list[str], second: list[str]) -> Any:
    """Return the scores of a comparison."""
    started = post(mock.url + COMPARISON, json={"voiceprints_a": first, "voiceprints_b": second})
    return done(mock, started)["result"]["scores"]


@pytest.fixture(scope="module")
def channels(shared_mock: MockAppliance) -> dict[str, Any]:
    """Extract the first channel of three recordings, two of them of the same speaker."""
    return {
        name: done(shared_mock, upload(shared_mock, EXTRACTION, name))["result"]["channels"][0]
        for name in (*PARTS, "jane_roe_1.flac")
    }


def test_scores_are_higher_for_the_same_speaker(mock: MockAppliance, channels: dict[str, Any]) -> None:
    """A voiceprint is nearest to itself, then to its speaker's other one; a pair has one score in either order."""
    john, again, jane = (channel["voiceprint"] for channel in channels.values())
    found = scores(mock, [john, jane], [john, again, jane])
    assert list(found) == ["columns_count", "rows_count", "values"]
    rows = [found["values"][at : at + 2] for at in (0, 2, 4)]
    assert rows[0][0] == max(found["values"])
    assert rows[1][0] > 0 > rows[0][1]
    assert rows[2][0] == rows[0][1]


def test_a_comparison_over_the_limit_is_located_at_the_body() -> None:
    """The message of the refusal has the limit and the number of scores (S50, S80)."""
    with MockAppliance(clock="manual", max_matrix=6) as mock:
        body = {"voiceprints_a": ["AAAA"] * 7, "voiceprints_b": ["AAAA"]}
        refused = post(mock.url + COMPARISON, json=body)
    assert_refused(refused, 422, "request.validation-error", ["body"])
    message = "`voiceprints_a` times `voiceprints_b` must be at most 6 scores, got 7."
    assert refused.json()["detail"][0]["message"] == message


@pytest.mark.parametrize("bad", ["voiceprints_a", "voiceprints_b"])
def test_a_malformed_voiceprint_is_located_by_list_and_index(
    mock: MockAppliance, channels: dict[str, Any], bad: str
) -> None:
    """The error of the rejected comparison names the list and the index in it (C20)."""
    good = channels["john_doe.wav"]["voiceprint"]
    body = {"voiceprints_a": [good], "voiceprints_b": [good]} | {bad: [good, "AAAA"]}
    error = done(mock, post(mock.url + COMPARISON, json=body))["error"]
    assert error["detail"][0]["location"] == ["body", bad, 1]


def test_a_merged_voiceprint_is_near_to_its_parts(mock: MockAppliance, channels: dict[str, Any]) -> None:
    """Its scores with its parts are higher than that with another speaker."""
    parts = [channels[name]["voiceprint"] for name in PARTS]
    merged = done(mock, post(mock.url + MERGING, json={"voiceprints": parts}))["result"]["voiceprint"]
    one, two, other = scores(mock, [merged], [*parts, channels["jane_roe_1.flac"]["voiceprint"]])["values"]
    assert min(one, two) > other


@pytest.mark.parametrize(("name", "likelier"), [("john_doe.wav", "score_male"), ("jane_roe_1.flac", "score_female")])
def test_the_bundled_speakers_have_the_expected_gender(mock: MockAppliance, name: str, likelier: str) -> None:
    """The members come in order, the two ratios are opposite, and the speaker's gender is the likelier one (C35)."""
    [channel] = done(mock, upload(mock, GENDER, name))["result"]["channels"]
    assert list(channel) == ["channel_number", "speech_length", "score_male", "score_female"]
    assert channel["score_male"]["score_llr"] == -channel["score_female"]["score_llr"]
    assert channel[likelier]["probability"] > 0.5


@pytest.mark.parametrize("path", [GENDER, AGE])
def test_ranges_select_a_part_of_the_recording(mock: MockAppliance, path: str) -> None:
    """A range has less speech than the whole recording, and `max_speech_length` limits the speech in it."""
    lengths = [
        done(mock, upload(mock, path, "john_doe.wav", **query))["result"]["channels"][0]["speech_length"]
        for query in ({}, {"range_from": "1", "range_to": "2.5"}, {"max_speech_length": "1.2"}, {"range_from": "100"})
    ]
    assert lengths[0] > 3
    assert lengths[1] <= 1.5
    assert lengths[2] == pytest.approx(1.2, abs=0.021)
    assert lengths[3] == 0.0


def test_consumptions_are_reset_and_labelled(mock: MockAppliance) -> None:
    """An item has three labels and one property; without processed audio, and after a reset, there are no items."""
    assert get(mock.url + CONSUMPTIONS).json() == {"items": []}
    extract(mock.url, NO_AUDIO)
    assert get(mock.url + CONSUMPTIONS).json() == {"items": []}
    extract(mock.url)
    [item] = get(mock.url + CONSUMPTIONS).json()["items"]
    assert [label["key"] for label in item["labels"]] == ["technology", "vendor", "operation"]
    [amount] = item["consumptions"]
    assert amount.keys() == {"property", "consumption"}
    assert amount["property"] == "processed_audio_length"
    mock.reset()
    assert get(mock.url + CONSUMPTIONS).json() == {"items": []}


def test_scenarios_and_faults_apply_to_every_technology(mock: MockAppliance) -> None:
    """A rule and a fault can name any technology."""
    mock.scenario({"rules": [{"when": {"technology": "age-estimation"}, "then": {"end": "failed"}}]})
    mock.fault("status", status=503, technology="gender-identification")
    assert post(mock.url + GENDER, files={"file": NO_AUDIO}).status_code == 503
    assert done(mock, upload(mock, AGE, "silence.wav"))["task"]["state"] == "failed"

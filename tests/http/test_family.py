"""Comparison, merging, gender and age over plain HTTP, and what they cost."""

from typing import Any

import pytest
import requests

import voxdouble_fixtures
from tests.http.wire import EXTRACTION, JOHN, assert_refused, extract, get
from voxdouble_mock import MockAppliance

TECHNOLOGY = "/api/technology/"
COMPARISON = TECHNOLOGY + "speaker-identification-voiceprint-comparison"
MERGING = TECHNOLOGY + "speaker-identification-voiceprint-merging"
GENDER, AGE = TECHNOLOGY + "gender-identification", TECHNOLOGY + "age-estimation"


def done(mock: MockAppliance, started: requests.Response) -> Any:
    """Let a task run to its end and give what the GET shows."""
    assert started.status_code == 202, started.text
    mock.clock.advance(1)
    return get(started.headers["Location"]).json()


def post(mock: MockAppliance, path: str, **body: Any) -> requests.Response:
    """Start a task with JSON."""
    return requests.post(mock.url + path, json=body, timeout=60)


def upload(mock: MockAppliance, path: str, name: str, **query: Any) -> requests.Response:
    """Start a task with a bundled recording."""
    files = {"file": voxdouble_fixtures.path(name).read_bytes()}
    return requests.post(mock.url + path, files=files, params=query, timeout=60)


def voiceprint(mock: MockAppliance, name: str) -> str:
    """Extract the voiceprint of a bundled recording's first channel."""
    text: str = done(mock, upload(mock, EXTRACTION, name))["result"]["channels"][0]["voiceprint"]
    return text


def test_scores_stand_row_by_row_with_the_first_list_as_columns(mock: MockAppliance) -> None:
    """Unequal sizes show the orientation, the transpose of the vendor's gRPC interface (S48, S49)."""
    john, again, jane = (voiceprint(mock, name) for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac"))
    scores = done(mock, post(mock, COMPARISON, voiceprints_a=[john, jane], voiceprints_b=[john, again, jane]))[
        "result"
    ]["scores"]
    assert list(scores) == ["columns_count", "rows_count", "values"]
    assert (scores["columns_count"], scores["rows_count"], len(scores["values"])) == (2, 3, 6)
    rows = [scores["values"][at : at + 2] for at in (0, 2, 4)]
    for row in range(3):
        single = post(mock, COMPARISON, voiceprints_a=[jane], voiceprints_b=[[john, again, jane][row]])
        assert done(mock, single)["result"]["scores"]["values"] == [rows[row][1]]
    assert rows[0][0] == max(scores["values"])
    assert rows[1][0] > 0 > rows[0][1]
    assert rows[2][0] == rows[0][1]


@pytest.mark.parametrize(
    "body", [{"voiceprints_a": ["AAAA"]}, {"voiceprints_b": ["AAAA"]}, {"voiceprints_a": [], "voiceprints_b": []}]
)
def test_a_comparison_needs_both_lists(mock: MockAppliance, body: dict[str, list[str]]) -> None:
    """Each has at least one voiceprint."""
    assert_refused(post(mock, COMPARISON, **body), 422, "request.validation-error")


def test_the_matrix_has_a_limit() -> None:
    """The product of the lengths counts; the limit itself is taken (S50, S80)."""
    with MockAppliance(clock="manual", max_matrix=6) as mock:
        assert post(mock, COMPARISON, voiceprints_a=["AAAA"] * 3, voiceprints_b=["AAAA"] * 2).status_code == 202
        refused = post(mock, COMPARISON, voiceprints_a=["AAAA"] * 7, voiceprints_b=["AAAA"])
        assert_refused(refused, 422, "request.validation-error", ["body"])
        assert "at most 6" in refused.json()["message"]


@pytest.mark.parametrize("bad", ["voiceprints_a", "voiceprints_b"])
def test_what_is_no_voiceprint_is_named_by_list_and_index(mock: MockAppliance, bad: str) -> None:
    """The task ends rejected (C20)."""
    good = voiceprint(mock, "john_doe.wav")
    body = {"voiceprints_a": [good], "voiceprints_b": [good]} | {bad: [good, "AAAA"]}
    error = done(mock, post(mock, COMPARISON, **body))["error"]
    assert error["detail"][0]["location"] == ["body", bad, 1]


def test_merging_sums_speech_and_stays_near(mock: MockAppliance) -> None:
    """The merged voiceprint is nearer to its parts than they are to anybody else (contract 4.4)."""
    channels = [
        done(mock, upload(mock, EXTRACTION, name))["result"]["channels"][0]
        for name in ("john_doe.wav", "john_doe_2.flac")
    ]
    parts = [channel["voiceprint"] for channel in channels]
    merged = done(mock, post(mock, MERGING, voiceprints=parts))["result"]
    assert merged["speech_length"] == pytest.approx(sum(channel["speech_length"] for channel in channels), abs=0.011)
    jane = voiceprint(mock, "jane_roe_1.flac")
    scores = done(mock, post(mock, COMPARISON, voiceprints_a=[merged["voiceprint"]], voiceprints_b=[*parts, jane]))
    one, two, other = scores["result"]["scores"]["values"]
    assert min(one, two) > other


@pytest.mark.parametrize("count", [0, 1])
def test_merging_needs_two(mock: MockAppliance, count: int) -> None:
    """One alone is nothing to merge (S51)."""
    assert_refused(
        post(mock, MERGING, voiceprints=["AAAA"] * count), 422, "request.validation-error", ["body", "voiceprints"]
    )


def test_gender_is_the_same_from_a_file_and_from_its_voiceprint(mock: MockAppliance) -> None:
    """And its probabilities add up to one (contract 4.5)."""
    for name, likelier in (("john_doe.wav", "score_male"), ("jane_roe_1.flac", "score_female")):
        [channel] = done(mock, upload(mock, GENDER, name))["result"]["channels"]
        [result] = done(mock, post(mock, GENDER + "-voiceprints", voiceprints=[voiceprint(mock, name)]))["result"][
            "results"
        ]
        assert channel == {"channel_number": 0, **result}
        assert list(result) == ["speech_length", "score_male", "score_female"]
        assert result["score_male"]["probability"] + result["score_female"]["probability"] == pytest.approx(1)
        assert result["score_male"]["score_llr"] == -result["score_female"]["score_llr"]
        assert result[likelier]["probability"] > 0.5


def test_age_is_the_same_from_a_file_and_from_its_voiceprint(mock: MockAppliance) -> None:
    """A whole number of years (contract 4.6)."""
    [channel] = done(mock, upload(mock, AGE, "john_doe.wav"))["result"]["channels"]
    [result] = done(mock, post(mock, AGE + "-voiceprints", voiceprints=[voiceprint(mock, "john_doe.wav")]))["result"][
        "results"
    ]
    assert channel == {"channel_number": 0, **result}
    assert isinstance(result["age"], int)


def test_silence_has_neither_gender_nor_age(mock: MockAppliance) -> None:
    """All is null, and the task is done (C19)."""
    [gender] = done(mock, upload(mock, GENDER, "silence.wav"))["result"]["channels"]
    [age] = done(mock, upload(mock, AGE, "silence.wav"))["result"]["channels"]
    assert (gender["score_male"], gender["score_female"], gender["speech_length"]) == (None, None, 0.0)
    assert (age["age"], age["speech_length"]) == (None, 0.0)


def test_ranges_choose_what_is_heard(mock: MockAppliance) -> None:
    """A part of the recording has less speech than all of it, and a limit cuts what was found."""
    lengths = [
        done(mock, upload(mock, GENDER, "john_doe.wav", **query))["result"]["channels"][0]["speech_length"]
        for query in ({}, {"range_from": "1", "range_to": "2.5"}, {"max_speech_length": "1.2"}, {"range_from": "100"})
    ]
    assert lengths[0] > 3
    assert lengths[1] <= 1.5
    assert lengths[2] == pytest.approx(1.2, abs=0.021)
    assert lengths[3] == 0.0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"range_from": "-1"}, "range_from"),
        ({"range_from": "x"}, "range_from"),
        ({"range_from": "nan"}, "range_from"),
        ({"range_from": "1e300"}, "range_from"),
        ({"range_from": "1_0"}, "range_from"),
        ({"range_from": "1,5"}, "range_from"),
        ({"range_to": "0"}, "range_to"),
        ({"range_from": "2", "range_to": "2"}, "range_to"),
        ({"max_speech_length": "0"}, "max_speech_length"),
        ({"max_speech_length": ""}, "max_speech_length"),
    ],
)
def test_ranges_that_make_no_sense_are_422(mock: MockAppliance, query: dict[str, str], name: str) -> None:
    """The parameter is named (C23)."""
    assert_refused(upload(mock, GENDER, "john_doe.wav", **query), 422, "request.validation-error", ["query", name])


def test_consumptions_count_the_audio_that_was_processed(mock: MockAppliance) -> None:
    """One item for each technology, summed over channels and tasks; what was rejected costs nothing."""
    assert get(mock.url + "/api/billing/consumptions").json() == {"items": []}
    for name in ("john_doe.wav", "conversation.wav", "not_audio.wav"):
        extract(mock.url, voxdouble_fixtures.path(name).read_bytes())
    upload(mock, GENDER, "john_doe.wav")
    post(mock, COMPARISON, voiceprints_a=["AAAA"], voiceprints_b=["AAAA"])
    items = get(mock.url + "/api/billing/consumptions").json()["items"]
    found = {item["labels"][0]["value"]: item for item in items}
    assert set(found) == {"speaker_identification", "gender_identification"}
    assert [label["key"] for label in items[0]["labels"]] == ["technology", "vendor", "operation"]
    seconds = {recording.file: recording.seconds for recording in voxdouble_fixtures.recordings()}
    [length] = found["speaker_identification"]["consumptions"]
    assert length["property"] == "processed_audio_length"
    assert length["value"] == pytest.approx(seconds["john_doe.wav"] + 2 * seconds["conversation.wav"], abs=0.1)
    mock.reset()
    assert get(mock.url + "/api/billing/consumptions").json() == {"items": []}


def test_scenarios_and_faults_reach_them(mock: MockAppliance) -> None:
    """They come by themselves, without a line of code for any of them."""
    mock.scenario({"rules": [{"when": {"technology": "age-estimation"}, "then": {"end": "failed"}}]})
    mock.fault("status", status=503, technology="gender-identification")
    assert requests.post(mock.url + GENDER, files={"file": JOHN}, timeout=30).status_code == 503
    assert done(mock, upload(mock, AGE, "john_doe.wav"))["task"]["state"] == "failed"


def test_fidelity_tells_what_is_imitated_and_how_sure_we_are(mock: MockAppliance) -> None:
    """Every statement, with its grade and source."""
    statements = get(mock.url + "/_mock/fidelity").json()["statements"]
    assert len(statements) > 100
    assert {statement["grade"] for statement in statements} <= {"documented", "inferred", "observed", "chosen"}
    assert all(statement["id"] and statement["text"] and statement["source"] for statement in statements)

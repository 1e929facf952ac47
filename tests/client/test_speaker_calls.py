"""The calls about speakers: the requests they send, and the arguments they refuse before anything is sent."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.client.hostile import TASK_ID, TASK_PATH, accepted, responding, response, serving, task_body
from voxdouble_client import AgeEstimation, ApplianceClient, ContractError, GenderIdentification, Merging

Call = Callable[[ApplianceClient], Any]

RESULTS = {"scores": {"columns_count": 1, "rows_count": 2, "values": [0.5, 1.5]}, "channels": [], "results": [{}, {}]}
DONE = responding(response(200, task_body("done", result=RESULTS)))


@pytest.mark.parametrize(
    ("call", "technology", "sent"),
    [
        (
            lambda appliance: appliance.compare_voiceprints(["a"], iter(["b", "c"])),
            "speaker-identification-voiceprint-comparison",
            {"voiceprints_a": ["a"], "voiceprints_b": ["b", "c"]},
        ),
        (
            lambda appliance: appliance.merge_voiceprints(iter(["a", "b"])),
            "speaker-identification-voiceprint-merging",
            {"voiceprints": ["a", "b"]},
        ),
        (
            lambda appliance: appliance.identify_gender_of_voiceprints(["a", "b"]),
            "gender-identification-voiceprints",
            {"voiceprints": ["a", "b"]},
        ),
        (
            lambda appliance: appliance.estimate_age_of_voiceprints(["a", "b"]),
            "age-estimation-voiceprints",
            {"voiceprints": ["a", "b"]},
        ),
    ],
)
def test_voiceprints_are_sent_as_json(call: Call, technology: str, sent: dict[str, Any]) -> None:
    """One POST with the documented members starts the task, whose result is then polled (S48, S51, C35)."""
    with serving(DONE) as (server, appliance):
        call(appliance)
    assert [request.method for request in server.received] == ["POST", "GET"]
    assert server.received[0].target == f"/api/technology/{technology}"
    assert json.loads(server.received[0].body) == sent


@pytest.mark.parametrize(
    ("call", "technology", "query"),
    [
        (lambda appliance: appliance.identify_gender(b"RIFF"), "gender-identification", {}),
        (
            lambda appliance: appliance.identify_gender(
                b"RIFF", channel_mode="mix", channels=[1, 0], range_from=0, range_to=7.5, max_speech_length=3
            ),
            "gender-identification",
            {
                "channel_mode": "mix",
                "channels": "1,0",
                "range_from": "0.0",
                "range_to": "7.5",
                "max_speech_length": "3.0",
            },
        ),
        (lambda appliance: appliance.estimate_age(b"RIFF"), "age-estimation", {}),
        (
            lambda appliance: appliance.estimate_age(
                b"RIFF", channel_mode="split", channels=[0], range_from=1, range_to=2, max_speech_length=0.5
            ),
            "age-estimation",
            {
                "channel_mode": "split",
                "channels": "0",
                "range_from": "1.0",
                "range_to": "2.0",
                "max_speech_length": "0.5",
            },
        ),
    ],
)
def test_the_parameters_become_the_query(call: Call, technology: str, query: dict[str, str]) -> None:
    """Only parameters that are given are sent; the appliance's defaults apply to the others (S30, S32, C23)."""
    with serving(DONE) as (server, appliance):
        call(appliance)
    path, _, sent = server.received[0].target.partition("?")
    assert (path, dict(parse_qsl(sent))) == (f"/api/technology/{technology}", query)
    assert b"RIFF" in server.received[0].body


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda appliance: appliance.compare_voiceprints([], ["a"]), "`voiceprints_a` must have at least 1"),
        (lambda appliance: appliance.compare_voiceprints(["a"], []), "`voiceprints_b` must have at least 1"),
        (lambda appliance: appliance.compare_voiceprints(["a"], "a"), "`voiceprints_b` must be a list of Base64 texts"),
        (
            lambda appliance: appliance.compare_voiceprints(["a", 3], ["a"]),
            r"`voiceprints_a\[1\]` must be Base64 text, got int",
        ),
        (
            lambda appliance: appliance.compare_voiceprints(["a"], ["a"] * 50_001),
            "`voiceprints_b` must have at most 50000",
        ),
        (lambda appliance: appliance.compare_voiceprints(["a"] * 101, ["a"] * 9_901), "at most 1000000 scores"),
        (lambda appliance: appliance.merge_voiceprints([]), "at least 2 voiceprints, got 0"),
        (lambda appliance: appliance.merge_voiceprints(["a"]), "at least 2 voiceprints, got 1"),
        (lambda appliance: appliance.merge_voiceprints(["a", "ž"]), r"`voiceprints\[1\]` must be Base64 text"),
        (lambda appliance: appliance.identify_gender_of_voiceprints([]), "at least 1 voiceprint, got 0"),
        (lambda appliance: appliance.identify_gender_of_voiceprints(["a"] * 50_001), "at most 50000 voiceprints"),
        (
            lambda appliance: appliance.estimate_age_of_voiceprints([b"a"]),
            r"`voiceprints\[0\]` must be Base64 text, got bytes",
        ),
        (lambda appliance: appliance.estimate_age_of_voiceprints(["a"] * 50_001), "at most 50000 voiceprints"),
        (
            lambda appliance: appliance.identify_gender(b"", channels=[-1]),
            "`channels` must be whole numbers, 0 or more",
        ),
        (lambda appliance: appliance.estimate_age(b"", channel_mode="both"), '"split" or "mix"'),
        (lambda appliance: appliance.identify_gender(b"", range_from=-0.1), "`range_from` must be a finite number"),
        (lambda appliance: appliance.identify_gender(b"", range_from="1"), "`range_from` must be a finite number"),
        (lambda appliance: appliance.identify_gender(b"", range_to=float("inf")), "`range_to` must be a finite number"),
        (lambda appliance: appliance.identify_gender(b"", range_to=True), "`range_to` must be a finite number"),
        (lambda appliance: appliance.identify_gender(b"", range_to=10**400), "`range_to` must be a finite number"),
        (lambda appliance: appliance.identify_gender(b"", range_to=[1]), "`range_to` must be a finite number"),
        (
            lambda appliance: appliance.identify_gender(b"", max_speech_length=0),
            "`max_speech_length` must be .* above 0",
        ),
        (
            lambda appliance: appliance.estimate_age(b"", max_speech_length=0.0),
            "`max_speech_length` must be .* above 0",
        ),
        (
            lambda appliance: appliance.estimate_age(b"", max_speech_length=float("nan")),
            "`max_speech_length` must be a finite",
        ),
    ],
)
def test_invalid_arguments_are_refused(call: Call, message: str) -> None:
    """An invalid argument is named before anything is sent (S41, S50, S51, C23)."""
    with serving(DONE) as (server, appliance):
        with pytest.raises((TypeError, ValueError), match=message):
            call(appliance)
        assert not server.received


def test_a_million_scores_are_one_call() -> None:
    """The appliance's default limit itself can be requested (S50)."""
    with serving(responding(b"")) as (server, appliance):
        appliance.start_voiceprint_comparison(["a"] * 100, ["b"] * 10_000)
        assert [request.method for request in server.received] == ["POST"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda appliance: appliance.compare_voiceprints(["a", "b"], ["c"]),
            "1 columns and 2 rows for 2 voiceprints_a and 1 voiceprints_b",
        ),
        (lambda appliance: appliance.identify_gender_of_voiceprints(["a"]), r"for each voiceprint \(1\), got 2"),
        (lambda appliance: appliance.estimate_age_of_voiceprints(["a"] * 3), r"for each voiceprint \(3\), got 2"),
    ],
)
def test_another_number_of_results_breaks_the_contract(call: Call, message: str) -> None:
    """Results that do not match the voiceprints sent, or a transposed matrix, are a ContractError (S48)."""
    with serving(DONE) as (_, appliance), pytest.raises(ContractError, match=message):
        call(appliance)


@pytest.mark.parametrize(
    ("technology", "kind"),
    [
        ("speaker-identification-voiceprint-merging", Merging),
        ("gender-identification", GenderIdentification),
        ("gender-identification-voiceprints", GenderIdentification),
        ("age-estimation", AgeEstimation),
        ("age-estimation-voiceprints", AgeEstimation),
    ],
)
def test_the_url_of_a_task_gives_the_type_of_its_result(technology: str, kind: type) -> None:
    """The URL of a task has its technology, and so the type of its result."""
    with serving(DONE) as (_, appliance):
        assert type(appliance.task(f"/api/technology/{technology}/{TASK_ID}").result()) is kind


def test_states_and_progress_are_reported() -> None:
    """Calls with recordings report the bytes sent and each new state, as an extraction does."""
    states: list[str] = []
    steps: list[tuple[int, int]] = []
    with serving(responding(response(200, task_body("done", result=RESULTS)), accepted(TASK_PATH))) as (_, appliance):
        for call in (appliance.identify_gender, appliance.estimate_age):
            call(b"RIFF", on_state=states.append, progress=lambda *step: steps.append(step))
    assert states == ["done"] * 2
    assert [sent for sent, total in steps if sent == total] != []

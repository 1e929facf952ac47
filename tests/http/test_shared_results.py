"""Equal requests share the computation of their result, and nothing else."""

import requests

import voxdouble_fixtures
from voxdouble_mock import MockAppliance

EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"


def extract(mock: MockAppliance, **query: str) -> dict[str, object]:
    """Extract voiceprints of a bundled recording and return the body of the last poll."""
    with voxdouble_fixtures.path("jane_roe_1.flac").open("rb") as file:
        started = requests.post(mock.url + EXTRACTION, files={"file": file}, params=query, timeout=30)
    assert started.status_code == 202, started.text
    mock.clock.advance(10)
    body: dict[str, object] = requests.get(started.headers["Location"], timeout=30).json()
    return body


def test_equal_uploads_are_tasks_of_their_own() -> None:
    """Two equal uploads make two tasks with equal results, both logged and both counted as consumption (C25, C36)."""
    with MockAppliance(clock="manual") as mock:
        first, second = extract(mock), extract(mock)
        assert first["result"] == second["result"]
        assert first["task"] != second["task"]
        assert len(mock.requests.matching(method="POST", status=202)) == 2
        [item] = requests.get(mock.url + "/api/billing/consumptions", timeout=30).json()["items"]
        [consumption] = item["consumptions"]
        seconds = consumption["consumption"]
        [channel] = first["result"]["channels"]  # type: ignore[index]
        assert seconds >= 2 * channel["speech_length"]


def test_a_parameter_that_changes_the_result_is_computed() -> None:
    """The same recording with the vector flag has a vector, though it was extracted without before."""
    with MockAppliance(clock="manual") as mock:
        extract(mock)
        [channel] = extract(mock, include_vector_voiceprint="true")["result"]["channels"]  # type: ignore[index]
        assert len(channel["vector_voiceprint"]) == 128


def test_a_scenario_still_applies_to_a_kept_result() -> None:
    """A rule that rejects a recording does so also if its result is kept, and leaves the kept result as it is."""
    with MockAppliance(clock="manual") as mock:
        extract(mock)
        mock.scenario({"rules": [{"then": {"end": "rejected"}}]})
        assert extract(mock)["task"]["state"] == "rejected"  # type: ignore[index]
        mock.scenario(None)
        assert extract(mock)["task"]["state"] == "done"  # type: ignore[index]

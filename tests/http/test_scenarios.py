"""Scenarios over HTTP and in Python: rules choose how a task lives and ends."""

import pytest
import requests

from tests.http.wire import EXTRACTION, JOHN, assert_refused, convert, get
from voxdouble_mock import MockAppliance


def upload(url: str, name: str) -> requests.Response:
    """Start an extraction of a file of that name."""
    return requests.post(url + EXTRACTION, files={"file": (name, JOHN)}, timeout=30)


def test_rules_choose_timeline_and_end(mock: MockAppliance) -> None:
    """Pending 2 s, running 3 s, then failed with the rule's own error; other requests are as always."""
    mock.scenario(
        {
            "rules": [
                {
                    "when": {"file_name": "bad.wav"},
                    "then": {"pending": 2, "running": 3, "end": "failed", "error": {"message": "No."}},
                }
            ]
        }
    )
    bad, good = (upload(mock.url, name).headers["Location"] for name in ("bad.wav", "good.wav"))
    told = []
    for step in (1.9, 0.1, 2.9, 0.1):
        mock.clock.advance(step)
        told.append(get(bad).json()["task"]["state"])
    assert told == ["pending", "running", "running", "failed"]
    assert get(bad).json()["error"] == {"type": "internal", "message": "No.", "detail": []}
    assert get(good).json()["task"]["state"] == "done"


def test_rejected_by_a_rule_never_runs(mock: MockAppliance) -> None:
    """The vendor's type of error comes with it (S18, C2)."""
    mock.scenario("rejected-media")
    location = upload(mock.url, "a.wav").headers["Location"]
    mock.clock.advance(0.2)
    answer = get(location).json()
    assert answer["task"]["state"] == "rejected"
    assert answer["error"]["type"] == "task.validation-error"


@pytest.mark.parametrize(
    ("name", "status", "seconds", "state"),
    [
        ("reject.wav", 202, 0.2, "rejected"),
        ("fail.wav", 202, 0.7, "failed"),
        ("slow-90s.wav", 202, 89.9, "running"),
        ("slow-90s.wav", 202, 90, "done"),
        ("endless.wav", 202, 3600, "running"),
        ("storage-full.wav", 507, 0, None),
        ("unlicensed.wav", 403, 0, None),
        ("lost.wav", 202, 0, None),
        ("john.wav", 202, 0.7, "done"),
    ],
)
def test_a_file_name_chooses_its_own_end(
    mock: MockAppliance, name: str, status: int, seconds: float, state: str | None
) -> None:
    """For users who cannot reach the control routes from their language."""
    mock.scenario("by-file-name")
    started = upload(mock.url, name)
    assert started.status_code == status
    if status == 202:
        mock.clock.advance(seconds)
        polled = get(started.headers["Location"])
        assert (polled.json()["task"]["state"] if polled.ok else None) == state


def test_a_flaky_appliance_works_in_between(mock: MockAppliance) -> None:
    """Refused, done, failed, done, connection reset, done."""
    mock.scenario("flaky-appliance")
    seen: list[object] = []
    for _ in range(6):
        try:
            started = convert(mock.url, ["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="])
        except requests.ConnectionError:
            seen.append("reset")
            continue
        mock.clock.advance(1)
        seen.append(get(started.headers["Location"]).json()["task"]["state"] if started.ok else started.status_code)
    assert seen == [503, "done", "failed", "done", "reset", "done"]


def test_tasks_can_expire_early(mock: MockAppliance) -> None:
    """A rule shortens the lifetime."""
    mock.scenario("expiring-tasks")
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(2.04)
    assert get(location).status_code == 200
    mock.clock.advance(0.01)
    assert get(location).status_code == 404


def test_a_scenario_is_set_shown_and_taken_away_over_http(mock: MockAppliance) -> None:
    """YAML and JSON alike."""
    url = mock.url + "/_mock/scenario"
    assert get(url).status_code == 404
    for text in ("rules:\n  - then: {pending: 5}", '{"rules": [{"then": {"pending": 5}}]}'):
        assert requests.put(url, data=text, timeout=30).status_code == 200
        assert get(url).json() == {"rules": [{"then": {"pending": 5.0}}]}
        convert(mock.url, ["AAAA"])
        task = get(mock.url + "/_mock/tasks").json()["tasks"][-1]
        assert round(task["starts"] - task["submitted"], 3) == 5
        assert requests.delete(url, timeout=30).status_code == 200
        assert get(url).status_code == 404


def test_a_bundled_scenario_is_set_by_its_name(mock: MockAppliance) -> None:
    """Over HTTP too."""
    assert requests.put(mock.url + "/_mock/scenario", data="busy-appliance\n", timeout=30).status_code == 200
    assert get(mock.url + "/_mock/scenario").json()["name"] == "busy appliance"


def test_a_rule_for_no_technology_is_refused(mock: MockAppliance) -> None:
    """Wherever it is given, since it could never fit."""
    rules = {"rules": [{"when": {"technology": "speaker"}, "then": {"end": "failed"}}]}
    assert_refused(requests.put(mock.url + "/_mock/scenario", json=rules, timeout=30), 422, "request.validation-error")
    with pytest.raises(ValueError, match="no technology 'speaker'"):
        mock.scenario(rules)
    with pytest.raises(ValueError, match="no technology 'speaker'"):
        MockAppliance(scenario=rules)


def test_a_scenario_that_makes_no_sense_is_422_with_its_line(mock: MockAppliance) -> None:
    """The one that was set stays."""
    mock.scenario("busy-appliance")
    refused = requests.put(mock.url + "/_mock/scenario", data="rules:\n  - then: {pending: -1}", timeout=30)
    assert_refused(refused, 422, "request.validation-error")
    assert "line 2" in refused.json()["message"]
    assert get(mock.url + "/_mock/scenario").json()["name"] == "busy appliance"


def test_a_scenario_belongs_to_one_namespace_and_ends_with_reset(mock: MockAppliance) -> None:
    """Others go on as always, and so does this one afterwards."""
    mine = mock.namespace("mine")
    mine.scenario("unlicensed")
    assert convert(mock.url, ["AAAA"]).status_code == 202
    assert convert(mine.url, ["AAAA"]).status_code == 403
    mine.reset()
    assert convert(mine.url, ["AAAA"]).status_code == 202


def test_a_mock_can_start_with_a_scenario() -> None:
    """Every namespace of it begins so, also after a reset."""
    with MockAppliance(scenario="unlicensed") as mock:
        assert convert(mock.url, ["AAAA"]).status_code == 403
        mock.reset()
        assert convert(mock.namespace("other").url, ["AAAA"]).status_code == 403


def test_the_log_says_which_rule_decided_and_why_others_did_not(mock: MockAppliance) -> None:
    """Nobody has to guess why a scenario did nothing."""
    mock.scenario("by-file-name")
    upload(mock.url, "fail.wav")
    upload(mock.url, "john.wav")
    decided, missed = mock.requests
    assert decided.rule == "fail"
    assert missed.rule is None
    assert missed.misses[0] == "rule 1 (reject): file name is 'john.wav', not like 'reject*.*'"
    assert len(missed.misses) == 7

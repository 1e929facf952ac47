"""Scenarios over HTTP and in Python: rules choose the timeline and the end of tasks."""

import re

import pytest
import requests

from tests.http.wire import EMBEDDING, assert_refused, convert, delete, extract, get, put
from voxdouble_mock import MockAppliance


def test_rules_choose_timeline_and_end(mock: MockAppliance) -> None:
    """A rule applies to the requests that match it, the default behaviour to all others."""
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
    bad, good = (extract(mock.url, name=name).headers["Location"] for name in ("bad.wav", "good.wav"))
    shown = []
    for step in (1.9, 0.1, 2.9, 0.1):
        mock.clock.advance(step)
        shown.append(get(bad).json()["task"]["state"])
    assert shown == ["pending", "running", "running", "failed"]
    assert get(bad).json()["error"] == {"type": "internal", "message": "No.", "detail": []}
    assert get(good).json()["task"]["state"] == "done"


def test_a_task_rejected_by_a_rule_never_runs(mock: MockAppliance) -> None:
    """The task goes from pending to rejected, and its error has the vendor's type (S18, C2)."""
    mock.scenario("rejected-media")
    location = extract(mock.url).headers["Location"]
    mock.clock.advance(0.2)
    body = get(location).json()
    assert body["task"]["state"] == "rejected"
    assert body["error"]["type"] == "task.validation-error"


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
def test_a_file_name_can_choose_the_end(
    mock: MockAppliance, name: str, status: int, seconds: float, state: str | None
) -> None:
    """The bundled scenario by-file-name gives each file name its own timeline, end or refusal."""
    mock.scenario("by-file-name")
    started = extract(mock.url, name=name)
    assert started.status_code == status
    if status == 202:
        mock.clock.advance(seconds)
        polled = get(started.headers["Location"])
        assert (polled.json()["task"]["state"] if polled.ok else None) == state


def test_the_flaky_appliance_fails_every_second_request(mock: MockAppliance) -> None:
    """Six requests are refused, done, failed, done, reset and done."""
    mock.scenario("flaky-appliance")
    seen: list[object] = []
    for _ in range(6):
        try:
            started = convert(mock.url, [EMBEDDING])
        except requests.ConnectionError:
            seen.append("reset")
            continue
        mock.clock.advance(1)
        seen.append(get(started.headers["Location"]).json()["task"]["state"] if started.ok else started.status_code)
    assert seen == [503, "done", "failed", "done", "reset", "done"]


def test_tasks_can_expire_early(mock: MockAppliance) -> None:
    """A rule can shorten the lifetime of tasks."""
    mock.scenario("expiring-tasks")
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(2.04)
    assert get(location).status_code == 200
    mock.clock.advance(0.01)
    assert get(location).status_code == 404


def test_a_scenario_is_set_returned_and_removed_over_http(mock: MockAppliance) -> None:
    """PUT takes YAML or JSON, GET returns the scenario, DELETE removes it."""
    url = mock.url + "/_mock/scenario"
    assert get(url).status_code == 404
    for text in ("rules:\n  - then: {pending: 5}", '{"rules": [{"then": {"pending": 5}}]}'):
        assert put(url, data=text).status_code == 200
        assert get(url).json() == {"rules": [{"then": {"pending": 5.0}}]}
        convert(mock.url, ["AAAA"])
        task = get(mock.url + "/_mock/tasks").json()["tasks"][-1]
        assert round(task["starts"] - task["submitted"], 3) == 5
        assert delete(url).status_code == 200
        assert get(url).status_code == 404


def test_a_bundled_scenario_is_set_by_its_name(mock: MockAppliance) -> None:
    """A body that is a bundled scenario's name sets that scenario."""
    assert put(mock.url + "/_mock/scenario", data="busy-appliance\n").status_code == 200
    assert get(mock.url + "/_mock/scenario").json()["name"] == "busy appliance"


def test_an_unknown_name_is_refused_with_the_closest_one(mock: MockAppliance) -> None:
    """Over HTTP and in Python the message names the closest scenario first."""
    refused = put(mock.url + "/_mock/scenario", data="never-endin")
    assert refused.status_code == 422
    message = "Unknown scenario 'never-endin', did you mean 'never-ending'?"
    assert message in refused.json()["detail"][0]["message"]
    with pytest.raises(ValueError, match=re.escape(message)):
        mock.scenario("never-endin")


def test_a_rule_for_an_unknown_technology_is_refused(mock: MockAppliance) -> None:
    """A rule that could never match is refused over HTTP, in Python and at the start."""
    rules = {"rules": [{"when": {"technology": "speaker"}, "then": {"end": "failed"}}]}
    assert_refused(put(mock.url + "/_mock/scenario", json=rules), 422, "request.validation-error")
    with pytest.raises(ValueError, match="Unknown technology 'speaker'"):
        mock.scenario(rules)
    with pytest.raises(ValueError, match="Unknown technology 'speaker'"):
        MockAppliance(scenario=rules)


def test_an_invalid_scenario_is_422_with_its_line(mock: MockAppliance) -> None:
    """The message has the line of the error, and the previous scenario stays set."""
    mock.scenario("busy-appliance")
    refused = put(mock.url + "/_mock/scenario", data="rules:\n  - then: {pending: -1}")
    assert_refused(refused, 422, "request.validation-error")
    assert "line 2" in refused.json()["message"]
    assert get(mock.url + "/_mock/scenario").json()["name"] == "busy appliance"


def test_a_scenario_belongs_to_one_namespace_and_ends_with_reset(own_mock: MockAppliance) -> None:
    """Other namespaces, and the same one after a reset, have the default behaviour."""
    mine = own_mock.namespace("mine")
    mine.scenario("unlicensed")
    assert convert(own_mock.url, ["AAAA"]).status_code == 202
    assert convert(mine.url, ["AAAA"]).status_code == 403
    mine.reset()
    assert convert(mine.url, ["AAAA"]).status_code == 202


def test_a_mock_can_start_with_a_scenario() -> None:
    """Every namespace starts with the scenario, also after a reset."""
    with MockAppliance(scenario="unlicensed") as mock:
        assert convert(mock.url, ["AAAA"]).status_code == 403
        mock.reset()
        assert convert(mock.namespace("other").url, ["AAAA"]).status_code == 403


def test_the_log_names_the_rule_and_the_reasons_of_the_others(mock: MockAppliance) -> None:
    """An entry has the rule that matched, and for the rules before it the reason why they did not match."""
    mock.scenario("by-file-name")
    extract(mock.url, name="fail.wav")
    extract(mock.url, name="john.wav")
    matched, unmatched = mock.requests
    assert matched.rule == "fail"
    assert unmatched.rule is None
    assert unmatched.misses[0] == "rule 1 (reject): file name must match 'reject*.*', got 'john.wav'"
    assert len(unmatched.misses) == 7


@pytest.mark.parametrize(
    "body",
    [
        b'{"rules": [{"then": {}, "name": "\\ud800"}]}',
        b'{"rules": [{"then": {"error": {"message": "\\udfff"}, "end": "failed"}}]}',
        b'{"rules": [{"then": {"fault": {"kind": "cut", "after": 100000000000000000000}}}]}',
        b'{"rules": [{"then": {"fault": {"kind": "foreign-location", "origin": "http://a\\r\\nX: 1"}}}]}',
        b'{"rules": [{"then": {"fault": {"kind": "foreign-location", "origin": "http://\\u00e9"}}}]}',
        b'{"rules": [{"then": {}, "then": {}}]}',
        b'{"rules": [{"then": {"pending": 1e999}}]}',
        b'{"rules": [{"then": {"fault": null, "pending": "\xff"}}]}',
        b"\xed\xa0\x80",
        b"\x00",
        b"[" * 100_000,
        b"{" * 100_000,
    ],
)
def test_a_refused_scenario_changes_nothing(mock: MockAppliance, body: bytes) -> None:
    """After the refusal the previous scenario is set, and the log and uploads still answer."""
    mock.scenario("busy-appliance")
    refused = put(mock.url + "/_mock/scenario", data=body)
    assert_refused(refused, 422, "request.validation-error")
    assert get(mock.url + "/_mock/scenario").json()["name"] == "busy appliance"
    assert extract(mock.url, b"x").status_code == 202
    assert get(mock.url + "/_mock/requests").json()["total"] == 1


def test_a_mapping_in_python_is_read_like_json(mock: MockAppliance) -> None:
    """None is an absent member, a number in a query is its text, and a lone surrogate is refused."""
    mock.scenario(
        {
            "rules": [
                {"when": {"technology": None, "query": {"channels": 0}}, "then": {"pending": None, "end": "failed"}}
            ]
        }
    )
    assert get(mock.url + "/_mock/scenario").json()["rules"] == [
        {"when": {"query": {"channels": "0"}}, "then": {"end": "failed"}}
    ]
    with pytest.raises(ValueError, match="lone surrogate"):
        mock.scenario({"rules": [{"then": {}, "name": "\ud800"}]})
    assert get(mock.url + "/_mock/scenario").status_code == 200

"""The mock's own routes: health, tasks, reset, clock and the statements of the contract."""

import json

import pytest

from tests.http.wire import NO_AUDIO, assert_refused, convert, extract, get, post, put, send
from voxdouble_fixtures.statements import with_evidence, written
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.mock_api import fidelity


def test_health_names_the_service(mock: MockAppliance) -> None:
    """Health is answered for any Host, with the service's name and version."""
    response = get(mock.url + "/_mock/health", headers={"Host": "elsewhere.example"})
    assert response.status_code == 200
    assert set(response.json()) == {"service", "version", "store"}
    assert (response.json()["service"], response.json()["store"]) == ("voxdouble", "up")


def test_fidelity_shows_the_evidence_for_an_observed_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that an appliance has shown has the grade observed, and version and date of the evidence."""
    found = {"S1": {"statement": written()["S1"]["text"], "verdict": "passed", "version": "5.1", "date": "2026-11-28"}}
    monkeypatch.setattr(fidelity, "entries", lambda: with_evidence(written(), found))
    monkeypatch.setattr(fidelity, "evidence", lambda: found)
    statements = json.loads(fidelity.fidelity_json.__wrapped__())["statements"]
    assert [one["id"] for one in statements if one["grade"] == "observed"] == ["S1"]
    assert next(one for one in statements if one["id"] == "S1")["evidence"]["version"] == "5.1"
    assert not any("evidence" in one for one in statements if one["id"] != "S1")


def test_fidelity_lists_the_statements(mock: MockAppliance) -> None:
    """Every statement of the contract is listed with its text, grade and source."""
    statements = get(mock.url + "/_mock/fidelity").json()["statements"]
    assert len(statements) > 100
    assert {statement["grade"] for statement in statements} <= {"documented", "inferred", "observed", "chosen"}
    assert all(statement["id"] and statement["text"] and statement["source"] for statement in statements)


def test_live_tasks_are_listed(mock: MockAppliance) -> None:
    """Live tasks are listed oldest first with their states at one instant, expired ones are not."""
    first = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
    mock.clock.advance(3600)
    second = extract(mock.url, NO_AUDIO).json()["task"]["task_id"]
    listed = get(mock.url + "/_mock/tasks").json()
    assert [(task["task_id"], task["state"]) for task in listed["tasks"]] == [(first, "rejected"), (second, "pending")]
    assert listed["total"] == 2
    mock.clock.advance(0.05)
    assert [task["task_id"] for task in get(mock.url + "/_mock/tasks").json()["tasks"]] == [second]


@pytest.mark.parametrize("body", [b"", b"{}", b" {} "])
def test_reset_removes_all_tasks(mock: MockAppliance, body: bytes) -> None:
    """After a reset the list of tasks is empty, and the old ids are 404."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    assert post(mock.url + "/_mock/reset", data=body).status_code == 200
    assert get(mock.url + "/_mock/tasks").json() == {"tasks": [], "total": 0}
    assert get(location).status_code == 404


def test_an_advance_returns_the_transitions_passed(mock: MockAppliance) -> None:
    """The clock moves by exactly the seconds requested, and the transitions passed come in order of time."""
    before = get(mock.url + "/_mock/clock").json()
    assert (before["mode"], before["rate"]) == ("manual", 0)
    task_id = extract(mock.url).json()["task"]["task_id"]
    after = post(mock.url + "/_mock/clock/advance", json={"seconds": 10.5}).json()
    assert round(after["now"] - before["now"], 3) == 10.5
    passed = [
        (entry["task_id"], entry["state"], round(entry["at"] - before["now"], 3)) for entry in after["transitions"]
    ]
    assert passed == [(task_id, "running", 0.2), (task_id, "done", 0.7)]


def test_the_clock_advances_to_the_next_transition(mock: MockAppliance) -> None:
    """Each step ends at the next transition of any task; without one to come, the clock stays."""
    location = extract(mock.url).headers["Location"]
    seen = []
    for _ in range(3):
        [transition] = mock.clock.advance_to_next_event()
        seen.append((transition.state, get(location).status_code))
    assert seen == [("running", 200), ("done", 200), ("expired", 404)]
    assert mock.clock.advance_to_next_event() == []
    assert post(mock.url + "/_mock/clock/advance", json={"to": "next"}).json()["transitions"] == []


def test_small_steps_add_up(mock: MockAppliance) -> None:
    """Each advance moves the clock by a millisecond at least."""
    before = mock.clock.now()
    for _ in range(10):
        mock.clock.sleep(0.0004)
    assert mock.clock.now() - before >= 0.004


def test_the_clock_can_change_its_mode(mock: MockAppliance) -> None:
    """The response has the mode and its rate, and the clock never goes back."""
    shown = 0.0
    modes: list[tuple[dict[str, object], int]] = [
        ({"mode": "scale", "rate": 60}, 60),
        ({"mode": "real"}, 1),
        ({"mode": "manual"}, 0),
    ]
    for body, rate in modes:
        clock = put(mock.url + "/_mock/clock", json=body).json()
        assert (clock["mode"], clock["rate"]) == (body["mode"], rate)
        assert clock["now"] >= shown
        shown = clock["now"]


@pytest.mark.parametrize(
    ("method", "path", "body", "location"),
    [
        ("POST", "/_mock/clock/advance", {}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": -1}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": "1"}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": True}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": 1e300}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", [], ["body"]),
        ("POST", "/_mock/clock/advance", {"seconds": 10**400}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": 10**30}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": 1, "note": -(10**19)}, ["body", "note"]),
        ("POST", "/_mock/clock/advance", {"seconds": 1, "second": 2}, ["body", "second"]),
        ("POST", "/_mock/clock/advance", {"seconds": 1, "to": "next"}, ["body", "to"]),
        ("POST", "/_mock/clock/advance", {"to": "nxt"}, ["body", "to"]),
        ("POST", "/_mock/clock/advance", {"to": "nxt", "seconds": 5}, ["body", "to"]),
        ("POST", "/_mock/clock/advance", {"seconds": None}, ["body", "seconds"]),
        ("PUT", "/_mock/clock", {"mode": "scale", "rate": 10**400}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "\ud800"}, ["body", "mode"]),
        ("PUT", "/_mock/clock", {}, ["body", "mode"]),
        ("PUT", "/_mock/clock", {"mode": ["real"]}, ["body", "mode"]),
        ("PUT", "/_mock/clock", {"mode": "scale"}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "scale", "rate": 0}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "manual", "rate": 60}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "real", "rate": "1"}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "real", "now": 0}, ["body", "now"]),
        ("POST", "/_mock/reset", {"namespace": "a"}, ["body", "namespace"]),
    ],
)
def test_invalid_bodies_are_422(mock: MockAppliance, method: str, path: str, body: object, location: list[str]) -> None:
    """The detail of the refusal is located at the invalid member, and the clock is unchanged."""
    before = get(mock.url + "/_mock/clock").json()
    assert_refused(send(method, mock.url + path, json=body), 422, "request.validation-error", location)
    assert get(mock.url + "/_mock/clock").json() == before


@pytest.mark.parametrize(("mode", "rate"), [("real", 1), ("manual", 0), ("manual", None)])
def test_a_mode_may_be_given_with_its_own_rate(mock: MockAppliance, mode: str, rate: float | None) -> None:
    """The mode and the rate that a response has can be sent back, and a null rate is an absent one."""
    assert put(mock.url + "/_mock/clock", json={"mode": mode, "rate": rate}).json()["mode"] == mode


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_mock/reset"),
        ("POST", "/_mock/clock/advance"),
        ("PUT", "/_mock/clock"),
        ("PUT", "/_mock/options"),
        ("PUT", "/_mock/scenario"),
        ("DELETE", "/_mock/scenario"),
        ("POST", "/_mock/faults"),
        ("DELETE", "/_mock/faults"),
        ("DELETE", "/_mock/faults/1"),
        ("POST", "/_ns/a/_mock/reset"),
    ],
)
def test_query_parameters_of_a_change_are_refused(mock: MockAppliance, method: str, path: str) -> None:
    """They would have no effect: `POST /_mock/reset?namespace=a` would reset the default namespace."""
    mock.fault("reset", task_id="x")
    refused = send(method, mock.url + path + "?namespace=a", data=b"{}")
    assert_refused(refused, 422, "request.validation-error", ["query", "namespace"])
    route = f"{method} {path.removeprefix('/_ns/a')}"
    assert refused.json()["detail"][0]["message"] == f"{route} has no query parameters, got 'namespace'."
    assert len(get(mock.url + "/_mock/faults").json()["faults"]) == 1


@pytest.mark.parametrize("path", ["/_mock/faults", "/_mock/faults/1", "/_mock/requests", "/_mock/scenario"])
def test_the_body_of_a_delete_is_refused(mock: MockAppliance, path: str) -> None:
    """It would have no effect: a DELETE of all faults with a number in its body would disarm all. `{}` is accepted."""
    mock.scenario("by-file-name")
    mock.fault("reset", task_id="x")
    refused = send("DELETE", mock.url + path, json={"number": 1})
    assert_refused(refused, 422, "request.validation-error", ["body", "number"])
    assert len(get(mock.url + "/_mock/faults").json()["faults"]) == 1
    assert get(mock.url + "/_mock/scenario").status_code == 200
    assert send("DELETE", mock.url + path, data=b"{}").status_code == 200


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "-1e999", "9" * 1_000])
def test_numbers_beyond_every_type_are_422(mock: MockAppliance, number: str) -> None:
    """A number that no type can hold is refused like one that is out of range, and the clock is unchanged."""
    before = get(mock.url + "/_mock/clock").json()
    for method, path, body in [
        ("POST", "/_mock/clock/advance", f'{{"seconds": {number}}}'),
        ("PUT", "/_mock/clock", f'{{"mode": "scale", "rate": {number}}}'),
        ("POST", "/_mock/faults", f'{{"fault": {{"kind": "delay", "seconds": {number}}}}}'),
    ]:
        assert_refused(send(method, mock.url + path, data=body), 422, "request.validation-error")
    assert get(mock.url + "/_mock/clock").json() == before


def test_a_refused_mode_lists_the_allowed_ones(mock: MockAppliance) -> None:
    """The message has the allowed values and the value that was given."""
    refused = put(mock.url + "/_mock/clock", json={"mode": "fast"})
    assert refused.json()["detail"][0]["message"] == "`mode` must be one of real, manual, scale, got 'fast'."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, 'The body must have `seconds`, a number such as 10.5, or `"to": "next"`; got neither.'),
        ({"seconds": "1"}, "`seconds` must be a number such as 10.5, got '1'."),
        ({"seconds": 1, "to": "next"}, "Only one of `seconds` and `to` may be given, got both."),
        ({"to": "nxt"}, "`to` must be \"next\", got 'nxt'."),
        ({"secs": 1}, "Unknown member 'secs', did you mean 'seconds'? Supported: seconds, to."),
    ],
)
def test_a_refused_advance_says_which_bodies_are_possible(
    mock: MockAppliance, body: dict[str, object], message: str
) -> None:
    """The message names the member, what it must be, and what was given."""
    assert post(mock.url + "/_mock/clock/advance", json=body).json()["detail"][0]["message"] == message


def test_a_body_of_a_reset_has_no_members(mock: MockAppliance) -> None:
    """The message says that no member is supported."""
    refused = post(mock.url + "/_mock/reset", json={"all": True})
    assert refused.json()["detail"][0]["message"] == "Unknown member 'all'. Supported: none."

"""Arming, listing and disarming faults over HTTP, and the refusals of invalid ones."""

import pytest

from tests.http.wire import CONVERSION, EXTRACTION, NO_AUDIO, assert_refused, convert, delete, extract, get, post
from voxdouble_mock import MockAppliance

NAME = CONVERSION.rpartition("/")[2]


def test_faults_are_armed_listed_and_disarmed_over_http(mock: MockAppliance) -> None:
    """POST arms a fault, GET lists it with its counters, DELETE disarms all."""
    url = mock.url + "/_mock/faults"
    assert get(url).json() == {"faults": []}
    spec = {"fault": {"kind": "status", "status": 503}, "technology": NAME, "method": "POST", "nth": 2}
    assert post(url, json=spec).status_code == 200
    assert convert(mock.url, ["AAAA"]).status_code == 202
    [listed] = get(url).json()["faults"]
    assert listed["fault"] == {"kind": "status", "status": 503, "retry_after": None, "body": "json"}
    assert (listed["technology"], listed["nth"], listed["seen"], listed["applied"]) == (NAME, 2, 1, 0)
    assert extract(mock.url, NO_AUDIO).status_code == 202
    assert delete(url).status_code == 200
    assert convert(mock.url, ["AAAA"]).status_code == 202


@pytest.mark.parametrize(
    ("spec", "location"),
    [
        ({}, ["body"]),
        ({"fault": {}}, ["body", "fault"]),
        ({"fault": {"kind": "nope"}}, ["body", "fault", "kind"]),
        ({"fault": {"kind": "status"}}, ["body", "fault"]),
        ({"fault": {"kind": "status", "status": 418}}, ["body", "fault", "status"]),
        ({"fault": {"kind": "delay", "seconds": 61}}, ["body", "fault", "seconds"]),
        ({"fault": {"kind": "delay", "seconds": -1}}, ["body", "fault", "seconds"]),
        ({"fault": {"kind": "reset", "after": 1}}, ["body", "fault"]),
        ({"fault": {"kind": "reset"}, "nth": 0}, ["body", "nth"]),
        ({"fault": {"kind": "reset"}, "count": 0}, ["body", "count"]),
        ({"fault": {"kind": "reset"}, "technology": "voiceprint"}, ["body", "technology"]),
        ({"fault": {"kind": "reset"}, "method": "PUT"}, ["body", "method"]),
        ({"fault": {"kind": "reset"}, "where": "here"}, ["body"]),
        ({"fault": {"kind": "never-ending"}, "method": "POST"}, ["body"]),
        ({"fault": {"kind": "no-location"}, "method": "GET"}, ["body"]),
        ({"fault": {"kind": "wrong-length", "by": 0}}, ["body", "fault"]),
        ({"fault": {"kind": "cut", "after": 10**20}}, ["body", "fault", "after"]),
        ({"fault": {"kind": "cut", "after": 10**2000}}, ["body", "fault", "after"]),
        ({"fault": {"kind": "status", "status": 503, "retry_after": 1e300}}, ["body", "fault", "retry_after"]),
        ({"fault": {"kind": "foreign-location", "origin": "http://a\r\nX: 1"}}, ["body", "fault", "origin"]),
        ({"fault": {"kind": "foreign-location", "origin": "http://é"}}, ["body", "fault", "origin"]),
        ({"fault": {"kind": "foreign-location", "origin": "elsewhere"}}, ["body", "fault", "origin"]),
        ({"fault": {"kind": "foreign-location", "origin": "http://\ud800"}}, ["body", "fault", "origin"]),
        ({"fault": {"kind": "reset"}, "task_id": "\ud800"}, ["body", "task_id"]),
        ({"fault": {"kind": "reset"}, "life": 1e300}, ["body", "life"]),
        ({"fault": {"kind": "reset"}, "nth": 10**30}, ["body", "nth"]),
        ([], ["body"]),
    ],
)
def test_an_invalid_fault_is_422(mock: MockAppliance, spec: object, location: list[str]) -> None:
    """The detail of the refusal is located at the invalid member, and no fault is armed."""
    refused = post(mock.url + "/_mock/faults", json=spec)
    assert_refused(refused, 422, "request.validation-error", location)
    assert get(mock.url + "/_mock/faults").json() == {"faults": []}


def test_an_invalid_fault_is_a_value_error_in_python(mock: MockAppliance) -> None:
    """The message names what was given, or lists the technologies."""
    with pytest.raises(ValueError, match="418"):
        mock.fault("status", status=418)
    with pytest.raises(ValueError, match="speaker-identification-voiceprint-conversion"):
        mock.fault("reset", technology=EXTRACTION)


def test_an_invalid_origin_is_refused_in_words(mock: MockAppliance) -> None:
    """The message says what an origin is, and not which regular expression it matches."""
    fault = {"kind": "foreign-location", "origin": "elsewhere"}
    refused = post(mock.url + "/_mock/faults", json={"fault": fault})
    assert "`origin` must be a scheme and printable ASCII characters, such as" in refused.json()["message"]


def test_a_null_is_an_absent_member_except_for_the_member_count(mock: MockAppliance) -> None:
    """A null `count` is unlimited, every other null member has its default."""
    fault = {"kind": "status", "status": 503, "retry_after": None, "body": None}
    spec = {"fault": fault, "technology": None, "method": None, "task_id": None, "nth": None, "life": None}
    assert post(mock.url + "/_mock/faults", json={**spec, "count": None}).status_code == 200
    assert [convert(mock.url, ["AAAA"]).status_code for _ in range(3)] == [503] * 3
    delete(mock.url + "/_mock/faults")
    assert post(mock.url + "/_mock/faults", json=spec).status_code == 200
    assert [convert(mock.url, ["AAAA"]).status_code for _ in range(2)] == [503, 202]


@pytest.mark.parametrize("body", [b'{"fault": {"kind": "reset"}, "nth": 1, "nth": 2}', b"{", b"\xff", b"[" * 100_000])
def test_an_unparsable_fault_is_400(mock: MockAppliance, body: bytes) -> None:
    """Broken JSON, and a repeated member, are refused as everywhere, and no fault is armed."""
    assert_refused(post(mock.url + "/_mock/faults", data=body), 400, "request.invalid")
    assert get(mock.url + "/_mock/faults").json() == {"faults": []}


def test_one_fault_is_disarmed_by_its_number(mock: MockAppliance) -> None:
    """The others stay armed with their counts; a number that is not armed is answered 404."""
    mock.fault("delay", seconds=0, count=2)
    mock.fault("status", status=503)
    mock.fault("status", status=429)
    convert(mock.url, [])
    first, second, third = (one["number"] for one in get(mock.url + "/_mock/faults").json()["faults"])
    left = delete(f"{mock.url}/_mock/faults/{second}")
    assert [(one["number"], one["seen"]) for one in left.json()["faults"]] == [(first, 1), (third, 1)]
    for number in (second, 0, 99):
        gone = delete(f"{mock.url}/_mock/faults/{number}")
        assert gone.status_code == 404
        assert f"No fault with the number {number} is armed." in gone.json()["message"]
    assert [convert(mock.url, ["AAAA"]).status_code for _ in range(3)] == [202, 429, 202]

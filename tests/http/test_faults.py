"""Faults as a client meets them: each is proven by what it causes on the wire."""

import time
from typing import Any

import pytest
import requests

from tests.http.wire import CONVERSION, EXTRACTION, assert_refused, convert, extract, get
from voxdouble_mock import MockAppliance

NAME = CONVERSION.rpartition("/")[2]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422, 500, 502, 503, 504, 507])
def test_a_status_is_answered_instead_of_the_work(mock: MockAppliance, status: int) -> None:
    """The vendor's body comes with it, no task is made, and the next call works."""
    mock.fault("status", status=status)
    refused = convert(mock.url, ["AAAA"])
    assert refused.status_code == status
    assert set(refused.json()) == {"type", "message", "detail"}
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0
    assert convert(mock.url, ["AAAA"]).status_code == 202


def test_too_many_requests_come_with_their_headers(mock: MockAppliance) -> None:
    """As generations E1 to E3 have them (contract 2.3)."""
    mock.fault("status", status=429, retry_after=3)
    refused = convert(mock.url, ["AAAA"])
    assert_refused(refused, 429, "request.rate-limit-exceeded")
    assert refused.headers["Retry-After"] == "3"
    assert int(refused.headers["X-RateLimit-Limit"]) > int(refused.headers["X-RateLimit-Remaining"]) == 0
    assert int(refused.headers["X-RateLimit-Reset"]) == pytest.approx(mock.clock.now() + 3, abs=1.1)


def test_a_proxy_answers_in_html(mock: MockAppliance) -> None:
    """No JSON, as from whatever stands in front."""
    mock.fault("status", status=502, body="html", retry_after=1)
    refused = convert(mock.url, ["AAAA"])
    assert refused.status_code == 502
    assert refused.headers["Content-Type"].startswith("text/html")
    assert refused.headers["Retry-After"] == "1"
    assert "502 Bad Gateway" in refused.text


@pytest.mark.parametrize("during", [False, True])
def test_a_delay_is_real_time(mock: MockAppliance, during: bool) -> None:
    """Before the answer, or in the middle of it; either way the answer is whole."""
    mock.fault("delay", seconds=0.2, during=during)
    began = time.monotonic()
    response = requests.post(mock.url + CONVERSION, json={"voiceprints": ["AAAA"]}, timeout=30, stream=True)
    headed = time.monotonic() - began
    assert response.json()["task"]["state"] == "pending"
    assert time.monotonic() - began >= 0.2
    assert (headed >= 0.2) is not during


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "reset"}, requests.ConnectionError),
        ({"kind": "close"}, requests.ConnectionError),
        ({"kind": "cut", "after": 10}, requests.exceptions.ChunkedEncodingError),
        ({"kind": "wrong-length", "by": 5}, requests.exceptions.ChunkedEncodingError),
        ({"kind": "broken-json"}, requests.JSONDecodeError),
        ({"kind": "wrong-length", "by": -5}, requests.JSONDecodeError),
        ({"kind": "empty"}, requests.JSONDecodeError),
    ],
)
def test_a_damaged_answer_does_not_undo_the_work(
    mock: MockAppliance, fault: dict[str, Any], error: type[Exception]
) -> None:
    """The client meets its error, and the task is there all the same."""
    mock.fault(**fault)
    with pytest.raises(error):
        convert(mock.url, ["AAAA"]).json()
    assert get(mock.url + "/_mock/tasks").json()["total"] == 1


def test_an_empty_answer_is_a_200(mock: MockAppliance) -> None:
    """It looks fine and holds nothing."""
    mock.fault("empty")
    answer = convert(mock.url, ["AAAA"])
    assert (answer.status_code, answer.content) == (200, b"")


def test_location_can_be_missing_wrong_or_foreign(mock: MockAppliance) -> None:
    """The 202 is as always but for where it points."""
    for kind in ("no-location", "wrong-location", "foreign-location"):
        mock.fault(kind)
    missing, wrong, foreign = (convert(mock.url, ["AAAA"]) for _ in range(3))
    assert not {"Location", "X-Location"} & set(missing.headers)
    assert get(wrong.headers["Location"]).status_code == 404
    assert foreign.headers["Location"].startswith(f"http://elsewhere.invalid{CONVERSION}/")
    assert {missing.status_code, wrong.status_code, foreign.status_code} == {202}


def test_tasks_can_seem_lost_or_endless(mock: MockAppliance) -> None:
    """What polls show is bent for as long as the fault is there, and the record is untouched."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(1)
    true = get(location).json()
    mock.fault("lost-task")
    assert [get(location).status_code for _ in range(3)] == [404] * 3
    requests.delete(mock.url + "/_mock/faults", timeout=30)
    mock.fault("never-ending")
    assert [get(location).json()["task"]["state"] for _ in range(3)] == ["running"] * 3
    requests.delete(mock.url + "/_mock/faults", timeout=30)
    assert get(location).json() == true


def test_states_can_be_out_of_order(mock: MockAppliance) -> None:
    """At whatever point of its life a task is looked at, it is shown where it is not, and then where it is."""
    location = convert(mock.url, ["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="]).headers["Location"]
    shown = []
    for _ in range(3):
        mock.fault("out-of-order")
        shown += [get(location).json()["task"]["state"] for _ in range(2)]
        mock.clock.advance(0.05)
    assert shown == ["running", "pending", "pending", "running", "running", "done"]


def test_faults_belong_to_one_namespace(mock: MockAppliance) -> None:
    """Another test's fault strikes nobody else (P5)."""
    mock.namespace("one").fault("status", status=503)
    assert convert(mock.url, ["AAAA"]).status_code == 202
    assert convert(f"{mock.url}/_ns/two", ["AAAA"]).status_code == 202
    assert convert(f"{mock.url}/_ns/one", ["AAAA"]).status_code == 503


def test_faults_are_armed_listed_and_taken_away_over_http(mock: MockAppliance) -> None:
    """The control routes do what Python does."""
    url = mock.url + "/_mock/faults"
    assert get(url).json() == {"faults": []}
    order = {"fault": {"kind": "status", "status": 503}, "technology": NAME, "method": "POST", "nth": 2}
    assert requests.post(url, json=order, timeout=30).status_code == 200
    assert convert(mock.url, ["AAAA"]).status_code == 202
    [listed] = get(url).json()["faults"]
    assert listed["fault"] == {"kind": "status", "status": 503, "retry_after": None, "body": "json"}
    assert (listed["technology"], listed["nth"], listed["seen"], listed["struck"]) == (NAME, 2, 1, 0)
    assert extract(mock.url).status_code == 202
    assert requests.delete(url, timeout=30).status_code == 200
    assert convert(mock.url, ["AAAA"]).status_code == 202


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"fault": {}},
        {"fault": {"kind": "nope"}},
        {"fault": {"kind": "status"}},
        {"fault": {"kind": "status", "status": 418}},
        {"fault": {"kind": "delay", "seconds": 61}},
        {"fault": {"kind": "delay", "seconds": -1}},
        {"fault": {"kind": "reset", "after": 1}},
        {"fault": {"kind": "reset"}, "nth": 0},
        {"fault": {"kind": "reset"}, "count": 0},
        {"fault": {"kind": "reset"}, "technology": "voiceprint"},
        {"fault": {"kind": "reset"}, "method": "PUT"},
        {"fault": {"kind": "reset"}, "where": "here"},
        {"fault": {"kind": "never-ending"}, "method": "POST"},
        {"fault": {"kind": "no-location"}, "method": "GET"},
        {"fault": {"kind": "wrong-length", "by": 0}},
        [],
    ],
)
def test_orders_that_make_no_sense_are_422(mock: MockAppliance, order: object) -> None:
    """What is wrong is said, and nothing is armed."""
    refused = requests.post(mock.url + "/_mock/faults", json=order, timeout=30)
    assert_refused(refused, 422, "request.validation-error")
    assert get(mock.url + "/_mock/faults").json() == {"faults": []}


def test_python_refuses_them_too(mock: MockAppliance) -> None:
    """As a ValueError, before anything is armed."""
    with pytest.raises(ValueError, match="418"):
        mock.fault("status", status=418)
    with pytest.raises(ValueError, match="speaker-identification-voiceprint-conversion"):
        mock.fault("reset", technology=EXTRACTION)

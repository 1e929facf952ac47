"""Injected faults as a client sees them on the wire, and as the request log has them."""

import time
from typing import Any

import pytest
import requests

from tests.http.wire import CONVERSION, EMBEDDING, assert_refused, convert, delete, get
from voxdouble_mock import MockAppliance


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 422, 500, 502, 503, 504, 507])
def test_an_injected_status_replaces_the_work(mock: MockAppliance, status: int) -> None:
    """The response has the vendor's error body, no task is created, and the next request succeeds."""
    mock.fault("status", status=status)
    refused = convert(mock.url, ["AAAA"])
    assert refused.status_code == status
    assert set(refused.json()) == {"type", "message", "detail"}
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0
    assert convert(mock.url, ["AAAA"]).status_code == 202


def test_an_injected_429_has_rate_limit_headers(mock: MockAppliance) -> None:
    """The four headers are those that generations E1 to E3 document."""
    mock.fault("status", status=429, retry_after=3)
    refused = convert(mock.url, ["AAAA"])
    assert_refused(refused, 429, "request.rate-limit-exceeded")
    assert refused.headers["Retry-After"] == "3"
    assert int(refused.headers["X-RateLimit-Limit"]) > int(refused.headers["X-RateLimit-Remaining"]) == 0
    assert int(refused.headers["X-RateLimit-Reset"]) == pytest.approx(mock.clock.now() + 3, abs=1.1)


def test_an_injected_status_can_have_an_html_body(mock: MockAppliance) -> None:
    """The body is the HTML page of a proxy instead of JSON."""
    mock.fault("status", status=502, body="html", retry_after=1)
    refused = convert(mock.url, ["AAAA"])
    assert refused.status_code == 502
    assert refused.headers["Content-Type"].startswith("text/html")
    assert refused.headers["Retry-After"] == "1"
    assert "502 Bad Gateway" in refused.text


@pytest.mark.parametrize("during", [False, True])
def test_a_delay_passes_in_real_time(mock: MockAppliance, during: bool) -> None:
    """The response is complete, and the delay comes before it or in the middle of its body."""
    mock.fault("delay", seconds=0.1, during=during)
    began = time.monotonic()
    response = convert(mock.url, ["AAAA"], stream=True)
    headers_after = time.monotonic() - began
    assert response.json()["task"]["state"] == "pending"
    assert time.monotonic() - began >= 0.1
    assert (headers_after >= 0.1) is not during


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
def test_a_damaged_response_leaves_the_task(mock: MockAppliance, fault: dict[str, Any], error: type[Exception]) -> None:
    """The client gets an error, and the task exists nevertheless."""
    mock.fault(**fault)
    with pytest.raises(error):
        convert(mock.url, ["AAAA"]).json()
    assert get(mock.url + "/_mock/tasks").json()["total"] == 1


def test_an_empty_response_is_a_200(mock: MockAppliance) -> None:
    """The fault `empty` sends status 200 without a body."""
    mock.fault("empty")
    response = convert(mock.url, ["AAAA"])
    assert (response.status_code, response.content) == (200, b"")


def test_location_can_be_missing_wrong_or_foreign(mock: MockAppliance) -> None:
    """The 202 lacks both headers, or they name an unknown task, or another origin."""
    for kind in ("no-location", "wrong-location", "foreign-location"):
        mock.fault(kind)
    missing, wrong, foreign = (convert(mock.url, ["AAAA"]) for _ in range(3))
    assert not {"Location", "X-Location"} & set(missing.headers)
    assert get(wrong.headers["Location"]).status_code == 404
    assert foreign.headers["Location"].startswith(f"http://elsewhere.invalid{CONVERSION}/")
    assert {missing.status_code, wrong.status_code, foreign.status_code} == {202}


def test_polls_can_show_a_task_as_unknown_or_running(mock: MockAppliance) -> None:
    """While the fault is armed polls show a false state; afterwards they show the true one."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(1)
    true = get(location).json()
    mock.fault("lost-task")
    assert [get(location).status_code for _ in range(3)] == [404] * 3
    delete(mock.url + "/_mock/faults")
    mock.fault("never-ending")
    assert [get(location).json()["task"]["state"] for _ in range(3)] == ["running"] * 3
    delete(mock.url + "/_mock/faults")
    assert get(location).json() == true


def test_polls_can_show_states_out_of_order(mock: MockAppliance) -> None:
    """In each state of the task, one poll shows another state, and the next poll the true one."""
    location = convert(mock.url, [EMBEDDING]).headers["Location"]
    shown = []
    for _ in range(3):
        mock.fault("out-of-order")
        shown += [get(location).json()["task"]["state"] for _ in range(2)]
        mock.clock.advance(0.05)
    assert shown == ["running", "pending", "pending", "running", "running", "done"]


def test_faults_belong_to_one_namespace(own_mock: MockAppliance) -> None:
    """A fault applies to requests of its own namespace only (P5)."""
    own_mock.namespace("one").fault("status", status=503)
    assert convert(own_mock.url, ["AAAA"]).status_code == 202
    assert convert(f"{own_mock.url}/_ns/two", ["AAAA"]).status_code == 202
    assert convert(f"{own_mock.url}/_ns/one", ["AAAA"]).status_code == 503


@pytest.mark.parametrize("path", ["/api/system/info", "/api/system/status", "/api/billing/consumptions"])
def test_an_open_address_includes_every_path_of_the_vendor(mock: MockAppliance, path: str) -> None:
    """A fault without technology and method applies to the system and billing paths too, and is logged there."""
    mock.fault("status", status=503, retry_after=1)
    refused = get(mock.url + path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert get(mock.url + path).status_code == 200
    mock.fault("empty")
    assert get(mock.url + path).content == b""
    mock.fault("reset")
    with pytest.raises(requests.ConnectionError):
        get(mock.url + path)
    assert [entry.fault for entry in mock.requests] == ["status", None, "empty", "reset"]


@pytest.mark.parametrize("kind", ["no-location", "wrong-location", "lost-task", "never-ending", "out-of-order"])
def test_faults_of_tasks_wait_for_a_task(mock: MockAppliance, kind: str) -> None:
    """A request to a system path uses up no fault that only a 202 or a poll can show, and no fault with a method."""
    mock.fault(kind)
    mock.fault("status", status=503, method="GET")
    assert get(mock.url + "/api/system/info").status_code == 200
    assert [armed["seen"] for armed in get(mock.url + "/_mock/faults").json()["faults"]] == [0, 0]


@pytest.mark.parametrize(
    ("members", "settings", "headers"),
    [
        (
            {"kind": "status", "status": 503, "retry_after": 2.5},
            {"body": "json", "retry_after": "2.5", "status": "503"},
            {"retry-after": "3"},
        ),
        ({"kind": "status", "status": 405}, {"body": "json", "status": "405"}, {"allow": "POST"}),
        ({"kind": "delay", "seconds": 0, "during": True}, {"during": "true", "seconds": "0.0"}, {}),
        ({"kind": "foreign-location", "origin": "http://x.invalid"}, {"origin": "http://x.invalid"}, {}),
        ({"kind": "foreign-location", "origin": "http://user:password@x.invalid"}, {}, {}),
    ],
)
def test_the_log_has_the_settings_of_a_fault_and_the_headers_for_the_next_step(
    mock: MockAppliance, members: dict[str, Any], settings: dict[str, str], headers: dict[str, str]
) -> None:
    """An entry has the members of its fault, and of an error response the headers for the client's next step."""
    mock.fault(**members)
    convert(mock.url, ["AAAA"])
    assert (mock.requests[-1].fault_settings, mock.requests[-1].response_headers) == (settings, headers)


def test_a_long_origin_of_a_fault_keeps_the_entry_small(mock: MockAppliance) -> None:
    """The settings of a fault are shortened as other long texts are."""
    mock.fault("foreign-location", origin="http://" + "x" * 900)
    convert(mock.url, ["AAAA"])
    assert len(mock.requests[-1].fault_settings["origin"]) < 250

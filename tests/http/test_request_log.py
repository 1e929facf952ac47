"""The request log: what it keeps, what it never keeps, and the assertions on it."""

import hashlib
from itertools import pairwise

import pytest

from tests.http.wire import CONVERSION, EMBEDDING, EXTRACTION, NO_AUDIO, convert, extract, get, post, put
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.request_log import MAX_ENTRIES, LoggedRequest

EXTRACT, CONVERT = (path.rpartition("/")[2] for path in (EXTRACTION, CONVERSION))


def test_a_request_is_logged_without_its_body_and_secrets(mock: MockAppliance) -> None:
    """An entry has the digest and size of the upload, and no header or parameter that holds a secret."""
    headers = {"Authorization": "Bearer a", "Cookie": "a=b", "X-Api-Key": "a", "X-Correlation-Id": "seven"}
    query = {"channels": "0", "access_token": "a"}
    post(mock.url + EXTRACTION, files={"file": ("a.wav", NO_AUDIO)}, params=query, headers=headers)
    [entry] = get(mock.url + "/_mock/requests").json()["requests"]
    assert (entry["method"], entry["path"], entry["status"], entry["technology"]) == ("POST", EXTRACTION, 202, EXTRACT)
    assert (entry["file_name"], entry["size"], entry["query"]) == ("a.wav", len(NO_AUDIO), {"channels": "0"})
    assert entry["sha256"] == hashlib.sha256(NO_AUDIO).hexdigest()
    assert entry["headers"]["x-correlation-id"] == "seven"
    assert not {"authorization", "cookie", "x-api-key"} & set(entry["headers"])


def test_a_refused_request_is_logged_with_its_content(mock: MockAppliance) -> None:
    """A request that is refused after its body was received has its technology, digest and size in the log."""
    body = b'{"voiceprints": 1}'
    post(mock.url + CONVERSION, data=body, headers={"Content-Type": "application/json"})
    [entry] = mock.requests
    assert (entry.status, entry.technology, entry.size) == (422, CONVERT, len(body))
    assert entry.sha256 == hashlib.sha256(body).hexdigest()
    assert entry.file_name is None


def test_an_applied_fault_is_logged(mock: MockAppliance) -> None:
    """The entry of a request that a fault applied to has the fault's kind."""
    mock.fault("status", status=503)
    mock.fault("never-ending", task_id="x")
    convert(mock.url, ["AAAA"])
    get(f"{mock.url}{CONVERSION}/x")
    assert [(entry.status, entry.fault, entry.task_id) for entry in mock.requests] == [
        (503, "status", None),
        (404, "never-ending", "x"),
    ]


def test_every_request_below_api_is_logged(mock: MockAppliance) -> None:
    """Polls, unknown paths and wrong methods are logged, requests to the mock's own routes are not."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    get(location)
    get(mock.url + "/api/unknown")
    put(mock.url + EXTRACTION)
    get(mock.url + "/api/system/info")
    get(mock.url + "/_mock/tasks")
    assert [entry.status for entry in mock.requests] == [202, 200, 404, 405, 200]
    assert mock.requests[1].task_id == mock.requests[0].task_id == location.rpartition("/")[2]


def test_polls_are_logged_with_the_mocks_time(mock: MockAppliance) -> None:
    """Polls of a 60-second task at intervals of 5 s on the mock's clock are logged 5 s apart."""
    mock.scenario({"rules": [{"then": {"pending": 10, "running": 50}}]})
    location = convert(mock.url, [EMBEDDING]).headers["Location"]
    while get(location).json()["task"]["state"] != "done":
        mock.clock.sleep(5)
    polls = mock.requests.matching(method="GET")
    assert len(polls) == 13
    assert {round(later.at - earlier.at, 3) for earlier, later in pairwise(polls)} == {5.0}


def test_expectations_hold(mock: MockAppliance) -> None:
    """`expect` counts matching requests, `expect_nth` compares one of them."""
    extract(mock.url, NO_AUDIO)
    convert(mock.url, ["AAAA"])
    extract(mock.url, NO_AUDIO, channels="0")
    mock.requests.expect(2, technology=EXTRACT, method="POST")
    mock.requests.matching(technology=EXTRACT).expect_nth(2, query={"channels": "0"})


def test_a_failed_expectation_shows_the_nearest_request(mock: MockAppliance) -> None:
    """The message has the most similar request with its differences, and all requests."""
    extract(mock.url, NO_AUDIO, channels="0")
    convert(mock.url, ["AAAA"])
    with pytest.raises(AssertionError) as failed:
        mock.requests.expect(1, technology=EXTRACT, query={"channels": "1"})
    message = str(failed.value)
    assert "Expected 1 request with " in message
    assert f"The nearest is request 1 (POST {EXTRACTION}, 202): query channels is '0', not '1'." in message
    assert "2. POST" in message
    with pytest.raises(AssertionError, match="status is 202, not 422"):
        mock.requests.expect_nth(2, status=422)
    with pytest.raises(AssertionError, match="Expected a request 3, found 2 requests"):
        mock.requests.expect_nth(3)
    with pytest.raises(TypeError, match="Unknown request member 'technologie', did you mean 'technology'"):
        mock.requests.expect(1, technologie=EXTRACT)


def test_the_log_is_bounded(mock: MockAppliance) -> None:
    """The log keeps the newest entries and the total number; long texts are shortened."""
    control = mock._parts.control
    for _ in range(MAX_ENTRIES + 5):
        control.log("", LoggedRequest(method="GET", path="/", status=404))
    get(mock.url + "/api/" + "x" * 5000)
    shown = get(mock.url + "/_mock/requests").json()
    assert len(shown["requests"]) == MAX_ENTRIES
    assert shown["total"] == MAX_ENTRIES + 6
    assert shown["requests"][-1]["number"] == MAX_ENTRIES + 6
    assert len(shown["requests"][-1]["path"]) < 200
    mock.requests.expect(1, path="/api/" + "x" * 5000)


def test_a_secret_header_selects_a_rule_and_is_never_logged(mock: MockAppliance) -> None:
    """A rule on Authorization applies, and neither its match nor its miss shows the value that was sent."""
    mock.scenario(
        {
            "rules": [
                {"name": "mine", "when": {"headers": {"AUTHORIZATION": "Bearer a*"}}, "then": {}},
                {"name": "key", "when": {"query": {"key": "other"}}, "then": {}},
                {"name": "any", "when": {"headers": {"authorization": "*"}}, "then": {}},
            ]
        }
    )
    for token in ("abc-secret", "xyz-secret"):
        headers = {"Authorization": f"Bearer {token}", "Cookie": "c=secret", "X-Api-Key": "secret"}
        convert(mock.url, ["AAAA"], headers=headers, params={"key": "secret"})
    convert(mock.url, ["AAAA"])
    assert [entry.rule for entry in mock.requests] == ["mine", "any", None]
    assert "secret" not in get(mock.url + "/_mock/requests").text

"""The log of requests: what it keeps, what it never keeps, and what tests assert on it."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import requests

from tests.http.wire import CONVERSION, EXTRACTION, JOHN, convert, extract, get
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.request_log import MAX_ENTRIES

EXTRACT, CONVERT = (path.rpartition("/")[2] for path in (EXTRACTION, CONVERSION))


def test_a_request_is_logged_with_digests_instead_of_bodies(mock: MockAppliance) -> None:
    """Who reads the log learns what came, and hears no voice and no secret."""
    headers = {"Authorization": "Bearer secret", "Cookie": "a=b", "X-Correlation-Id": "seven"}
    requests.post(
        mock.url + EXTRACTION, files={"file": ("a.wav", JOHN)}, params={"channels": "0"}, headers=headers, timeout=30
    )
    [entry] = get(mock.url + "/_mock/requests").json()["requests"]
    assert (entry["method"], entry["path"], entry["status"], entry["technology"]) == ("POST", EXTRACTION, 202, EXTRACT)
    assert (entry["file_name"], entry["size"], entry["query"]) == ("a.wav", len(JOHN), {"channels": "0"})
    assert entry["sha256"] == hashlib.sha256(JOHN).hexdigest()
    assert entry["headers"]["x-correlation-id"] == "seven"
    assert not {"authorization", "cookie"} & set(entry["headers"])


def test_refusals_and_polls_are_logged_and_control_routes_are_not(mock: MockAppliance) -> None:
    """Everything below /api/ counts."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    get(location)
    get(mock.url + "/api/unknown")
    requests.put(mock.url + EXTRACTION, timeout=30)
    get(mock.url + "/_mock/tasks")
    assert [entry.status for entry in mock.requests] == [202, 200, 404, 405]
    assert mock.requests[1].task_id == mock.requests[0].task_id == location.rpartition("/")[2]


def test_a_poller_of_its_own_is_seen_at_its_own_pace(mock: MockAppliance) -> None:
    """A 600-second task polled every 5 s on the mock's clock shows each poll 5 virtual seconds apart."""
    mock.scenario({"rules": [{"then": {"pending": 100, "running": 500}}]})
    location = convert(mock.url, ["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="]).headers["Location"]
    while get(location).json()["task"]["state"] != "done":
        mock.clock.sleep(5)
    polls = mock.requests.matching(method="GET")
    assert len(polls) == 121
    assert {round(later.at - earlier.at, 3) for earlier, later in pairwise(polls)} == {5.0}


def test_the_clock_goes_from_event_to_event(mock: MockAppliance) -> None:
    """Each step ends at the next change of any task, and tells it."""
    location = extract(mock.url).headers["Location"]
    seen = []
    for _ in range(3):
        [transition] = mock.clock.advance_to_next_event()
        seen.append((transition.state, get(location).status_code))
    assert seen == [("running", 200), ("done", 200), (None, 404)]
    assert mock.clock.advance_to_next_event() == []
    answer = requests.post(mock.url + "/_mock/clock/advance", json={"to": "next"}, timeout=30)
    assert answer.json()["transitions"] == []


def test_expectations_hold(mock: MockAppliance) -> None:
    """Two extractions came, the second with channels=0."""
    extract(mock.url)
    convert(mock.url, ["AAAA"])
    extract(mock.url, channels="0")
    mock.requests.expect(2, technology=EXTRACT, method="POST")
    mock.requests.matching(technology=EXTRACT).expect_nth(2, query={"channels": "0"})


def test_expectations_that_fail_show_the_nearest_miss(mock: MockAppliance) -> None:
    """The message names the request that came closest, in what it differs, and all that came."""
    extract(mock.url, channels="0")
    convert(mock.url, ["AAAA"])
    with pytest.raises(AssertionError) as failed:
        mock.requests.expect(1, technology=EXTRACT, query={"channels": "1"})
    message = str(failed.value)
    assert "0 requests are such that" in message
    assert f"Nearest is request 1 (POST {EXTRACTION}, 202): query channels is '0', not '1'." in message
    assert "2. POST" in message
    with pytest.raises(AssertionError, match="status is 202, not 422"):
        mock.requests.expect_nth(2, status=422)
    with pytest.raises(AssertionError, match="There is no request 3"):
        mock.requests.expect_nth(3)
    with pytest.raises(TypeError, match="has no technologie"):
        mock.requests.expect(1, technologie=EXTRACT)


def test_the_log_is_bounded(mock: MockAppliance) -> None:
    """The oldest go first, and the total is still told; long names are shortened."""
    with requests.Session() as session:
        for _ in range(MAX_ENTRIES + 5):
            session.get(mock.url + "/api/unknown", timeout=30)
        session.get(mock.url + "/api/" + "x" * 5000, timeout=30)
        shown = session.get(mock.url + "/_mock/requests", timeout=30).json()
    assert len(shown["requests"]) == MAX_ENTRIES
    assert shown["total"] == MAX_ENTRIES + 6
    assert shown["requests"][-1]["number"] == MAX_ENTRIES + 6
    assert len(shown["requests"][-1]["path"]) == 200


def test_sixteen_parallel_workers_never_meet() -> None:
    """On one server, each in its own namespace, with the same ids, the same faults and their own clocks (P5, P13)."""
    with MockAppliance(clock="manual", seed=1, location="path") as mock:

        def work(name: str) -> list[object]:
            mine = mock.namespace(name)
            mine.fault("status", status=503, nth=2)
            answers = [convert(mine.url, ["e2kJZW1iZWRkaW5nW2Q/gAAAXX0="]) for _ in range(3)]
            location = mock.url + answers[0].headers["Location"]
            states = []
            for step in (0, 0.05, 0.05, 3600):
                mine.clock.advance(step)
                polled = get(location)
                states.append(polled.json()["task"]["state"] if polled.ok else polled.status_code)
            mine.requests.expect(7)
            again = mock.namespace(name)
            again.reset()
            same = convert(mine.url, ["AAAA"]).json() == answers[0].json()
            return [[answer.status_code for answer in answers], states, same, len(mine.requests)]

        with ThreadPoolExecutor(16) as workers:
            results = list(workers.map(work, [f"worker-{number}" for number in range(16)]))
    assert results == [[[202, 503, 202], ["pending", "running", "done", 404], True, 1]] * 16

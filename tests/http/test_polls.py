"""Polls are answered without Flask's dispatch: each answer and log entry is the one that Flask would give."""

import re
from typing import Any

import pytest

from tests.http.wire import convert, extract, get
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.http import polls

TOKEN = "s3cret"
FLASK = re.compile("(?!)")
"""In place of the pattern of polls, it passes all requests to Flask."""

REQUESTS: dict[str, dict[str, Any]] = {
    "poll": {},
    "query": {"params": [("a", "1"), ("a", "2"), ("b", "")]},
    "long header": {"headers": {"X-Long": "x" * 5000}},
    "secret header": {"headers": {"Cookie": "secret"}},
    "foreign Host": {"headers": {"Host": "attacker.example"}},
    "malformed Host": {"headers": {"Host": "a,b"}},
    "no Host's name": {"headers": {"Host": "0.0.0.0"}},
    "foreign origin": {"headers": {"Origin": "http://attacker.example"}},
    "foreign page": {"headers": {"Sec-Fetch-Site": "cross-site"}},
}
FAULTS: dict[str, dict[str, Any]] = {
    "status": {"kind": "status", "status": 503, "retry_after": 3},
    "lost task": {"kind": "lost-task"},
    "out of order": {"kind": "out-of-order"},
    "empty": {"kind": "empty"},
    "broken JSON": {"kind": "broken-json"},
}


def answers(
    mock: MockAppliance, url: str, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> list[tuple[int, dict[str, str], bytes, LoggedRequest]]:
    """Return status, headers, body and log entry of a poll, and of the same poll that Flask answers."""
    found = []
    for pattern in (polls.POLL, FLASK):
        monkeypatch.setattr(polls, "POLL", pattern)
        response = get(url, **options)
        headers = {name: value for name, value in response.headers.items() if name != "Date"}
        entry = mock.requests[-1]
        found.append((response.status_code, headers, response.content, entry))
    return found


def assert_equal(first: Any, second: Any) -> None:
    """Assert that two answers are equal, apart from the number of the log entry."""
    assert first[:3] == second[:3]
    fields = [name for name in LoggedRequest.__struct_fields__ if name not in {"number", "at"}]
    assert [getattr(first[3], name) for name in fields] == [getattr(second[3], name) for name in fields]
    assert second[3].number == first[3].number + 1


@pytest.mark.parametrize("options", REQUESTS.values(), ids=REQUESTS)
def test_a_poll_has_flasks_answer(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, options: Any) -> None:
    """Status, headers, body and log entry of a poll are those of Flask's dispatch, also where it is refused."""
    assert_equal(*answers(mock, extract(mock.url).headers["Location"], monkeypatch, **options))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_applied_to_a_poll_once(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    """A fault that is armed for two calls applies to the direct poll, then to the one by Flask, then no more."""
    url = extract(mock.url).headers["Location"]
    mock.fault(**fault, method="GET", count=2)
    assert_equal(*answers(mock, url, monkeypatch))
    assert get(url).json()["task"]["state"] == "pending"


def test_a_poll_in_a_namespace_is_its_own(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task is found in its own namespace alone, and under its own technology alone (C4)."""
    url = extract(mock.url).headers["Location"]
    for other in (url.replace("/api/", "/_ns/other/api/"), url.replace("extraction", "conversion")):
        first, second = answers(mock, other, monkeypatch)
        assert first[:3] == second[:3]
        assert first[0] == 404


def test_a_poll_needs_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the token a poll is refused, and logged once (C26)."""
    with MockAppliance(clock="manual", token=TOKEN) as mock:
        authorized = {"Authorization": f"Bearer {TOKEN}"}
        url = convert(mock.url, ["AAAA"], headers=authorized).headers["Location"]
        assert_equal(*answers(mock, url, monkeypatch, headers=authorized))
        first, second = answers(mock, url, monkeypatch)
        assert_equal(first, second)
        assert first[0] == 403

"""Technologies are answered without Flask's dispatch: each answer and log entry is the one that Flask would give."""

import re
from typing import Any

import pytest

from tests.http.wire import CONVERSION, EXTRACTION, JOHN, MULTIPART, convert, extract, form, get, send
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.http.direct_routes import Routes

TOKEN = "s3cret"
TASK_ID = re.compile("[0-9a-f-]{36}")

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


Answer = tuple[int, dict[str, str], str, dict[str, object]]


def answers(
    mock: MockAppliance, url: str, monkeypatch: pytest.MonkeyPatch, method: str = "GET", **options: Any
) -> tuple[Answer, Answer]:
    """Return status, headers, body and log entry of a request, and of the same request answered by Flask."""
    first = answer(mock, url, method, **options)
    with monkeypatch.context() as patched:
        patched.setattr(Routes, "find", lambda *_: None)
        return first, answer(mock, url, method, **options)


def answer(mock: MockAppliance, url: str, method: str, **options: Any) -> Answer:
    """Return status, headers, body and log entry of a request, without the date and the ids of tasks.

    The number of the entry is counted from before the request: 1 if it was logged once.
    """
    before = mock.requests[-1].number if mock.requests else 0
    response = send(method, url, **options)
    headers = {name: anonymous(value) for name, value in response.headers.items() if name != "Date"}
    entry = {name: getattr(mock.requests[-1], name) for name in LoggedRequest.__struct_fields__}
    entry |= {"number": mock.requests[-1].number - before, "at": 0, "task_id": bool(entry["task_id"])}
    return response.status_code, headers, anonymous(response.text), entry


def anonymous(text: str) -> str:
    """Return a text with all ids of tasks replaced by one."""
    return TASK_ID.sub("ID", text)


@pytest.mark.parametrize("options", REQUESTS.values(), ids=REQUESTS)
def test_a_poll_has_flasks_answer(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, options: Any) -> None:
    """Status, headers, body and log entry of a poll are those of Flask's dispatch, also where it is refused."""
    direct, by_flask = answers(mock, extract(mock.url).headers["Location"], monkeypatch, **options)
    assert direct == by_flask


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_applied_to_a_poll_once(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    """A fault that is armed for two calls applies to the direct poll, then to the one by Flask, then no more."""
    url = extract(mock.url).headers["Location"]
    mock.fault(**fault, method="GET", count=2)
    direct, by_flask = answers(mock, url, monkeypatch)
    assert direct == by_flask
    assert get(url).json()["task"]["state"] == "pending"


def test_a_poll_in_a_namespace_is_its_own(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task is found in its own namespace alone, and under its own technology alone (C4)."""
    url = extract(mock.url).headers["Location"]
    for other in (url.replace("/api/", "/_ns/other/api/"), url.replace("extraction", "conversion")):
        direct, by_flask = answers(mock, other, monkeypatch)
        assert direct == by_flask
        assert direct[0] == 404


def test_a_poll_needs_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the token a poll is refused, and logged once (C26)."""
    with MockAppliance(clock="manual", token=TOKEN) as mock:
        authorized = {"Authorization": f"Bearer {TOKEN}"}
        url = convert(mock.url, ["AAAA"], headers=authorized).headers["Location"]
        direct, by_flask = answers(mock, url, monkeypatch, headers=authorized)
        assert direct == by_flask
        direct, by_flask = answers(mock, url, monkeypatch)
        assert direct == by_flask
        assert direct[0] == 403


STARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "upload": (EXTRACTION, {"data": form(("file", JOHN)), "headers": {"Content-Type": MULTIPART}}),
    "type in capitals": (EXTRACTION, {"data": form(("file", JOHN)), "headers": {"Content-Type": MULTIPART.title()}}),
    "another type": (EXTRACTION, {"data": b"{}", "headers": {"Content-Type": "Application/JSON ; charset=utf-8"}}),
    "type without value": (CONVERSION, {"data": b"{}", "headers": {"Content-Type": ""}}),
    "list": (CONVERSION, {"json": {"voiceprints": ["AAAA"]}}),
    "malformed JSON": (CONVERSION, {"data": b"{", "headers": {"Content-Type": "application/json"}}),
    "compressed": (CONVERSION, {"json": {}, "headers": {"Content-Encoding": "gzip"}}),
    "unknown parameter": (CONVERSION, {"json": {"voiceprints": ["AAAA"]}, "params": {"include_vector": "true"}}),
    "foreign origin": (CONVERSION, {"json": {}, "headers": {"Origin": "http://attacker.example"}}),
    "unknown technology": (CONVERSION + "s", {"json": {}}),
    "slash at the end": (CONVERSION + "/", {"json": {}}),
}


@pytest.mark.parametrize(("path", "options"), STARTS.values(), ids=STARTS)
def test_a_start_has_flasks_answer(
    mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, path: str, options: Any
) -> None:
    """Status, headers, body and log entry of a start are those of Flask's dispatch, also where it is refused."""
    direct, by_flask = answers(mock, mock.url + path, monkeypatch, "POST", **options)
    assert direct == by_flask


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_another_method_has_flasks_answer(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """A method that a route does not have is refused by Flask's routing (C9)."""
    direct, by_flask = answers(mock, mock.url + CONVERSION, monkeypatch, method)
    assert direct == by_flask
    assert direct[0] == 405

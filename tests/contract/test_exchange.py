"""The exchanges of the suite with its target: what it reads, checks and shows of responses that are hardly readable."""

import json
from typing import Any

import pytest

from voxdouble_contract.exchange import MAX_DEPTH, Exchange, brief
from voxdouble_contract.judging.breaches import breaches

START = "/api/technology/speaker-identification-voiceprint-extraction"
TASK = {"task_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "state": "pending"}
LOCATION = f"{START}/{TASK['task_id']}"
MAX_SHOWN = 3000
"""Characters of a body in a report, at most."""


def accepted(members: str) -> Exchange:
    """Return an exchange with a 202 whose body has a task and these further members, as JSON text."""
    body = f'{{"task": {json.dumps(TASK)}, {members}}}'.encode("utf-8", "surrogatepass")
    headers = {"Location": LOCATION, "X-Location": LOCATION}
    return Exchange("POST", f"http://appliance{START}", None, 202, headers, body)


def nested(levels: int) -> str:
    """Return the JSON text of nested lists."""
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("value", ["\xb2", "9" * 5000, "1.5", "-1", ""])
def test_a_retry_after_that_is_not_a_number_of_seconds_is_ignored(value: str) -> None:
    """Superscripts, which Python counts as digits, and numbers of thousands of digits ask for no wait."""
    assert Exchange("GET", "http://a/", None, 503, {"Retry-After": value}).retry_after is None


@pytest.mark.parametrize("value", ["\xb2", "9" * 5000])
def test_a_retry_after_that_is_not_a_number_of_seconds_breaks_its_statement(value: str) -> None:
    """A 503 of a bound whose `Retry-After` is not a number of seconds breaks C28, with a short reason."""
    body = b'{"type": "internal", "message": "Full.", "detail": []}'
    [breach] = breaches(START, Exchange("POST", f"http://a{START}", None, 503, {"Retry-After": value}, body))
    assert breach.statement == "C28"
    assert len(breach.reason) < 200


@pytest.mark.parametrize("levels", [10, 100, 250, 500, 900])
def test_a_deeply_nested_member_is_checked_and_shown(levels: int) -> None:
    """Members that the contract does not know may be nested as deep as Python reads; other breaches are still found."""
    assert breaches(START, accepted(f'"more": {nested(levels)}')) == []
    broken = accepted(f'"result": {nested(levels)}')
    assert [breach.statement for breach in breaches(START, broken)] == ["S4"]
    assert len(json.dumps(broken.evidence())) < MAX_SHOWN
    assert (f"more than {MAX_DEPTH} levels" in json.dumps(broken.evidence())) == (levels > MAX_DEPTH)


def test_a_body_with_too_many_levels_to_read_is_not_json() -> None:
    """A body of 100,000 levels has no JSON value, and is shown by length and digest."""
    exchange = accepted(f'"more": {nested(100_000)}')
    assert exchange.json is None
    assert [breach.statement for breach in breaches(START, exchange)] == ["S2"]
    assert len(json.dumps(exchange.evidence())) < MAX_SHOWN


@pytest.mark.parametrize("text", [r"\ud800", r"a\uDFFFb", r"\udc80\ud83d", "\\ud800" * 1000])
def test_a_lone_surrogate_is_read_as_a_replacement_character(text: str) -> None:
    """A text with half of a surrogate pair has U+FFFD in its place, in checks and in reports; pairs stay."""
    exchange = accepted(f'"more": "{text}", "result": "{text}", "pair": "\\ud83d\\ude00"')
    assert "\ufffd" in exchange.json["more"]
    assert exchange.json["pair"] == "\U0001f600"
    assert [breach.statement for breach in breaches(START, exchange)] == ["S4"]
    assert len(json.dumps(exchange.evidence(), ensure_ascii=False).encode()) < MAX_SHOWN


@pytest.mark.parametrize("body", [b'"\xed\xa0\x80"', "{}".encode("utf-16"), b"\xff", b"9" * 5000])
def test_a_body_that_is_not_json_in_utf_8_has_no_value(body: bytes) -> None:
    """Other encodings, and numbers of thousands of digits, are not read."""
    assert Exchange("GET", "http://a/", None, 200, {}, body).json is None


@pytest.mark.parametrize(
    "value",
    [
        {str(number): number for number in range(10_000)},
        {"x" * 10_000: 1},
        ["x" * 10_000] * 10_000,
        10**4000,
        {"error": 10**4000},
    ],
)
def test_a_report_bounds_the_values_that_it_shows(value: Any) -> None:
    """Objects, names, lists, texts and numbers of any size are shown in a bounded number of characters."""
    assert len(json.dumps(brief(value))) < MAX_SHOWN

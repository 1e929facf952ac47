"""JSON bodies: the strict parser and the lists of voiceprints, beyond what the contract suite sends (C7, C8, P3)."""

from typing import Any

import pytest

from tests.http.wire import CONVERSION, assert_raw_refused, assert_refused, convert, head_of_post, post, raw
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import InvalidRequest, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.vendor.json_body import voiceprint_lists
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import VoiceprintTechnology


def lists(body: object, name: str = "speaker-identification-voiceprint-conversion") -> dict[str, list[bytes]]:
    """Return the decoded lists of a technology's body."""
    technology = discover()[name]
    assert isinstance(technology, VoiceprintTechnology)
    return voiceprint_lists(body, technology, Limits())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"a": Infinity}', "Infinity is not a JSON value"),
        (b"\xff", "UTF-8"),
        (b'{"x": {"a": 1, "a": 2}}', "'a' is repeated"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "A\nA"}', "control character"),
    ],
)
def test_malformed_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    """The parser refuses a body that is not JSON, and the message says why (C7)."""
    with pytest.raises(InvalidRequest, match=reason):
        parse_json(body)


def test_numbers_may_have_any_length() -> None:
    """An integer of five thousand digits is parsed, as a float."""
    assert parse_json(b'{"x": ' + b"9" * 5000 + b"}") == {"x": float("inf")}
    assert parse_json(b'{"x": ' + b"9" * 1000 + b"}") == {"x": 10**1000 - 1}


@pytest.mark.parametrize(
    ("body", "location"),
    [
        (None, ("body",)),
        ("x", ("body",)),
        ({"voiceprints": None}, ("body", "voiceprints")),
        ({"Voiceprints": []}, ("body", "voiceprints")),
        ({"voiceprints": ["AAAA", None]}, ("body", "voiceprints", 1)),
        ({"voiceprints": ["A A A A"]}, ("body", "voiceprints", 0)),
        ({"voiceprints": ["-_-_"]}, ("body", "voiceprints", 0)),
        ({"voiceprints": ["AAAé"]}, ("body", "voiceprints", 0)),
        ({"voiceprints": [["AAAA"]]}, ("body", "voiceprints", 0)),
        ({"voiceprints": [{"a": 1}]}, ("body", "voiceprints", 0)),
    ],
)
def test_an_invalid_list_is_refused_with_its_place(body: Any, location: tuple[str | int, ...]) -> None:
    """The detail of the refusal is located at the member or item that is invalid (C8)."""
    with pytest.raises(ValidationFailed) as refused:
        lists(body)
    assert refused.value.details[0].location == location


def test_each_invalid_item_has_a_detail() -> None:
    """Details name exactly the invalid items, by their index (C8)."""
    with pytest.raises(ValidationFailed) as refused:
        lists({"voiceprints": ["?", "AAAA", "?", "?"]})
    assert [detail.location[2] for detail in refused.value.details] == [0, 2, 3]


def test_merging_needs_two_voiceprints() -> None:
    """A list of one voiceprint is refused, with the limits and the length in the message (S51)."""
    with pytest.raises(ValidationFailed, match=r"`voiceprints` must have 2 to 50000 voiceprints, got 1\.") as refused:
        lists({"voiceprints": ["AAAA"]}, "speaker-identification-voiceprint-merging")
    assert refused.value.details[0].location == ("body", "voiceprints")


def test_a_message_says_what_must_hold_and_what_was_found(mock: MockAppliance) -> None:
    """The message of a refused list names the member, its limits and the length that was found."""
    response = convert(mock.url, [])
    assert_refused(response, 422, "request.validation-error", ["body", "voiceprints"])
    assert response.json()["detail"][0]["message"] == "`voiceprints` must have 1 to 50000 voiceprints, got 0."


@pytest.mark.parametrize("content_type", ["application/jsonx", "application", "text/json"])
def test_similar_content_types_are_422(mock: MockAppliance, content_type: str) -> None:
    """A content type that only resembles that of JSON is refused (C6)."""
    response = post(mock.url + CONVERSION, data=b"{}", headers={"Content-Type": content_type})
    assert_refused(response, 422, "request.validation-error", ["header", "content-type"])


@pytest.mark.parametrize("length", ["512000001", "9" * 18, "9" * 19, "9" * 100])
def test_a_declared_length_over_the_limit_is_413_before_the_body(mock: MockAppliance, length: str) -> None:
    """One byte more than the limit is refused before the body arrives, whatever the number of digits (S25, C5)."""
    assert_raw_refused(
        raw(mock.url, head_of_post(CONVERSION, "application/json", f"Content-Length: {length}")),
        413,
        "request.size-limit-exceeded",
    )

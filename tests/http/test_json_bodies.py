"""JSON bodies: the strict parser and the lists of voiceprints, beyond what the contract suite sends (C7, C8, P3)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.wire import CONVERSION, assert_refused, convert, post
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import InvalidRequest, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.vendor.voiceprint_lists import decoded_at_once, voiceprint_lists
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


ITEMS = ('"AAAA"', '"AA=="', '"AB=="', '" AAAA"', '"\\/w=="', '"A"', "1", '""')
MORE = ("", ', "voiceprints": ["AAAA"]', ', "a": 1', ', "voiceprint\\u0073": ["AAAA"]', ', "voiceprints": []')


@given(st.lists(st.sampled_from(ITEMS), max_size=4), st.data())
def test_a_body_that_is_decoded_at_once_is_read_as_item_by_item(items: list[str], data: st.DataObject) -> None:
    """The quick way returns what the thorough one returns, or leaves the body to it."""
    name = data.draw(st.sampled_from(['"voiceprints"', '"voiceprint\\u0073"']))
    more = data.draw(st.sampled_from(MORE))
    text = f"{{{name}: [{','.join(items)}]{more}}}".encode()
    found = decoded_at_once(text, ("voiceprints",), 100)
    if found is not None and items:
        assert found == lists(parse_json(text))


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


@pytest.mark.parametrize("body", [b'{"voiceprints":["\xea"]}', b'{"voiceprints":["AAAA"],"\xff":1}', b"[" * 100_000])
def test_a_body_that_is_not_text_or_too_deep_is_400(mock: MockAppliance, body: bytes) -> None:
    """Invalid UTF-8 within a list and deep nesting are malformed, however the body is decoded (C7, P3)."""
    refused = post(mock.url + CONVERSION, data=body, headers={"Content-Type": "application/json"})
    assert_refused(refused, 400, "request.invalid")


@pytest.mark.parametrize("content_type", ["application/jsonx", "application", "text/json"])
def test_similar_content_types_are_422(mock: MockAppliance, content_type: str) -> None:
    """A content type that only resembles that of JSON is refused (C6)."""
    response = post(mock.url + CONVERSION, data=b"{}", headers={"Content-Type": content_type})
    assert_refused(response, 422, "request.validation-error", ["header", "content-type"])

"""JSON bodies: the strict parser and the lists of voiceprints, beyond what the contract suite sends (C7, C8, P3)."""

import json
import socket
import threading
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.wire import CONVERSION, SECONDS, assert_raw_refused, assert_refused, convert, head_of_post, post, raw
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import InvalidRequest, TooLarge, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.request_body import PIECE
from voxdouble_mock.http.vendor import json_body
from voxdouble_mock.http.vendor.json_body import COST, JsonBody
from voxdouble_mock.http.vendor.voiceprint_lists import MAX_VOICEPRINT, decoded_at_once, voiceprint_lists
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


def received(text: bytes, quota: ByteQuota) -> JsonBody:
    """Return a body as it is once it has arrived, with the memory that it has reserved."""
    assert quota.reserve(COST * len(text))
    return JsonBody(bytearray(text), "", len(text), quota, COST * len(text))


def read(text: bytes, limits: Limits, total: int = 1 << 30) -> dict[str, list[bytes]]:
    """Return the lists of a conversion's body."""
    technology = discover()["speaker-identification-voiceprint-conversion"]
    assert isinstance(technology, VoiceprintTechnology)
    return received(text, ByteQuota(total)).lists(technology, limits)


@pytest.mark.parametrize("item", ["{}", '{"a":1}', "[]", "1", '""', '"A"', "null"])
@pytest.mark.parametrize("name", ["voiceprints", "other"])
def test_the_memory_of_a_body_is_bounded_by_its_length(name: str, item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of more small values than the bound is refused before they are made, whichever member has them (P7)."""
    monkeypatch.setattr(json_body, "OTHER_VALUES", 10_000)
    text = f'{{"voiceprints": ["AAAA"], "{name}": [{f"{item}," * 15_000}0]}}'.encode()
    tracemalloc.start()
    try:
        with pytest.raises(ValidationFailed, match="must have") as refused:
            read(text, Limits(max_list=5_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.details[0].location == (("body", name) if name == "voiceprints" else ("body",))
    assert peak < 2 * len(text)


def test_a_body_may_have_150_000_values() -> None:
    """Values, lists and objects together are bounded by 50,000 voiceprints and 100,000 others."""
    text = '{"voiceprints": [' + '"AAAA",' * 49_999 + '"AAAA"], "other": [%s0]}'
    assert len(read((text % ("0," * 99_997)).encode(), Limits())["voiceprints"]) == 50_000
    with pytest.raises(ValidationFailed, match="at most 150000 values"):
        read((text % ("0," * 99_998)).encode(), Limits())


def test_a_list_with_one_voiceprint_too_many_is_refused_with_its_length() -> None:
    """The message has the length that was found where it is little over the limit."""
    text = json.dumps({"voiceprints": ["AAAA"] * 6}).encode()
    with pytest.raises(ValidationFailed, match="must have 1 to 5 voiceprints, got 6"):
        read(text, Limits(max_list=5))
    assert read(text, Limits(max_list=6)) == {"voiceprints": [b"\0\0\0"] * 6}


def test_commas_in_strings_do_not_count_as_values() -> None:
    """A text of many commas is counted token by token, and accepted."""
    text = json.dumps({"note": "," * 300_000, "voiceprints": ["AAAA"]}).encode()
    assert read(text, Limits()) == {"voiceprints": [b"\0\0\0"]}


def test_a_body_that_needs_more_memory_than_all_bodies_may_take_is_413() -> None:
    """Text beyond Latin-1 takes four bytes a character when it is parsed, and so it counts."""
    text = json.dumps({"note": "\U0001f600" * 1000, "voiceprints": ["AAAA"]}, ensure_ascii=False).encode()
    assert read(text, Limits(), 60_000) == {"voiceprints": [b"\0\0\0"]}
    with pytest.raises(TooLarge, match="needs more memory than the 20000 bytes"):
        read(text, Limits(), 20_000)


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


def test_a_voiceprint_has_a_bounded_size(mock: MockAppliance) -> None:
    """One of a mebibyte is accepted, a longer one is refused with its index, however it is decoded (C27)."""
    longest, longer = (b64encode(bytes(MAX_VOICEPRINT + more)).decode() for more in (0, 3))
    assert convert(mock.url, [longest]).status_code == 202
    for body in ({"voiceprints": ["AAAA", longer]}, {"voiceprints": ["AAAA", longer], "other": 1}):
        refused = post(mock.url + CONVERSION, json=body)
        assert_refused(refused, 422, "request.validation-error", ["body", "voiceprints", 1])
        assert "at most 1048576 bytes, got 1048579" in refused.text


def test_silent_clients_reserve_no_memory() -> None:
    """Memory is reserved as bytes arrive: clients that declare much and send nothing keep no one out (P7)."""
    with MockAppliance(json_storage=1000, max_json=500) as mock, ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(connect(mock))
            client.sendall(head_of_post(CONVERSION, "application/json", "Content-Length: 500"))
        assert convert(mock.url, ["A" * 400]).status_code == 202


def test_arrived_bytes_count_until_their_request_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the bound of all bodies gets a 503, and after the others have ended it is accepted (C28)."""
    pieces, reserve = threading.Semaphore(0), ByteQuota.reserve

    def reserve_and_count(quota: ByteQuota, count: int) -> bool:
        reserved = reserve(quota, count)
        pieces.release()
        return reserved

    with MockAppliance(json_storage=1_000_000, max_json=500_000) as mock:
        with connect(mock) as client:
            with monkeypatch.context() as patch:
                patch.setattr(ByteQuota, "reserve", reserve_and_count)
                client.sendall(head_of_post(CONVERSION, "application/json", "Content-Length: 480000") + b" " * 400_000)
                for _ in range(400_000 // PIECE):
                    assert pieces.acquire(timeout=SECONDS)
            assert convert(mock.url, ["A" * 400_000]).status_code == 503
        wait_until(lambda: convert(mock.url, ["A" * 400_000]).status_code == 202)


def connect(mock: MockAppliance) -> socket.socket:
    """Return a connection to a mock."""
    parts = urlsplit(mock.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=SECONDS)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a condition of the server's threads."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline


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


@pytest.mark.parametrize("length", ["512000001", "9" * 18, "9" * 19, "9" * 100])
def test_a_declared_length_over_the_limit_is_413_before_the_body(mock: MockAppliance, length: str) -> None:
    """One byte more than the limit is refused before the body arrives, whatever the number of digits (S25, C5)."""
    assert_raw_refused(
        raw(mock.url, head_of_post(CONVERSION, "application/json", f"Content-Length: {length}")),
        413,
        "request.size-limit-exceeded",
    )

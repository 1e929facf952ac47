"""Bounds of JSON bodies: their values, their memory and their length."""

import json
import socket
import threading
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.http.wire import CONVERSION, SECONDS, assert_raw_refused, assert_refused, convert, head_of_post, post, raw
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.errors import TooLarge, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.request_body import PIECE
from voxdouble_mock.http.value_count import excess
from voxdouble_mock.http.vendor import json_body
from voxdouble_mock.http.vendor.json_body import COST, JsonBody
from voxdouble_mock.http.vendor.voiceprint_lists import MAX_VOICEPRINT
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import VoiceprintTechnology


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


@pytest.mark.parametrize(
    ("text", "values"), [("[[],[]]", 2), ("[{},[ ]]", 2), ('{"a": {}, "b": [\n]}', 2), ("[[0]]", 2)]
)
def test_an_empty_list_or_object_is_one_value(text: str, values: int) -> None:
    """A text is within a bound of as many values as it has, and beyond a smaller one."""
    assert excess(text.encode(), values) is None
    assert excess(text.encode(), values - 1) is not None


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


@pytest.mark.parametrize(
    "last", ["A", "\\n", "\\u002b", "\\u4e00", "\\ud83d\\ude00", "\u4e00", "\U0001f600", "\U0001f600\\n"]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_as_much_memory_is_reserved_as_a_text_takes(last: str, is_first: bool) -> None:
    """One wide or escaped character widens the whole text around it, as UTF-8 or as an escape (P7)."""
    note = f"{last}{'A' * 400_000}" if is_first else f"{'A' * 400_000}{last}"
    text = f'{{"note": "{note}", "voiceprints": ["AAAA"]}}'.encode()
    technology = discover()["speaker-identification-voiceprint-conversion"]
    assert isinstance(technology, VoiceprintTechnology)
    tracemalloc.start()
    try:
        body = received(text, ByteQuota(1 << 30))
        body.lists(technology, Limits())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < body.reserved + 20_000


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


@pytest.mark.parametrize("length", ["512000001", "9" * 18, "9" * 19, "9" * 100])
def test_a_declared_length_over_the_limit_is_413_before_the_body(mock: MockAppliance, length: str) -> None:
    """One byte more than the limit is refused before the body arrives, whatever the number of digits (S25, C5)."""
    assert_raw_refused(
        raw(mock.url, head_of_post(CONVERSION, "application/json", f"Content-Length: {length}")),
        413,
        "request.size-limit-exceeded",
    )

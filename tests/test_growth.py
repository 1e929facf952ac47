"""Input of twice the length takes about twice the time, wherever input from outside is read (P7)."""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress

import pytest

from voxdouble_mock.core.errors import Refusal
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.patterns import Pattern
from voxdouble_mock.core.secrets import is_secret
from voxdouble_mock.hosts import is_host
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.vendor.json_body import JsonBody
from voxdouble_mock.http.vendor.multipart_parser import MultipartParser
from voxdouble_mock.http.vendor.part_head import file_name, header_parameters, parse_part_head
from voxdouble_mock.scenarios.text import parse_scenario
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import VoiceprintTechnology
from voxdouble_mock.voice import ubjson
from voxdouble_mock.wsgi.head import parse_head

GREATEST_RATIO = 3.0
"""Between 2, for linear time, and 4, for time that grows with the square."""
SHORTEST = 0.01
"""Seconds of processor time; a shorter measurement proves nothing, and no quadratic one of these sizes is as short."""


def object_with_a_late_repetition(count: int) -> bytes:
    """Return a JSON object of many names, of which the last one is repeated."""
    names = [*range(count), count - 1]
    return b"{" + b",".join(b'"%d":1' % name for name in names) + b"}"


def feed(*pieces: bytes) -> None:
    """Parse a multipart body in pieces."""
    parser = MultipartParser("b")
    for piece in pieces:
        list(parser.feed(piece))


def read_lists(text: bytes) -> None:
    """Read the lists of voiceprints in a body."""
    technology = discover()["speaker-identification-voiceprint-conversion"]
    assert isinstance(technology, VoiceprintTechnology)
    JsonBody(bytearray(text), "", len(text), ByteQuota(1 << 30), 0).lists(technology, Limits())


READERS: dict[str, tuple[Callable[[int], object], int]] = {
    "empty arrays in a voiceprint": (lambda n: ubjson.read(b"[" + b"[]" * n + b"]"), 10_000),
    "short arrays of floats in a voiceprint": (lambda n: ubjson.read(b"[" + b"[d\0\0\0\0]" * n + b"]"), 2_000),
    "floats before another value": (lambda n: ubjson.read(b"[" + b"d\0\0\0\0" * n + b"Z]"), 30_000),
    "nested arrays of floats": (lambda n: ubjson.read(b"[" + b"d\0\0\0\0" * n + b"[" + b"d\0\0\0\0" * n), 30_000),
    "members of a voiceprint": (
        lambda n: ubjson.read(b"{" + b"".join(b"i\x06%06dZ" % place for place in range(n)) + b"}"),
        20_000,
    ),
    "a name that is repeated late": (lambda n: parse_json(object_with_a_late_repetition(n)), 20_000),
    "names in a list of voiceprints": (lambda n: read_lists(object_with_a_late_repetition(n)), 20_000),
    "an unclosed JSON string": (lambda n: read_lists(b'{"voiceprints":["' + b"\\u0041," * n), 200_000),
    "empty objects": (lambda n: read_lists(b'{"voiceprints":[' + b"{}," * n + b"1]}"), 1_000_000),
    "Base64": (
        lambda n: read_lists(json.dumps({"voiceprints": [b64encode(bytes(300)).decode()] * n}).encode()),
        10_000,
    ),
    "quotes in a header": (lambda n: header_parameters(';a="\\"' * n), 10_000),
    "parameters of a header": (lambda n: header_parameters(";a=" * n), 10_000),
    "spaces in a header": (lambda n: header_parameters((";" + " " * 50) * n), 5_000),
    "encoded words in a file name": (lambda n: file_name({"filename": "=?utf-8?q?a?=" * n}), 1_000),
    "unclosed encoded words": (lambda n: file_name({"filename": "=?u?q?" * n}), 20_000),
    "combining marks in a file name": (
        lambda n: file_name({"filename": ("a" + "\u0301\u0323" * n).encode().decode("latin-1")}),
        4_000,
    ),
    "sections of a file name": (lambda n: file_name({f"filename*{one}": "a" for one in range(n)}), 5_000),
    "folded lines of a part": (
        lambda n: parse_part_head(b"Content-Disposition: form-data; name=a\r\nx:" + b"\r\n a" * n + b"\r\n"),
        20_000,
    ),
    "incomplete delimiters": (lambda n: feed(*[b"\r\n--b  "] * n), 5_000),
    "delimiters within lines": (lambda n: feed(b"\r\n--bx" * n), 10_000),
    "a part in single bytes": (
        lambda n: feed(b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n", *[b"a"] * n),
        10_000,
    ),
    "a repeated header": (lambda n: parse_head(b"GET / HTTP/1.1", [b"Host: a", *[b"a: b"] * n]), 8_000),
    "labels of a host": (lambda n: is_host("a." * n + "!"), 20_000),
    "beginnings of tokens": (lambda n: is_secret("x", "eyJaaaaaa" * n), 10_000),
    "beginnings of URLs": (lambda n: is_secret("x", "://" * n), 20_000),
    "parameters in a header": (lambda n: is_secret("x", "?a=" * n), 10_000),
    "stars in a pattern": (lambda n: Pattern("*a" * 200 + "b").matches("a" * n), 1_000_000),
    "rules of a scenario": (lambda n: parse_scenario("rules:\n" + "- {name: a, then: {}}\n" * n), 400),
    "nesting of a scenario": (lambda n: parse_scenario("[" * n), 20_000),
    "lines of a scenario": (lambda n: parse_scenario("a: |\n" + " x\n" * n), 20_000),
    "names of a scenario": (lambda n: parse_scenario("\n".join(f"k{one}: 1" for one in range(n))), 2_000),
}


def seconds(read: Callable[[int], object], length: int) -> float:
    """Return the processor time of one reading, whether the input is accepted or refused."""
    began = time.thread_time()
    with suppress(Refusal, ValueError):
        read(length)
    return time.thread_time() - began


@pytest.mark.parametrize(("read", "length"), READERS.values(), ids=READERS)
def test_twice_the_input_takes_about_twice_the_time(read: Callable[[int], object], length: int) -> None:
    """One of several measurements is far less than four times the shorter of two, the ratio of quadratic growth."""
    for _ in range(8):
        single = min(seconds(read, length) for _ in range(2))
        double = seconds(read, 2 * length)
        if double < SHORTEST or double < GREATEST_RATIO * single:
            return
    pytest.fail(f"{length} took {single:.4f} s, {2 * length} took {double:.4f} s.")

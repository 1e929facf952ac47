"""The reader of UBJSON."""

import contextlib
import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.voice import ubjson


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"Z", None),
        (b"T", True),
        (b"F", False),
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"I\xff\xfe", -2),
        (b"l\x30\x16\x8b\x28", 0x30168B28),
        (b"L" + (2**40).to_bytes(8), 2**40),
        (b"d" + struct.pack(">f", 0.5), 0.5),
        (b"D" + struct.pack(">d", 0.1), 0.1),
        (b"Ca", "a"),
        (b"Si\x03abc", "abc"),
        (b"Hi\x0212", "12"),
        (b"[]", []),
        (b"{}", {}),
        (b"[i\x01[i\x02]]", [1, [2]]),
        (b"[#i\x02i\x01i\x02", [1, 2]),
        (b"[$i#i\x03\x01\x02\x03", [1, 2, 3]),
        (b"{i\x01aTi\x01bZ}", {"a": True, "b": None}),
        (b"{#i\x01i\x01aT", {"a": True}),
        (b"{$U#i\x01i\x01a\x07", {"a": 7}),
    ],
)
def test_each_marker_is_read(data: bytes, value: object) -> None:
    """Every marker of the format gives its value."""
    assert ubjson.read(data) == value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends inside a value at byte 0"),
        (b"TT", "must end at byte 1, and 1 more bytes follow"),
        (b"l\x00", "ends inside a number"),
        (b"?", "marker b'?' at byte 0"),
        (b"Si\x05abc", "declares 5 bytes or elements at byte 3, and 3 bytes follow"),
        (b"Si\xffabc", "declares -1"),
        (b"SZ", "must be an integer, and has the marker b'Z'"),
        (b"Si\x01\xff", "not UTF-8"),
        (b"[", "ends inside a value"),
        (b"{", "ends inside a length"),
        (b"{i\x01aTi\x01aF}", "the key 'a' is repeated"),
        (b"[$Z#i\x01", "the elements of a container must not have the type b'Z' at byte 2"),
        (b"[$Z#L\x7f" + b"\xff" * 7, "must not have the type b'Z'"),
        (b"[$i\x01]", "must have a size"),
        (b"[#L\x7f" + b"\xff" * 7, "declares 9223372036854775807"),
        (b"[" * 17 + b"]" * 17, "deeper than 16 levels"),
        (b"[d\x00\x00\x00\x00", "ends inside a value"),
    ],
)
def test_malformed_bytes_are_refused_with_the_place(data: bytes, reason: str) -> None:
    """The error names the problem and the byte at which it is."""
    with pytest.raises(ubjson.Malformed, match=re.escape(reason)):
        ubjson.read(data)


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=50))
def test_plain_arrays_of_float32_keep_their_bits(numbers: list[float]) -> None:
    """The fast path for embeddings returns the numbers that were written."""
    data = b"[" + b"".join(b"d" + struct.pack(">f", number) for number in numbers) + b"]"
    value = ubjson.read(data)
    assert value.dtype == np.float32
    assert value.tolist() == numbers


@given(st.binary(max_size=64))
def test_any_bytes_are_a_value_or_malformed(data: bytes) -> None:
    """No input raises another exception than Malformed."""
    with contextlib.suppress(ubjson.Malformed):
        ubjson.read(data)

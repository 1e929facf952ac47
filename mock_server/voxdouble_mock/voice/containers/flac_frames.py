"""The search for headers of FLAC frames in blocks of bytes.

A frame does not declare its size in bytes. Its header starts with fourteen fixed bits and ends with a checksum of eight
bits. Together they distinguish headers from most other bytes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

LONGEST_HEADER = 16
RATES = (0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
"""Sample rate in Hz by code; 0 refers to the header of the file. After the codes from 12 to 14 the rate follows."""
BITS = (0, 8, 12, 0, 16, 20, 24, 32)
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Headers:
    """The content of the headers in a block, one entry for each."""

    offsets: Numbers
    variable: Numbers
    """1 if the frames vary in length, and are numbered by samples; else 0."""
    rate_codes: Numbers
    channel_counts: Numbers
    bits_codes: Numbers
    numbers: Numbers
    samples: Numbers
    """Samples per channel in the frame."""


def headers(block: bytes) -> Headers:
    """Return the headers that start in a block, except in its last 15 bytes."""
    tables = _tables()
    data = np.frombuffer(block, np.uint8)
    starts = np.flatnonzero(data[: -LONGEST_HEADER + 1] == 0xFF)
    starts = starts[data[starts + 1] & 0xFE == 0xF8]
    rows = data[starts[:, np.newaxis] + np.arange(LONGEST_HEADER)]
    after, digits = tables.bytes_after[rows[:, 2]], tables.digits[rows[:, 4]]
    valid = (after >= 0) & (digits > 0) & tables.valid_channels[rows[:, 3]]
    starts, rows, lengths = starts[valid], rows[valid], (4 + after + digits)[valid]
    valid = _checksums(rows, lengths) == rows[np.arange(len(rows)), lengths]
    starts, rows = starts[valid], rows[valid].astype(np.int64)
    digits = tables.digits[rows[:, 4]]
    return Headers(
        starts,
        rows[:, 1] & 1,
        rows[:, 2] & 15,
        tables.channel_counts[rows[:, 3] >> 4],
        rows[:, 3] >> 1 & 7,
        _numbers(rows, digits),
        _samples(rows, digits),
    )


def _numbers(rows: Numbers, digits: Numbers) -> Numbers:
    """Return the numbers of the frames; they are encoded like UTF-8 characters."""
    found = np.where(digits == 1, rows[:, 4], rows[:, 4] & (0x7F >> digits))
    for index in range(1, int(digits.max(initial=1))):
        found = np.where(index < digits, found << 6 | rows[:, 4 + index] & 0x3F, found)
    return found


def _samples(rows: Numbers, digits: Numbers) -> Numbers:
    """Return the lengths of the frames in samples per channel."""
    codes = rows[:, 2] >> 4
    found: Numbers = _tables().samples[codes]
    for code in (6, 7):
        some = np.flatnonzero(codes == code)
        first, second = rows[some, 4 + digits[some]], rows[some, 5 + digits[some]]
        found[some] = (first if code == 6 else first << 8 | second) + 1
    return found


def _checksums(rows: npt.NDArray[np.uint8], lengths: Numbers) -> npt.NDArray[np.uint8]:
    """Return the CRC-8 of the headers (polynomial 0x07, highest bit first)."""
    table = _tables().crc8
    crc = np.zeros(len(rows), np.uint8)
    for column in range(int(lengths.max(initial=0))):
        crc = np.where(column < lengths, table[crc ^ rows[:, column]], crc)
    return crc


@dataclass(frozen=True)
class _Tables:
    """The meaning of the bytes of a header."""

    bytes_after: Numbers
    """How many bytes of block size and sample rate follow the number, by the third byte; -1 for an invalid byte."""
    valid_channels: npt.NDArray[np.bool_]
    """True if the fourth byte is valid."""
    digits: Numbers
    """How many bytes the number has, by its first byte; 0 for an invalid byte."""
    samples: Numbers
    """The block size by its code; 0 for codes without a fixed size."""
    channel_counts: Numbers
    crc8: npt.NDArray[np.uint8]


@cache
def _tables() -> _Tables:
    index = np.arange(256)
    sizes, rates = index >> 4, index & 15
    after = np.array([0] * 6 + [1, 2] + [0] * 8)[sizes] + np.array([0] * 12 + [1, 2, 2, 0])[rates]
    ones = np.array([f"{byte:08b}".index("0") if byte < 0xFF else 8 for byte in range(256)])
    crc = index
    for _ in range(8):
        crc = np.where(crc & 0x80, crc << 1 ^ 0x107, crc << 1)
    return _Tables(
        bytes_after=np.where((sizes == 0) | (rates == 15), -1, after),
        valid_channels=(index >> 4 < 11) & (index >> 1 & 7 != 3) & (index & 1 == 0),
        digits=np.array([1, 0, 2, 3, 4, 5, 6, 7, 0])[ones],
        samples=np.array([0, 192, *(576 << code for code in range(4)), 0, 0, *(256 << code for code in range(8))]),
        channel_counts=np.array([*range(1, 9), *[2] * 8]),
        crc8=crc.astype(np.uint8),
    )

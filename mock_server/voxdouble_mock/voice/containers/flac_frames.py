"""The search for headers of FLAC frames in blocks of bytes.

A frame does not declare its size in bytes. Its header starts with fourteen fixed bits and ends with a checksum of eight
bits, which together distinguish headers from most other bytes.
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
    """1 if frames are numbered by samples, since their lengths vary, else 0."""
    rate_codes: Numbers
    channel_counts: Numbers
    bits_codes: Numbers
    numbers: Numbers
    samples: Numbers
    """Samples per channel in the frame."""


def headers(block: bytes) -> Headers:
    """Return the headers that start in a block, except in its last 15 bytes."""
    data = np.frombuffer(block, np.uint8)
    starts = np.flatnonzero((data[: -LONGEST_HEADER + 1] == 0xFF) & ((data[1 : -LONGEST_HEADER + 2] & 0xFE) == 0xF8))
    rows = data[starts[:, np.newaxis] + np.arange(LONGEST_HEADER)].astype(np.int64)
    size_codes, rate_codes, channels, bits_codes = (
        rows[:, 2] >> 4,
        rows[:, 2] & 15,
        rows[:, 3] >> 4,
        rows[:, 3] >> 1 & 7,
    )
    digits = _digits()[rows[:, 4]]
    size_bytes = np.select([size_codes == 6, size_codes == 7], [1, 2], 0)
    rate_bytes = np.select([rate_codes == 12, (rate_codes == 13) | (rate_codes == 14)], [1, 2], 0)
    lengths = 4 + digits + size_bytes + rate_bytes
    good = (
        (size_codes > 0)
        & (rate_codes < 15)
        & (channels < 11)
        & (bits_codes != 3)
        & (rows[:, 3] & 1 == 0)
        & (digits > 0)
    )
    lengths = np.where(good, lengths, 4)
    good &= _checksums(rows, lengths) == rows[np.arange(len(rows)), lengths]
    rows, size_codes, digits = rows[good], size_codes[good], digits[good]
    channels = channels[good]
    return Headers(
        starts[good],
        rows[:, 1] & 1,
        rate_codes[good],
        np.where(channels < 8, channels + 1, 2),
        bits_codes[good],
        _numbers(rows, digits),
        _samples(rows, size_codes, digits),
    )


def _numbers(rows: Numbers, digits: Numbers) -> Numbers:
    """Return the numbers of the frames, which are encoded like UTF-8 characters."""
    found = np.where(digits == 1, rows[:, 4], rows[:, 4] & (0x7F >> digits))
    for index in range(1, 7):
        found = np.where(index < digits, found << 6 | rows[:, 4 + index] & 0x3F, found)
    return found


def _samples(rows: Numbers, codes: Numbers, digits: Numbers) -> Numbers:
    """Return the lengths of the frames in samples per channel."""
    first, second = (rows[np.arange(len(rows)), 4 + digits + index] for index in (0, 1))
    return np.select(
        [codes == 1, codes < 6, codes == 6, codes == 7],
        [192, 576 << np.maximum(codes - 2, 0), first + 1, (first << 8 | second) + 1],
        256 << np.maximum(codes - 8, 0),
    )


def _checksums(rows: Numbers, lengths: Numbers) -> Numbers:
    """Return the CRC-8 of the headers (polynomial 0x07, highest bit first)."""
    crc = np.zeros(len(rows), np.int64)
    for column in range(LONGEST_HEADER - 1):
        crc = np.where(column < lengths, _crc8_table()[crc ^ rows[:, column]], crc)
    return crc


@cache
def _crc8_table() -> Numbers:
    crc = np.arange(256, dtype=np.int64)
    for _ in range(8):
        crc = np.where(crc & 0x80, crc << 1 ^ 0x107, crc << 1)
    return crc


@cache
def _digits() -> Numbers:
    """Return the size of an encoded number by its first byte, 0 if the byte cannot be the first."""
    first = np.arange(256)
    return np.select(
        [
            first < 0x80,
            first < 0xC0,
            first < 0xE0,
            first < 0xF0,
            first < 0xF8,
            first < 0xFC,
            first < 0xFE,
            first < 0xFF,
        ],
        [1, 0, 2, 3, 4, 5, 6, 7],
        0,
    ).astype(np.int64)

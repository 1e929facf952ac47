"""The search for MPEG audio frames in arbitrary bytes."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.containers.mpeg_header import LONGEST_FRAME, code, kinds, lengths, lengths_of
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import BLOCK, blocks

FOLLOWING = 2
"""The number of further headers that must follow a header, unless the bytes end or a tag starts before."""
TAG_MARKS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN")
FIRST_OF_MARKS = [mark[0] for mark in TAG_MARKS]
OVERLAP = (FOLLOWING + 2) * LONGEST_FRAME
Offsets = npt.NDArray[np.int64]


def next_frames(source: Source, start: int, end: int) -> int | None:
    """Return the offset of the first frames that follow one another, None if no such frames exist."""
    if _is_chain(source.read(start, min(OVERLAP, end - start)), 0):
        return start
    for offset, block in blocks(source, start, end, OVERLAP):
        found = _first_chain(block)
        if found is not None:
            return offset + found
    return None


def earlier_frames(source: Source, start: int, frame: int) -> int:
    """Return the offset of the first frame of the uninterrupted frames that end with the given one."""
    like = source.read(frame, 4)
    while frame > start:
        window = source.read(max(start, frame - LONGEST_FRAME), min(LONGEST_FRAME, frame - start))
        headers, sizes = _similar(window + like, like)
        before = headers[headers + sizes == len(window)]
        if not len(before):
            break
        frame -= len(window) - int(before[-1])
    return frame


def covering_frame(source: Source, frames: Sequence[int], end: int) -> int | None:
    """Return the number of the first frame that contains other frames: the length in its damaged header is wrong.

    `frames` are the offsets of consecutive frames up to `end`. None if there is no such frame.
    """
    borders = np.append(np.asarray(frames, np.int64), end)
    sizes = np.diff(borders)
    suspects = np.flatnonzero(sizes >= 2 * sizes.min(initial=LONGEST_FRAME))
    if not len(suspects):
        return None
    like = source.read(frames[0], 4)
    possible = _sizes_of(_kind_at(like, 0))
    for offset, block in blocks(source, frames[0], end, 3):
        ends = borders[suspects + 1]
        some = suspects[(ends > offset) & (ends <= offset + BLOCK)]
        last = borders[some + 1][:, np.newaxis] - possible - offset  # where the header of a last inner frame would be
        inner = (last > borders[some][:, np.newaxis] - offset) & (last >= 0)
        data = np.frombuffer(block, np.uint8)
        rows, columns = np.nonzero(inner & (data[np.where(inner, last, 0)] == 0xFF))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            header = block[last[row, column] : last[row, column] + 4]
            same = _kind_at(header, 0) == _kind_at(like, 0) and (header[3] >= 0xC0) == (like[3] >= 0xC0)
            if same and lengths()[code(header)] == possible[column]:
                return int(some[row])
    return None


@cache
def _sizes_of(number: int) -> Offsets:
    """Return the possible sizes of frames of a kind."""
    return np.array(sorted(set(lengths_of(number)) - {0}), np.int64)


def has_header(block: bytes, like: bytes, *, same_bit_rate: bool) -> bool:
    """Return True if the bytes hold a frame header that may be of the same stream as the given one.

    Only the bit rate (unless it is constant), the padding and the stereo mode may differ. So a header is rarely found
    by chance.
    """
    data = np.frombuffer(block, np.uint8)
    headers = np.flatnonzero(data[:-3] == 0xFF)
    headers = headers[data[headers + 1] == like[1]]
    second, third = data[headers + 2] ^ like[2], data[headers + 3] ^ like[3]
    mono = (data[headers + 3] >= 0xC0) == (like[3] >= 0xC0)
    same = (second & (0xFD if same_bit_rate else 0x0D) == 0) & (third & 0x0F == 0) & mono
    return bool(np.any(same & (lengths()[_codes(data, headers)] > 0)))


def _first_chain(block: bytes) -> int | None:
    """Return the offset of the first frames in a block that follow one another, None if no such frames exist."""
    headers, sizes = _headers(block)
    data = np.frombuffer(block, np.uint8)
    after = headers + sizes
    inside = after + 4 <= len(block)
    safe = np.where(inside, after, 0)
    likely = ~inside | (_kinds_at(data, safe) == _kinds_at(data, headers)) | np.isin(data[safe], FIRST_OF_MARKS)
    return next((offset for offset in headers[likely].tolist() if _is_chain(block, offset)), None)


def _is_chain(block: bytes, offset: int) -> bool:
    """Return True if enough frames follow one another from the offset on."""
    number = _kind_at(block, offset)
    for _ in range(FOLLOWING + 1):
        if not number or _kind_at(block, offset) != number:
            return False
        offset += int(lengths()[block[offset + 1] << 8 | block[offset + 2]])
        if offset == len(block) or block.startswith(TAG_MARKS, offset):
            return True
    return offset < len(block)


def _similar(block: bytes, like: bytes) -> tuple[Offsets, Offsets]:
    """Return the offsets of headers of the same kind and channel count as the given one, and their frame lengths."""
    headers, sizes = _headers(block)
    data = np.frombuffer(block, np.uint8)
    same = (_kinds_at(data, headers) == _kind_at(like, 0)) & ((data[headers + 3] >= 0xC0) == (like[3] >= 0xC0))
    return headers[same], sizes[same]


def _headers(block: bytes) -> tuple[Offsets, Offsets]:
    """Return the offsets of all valid headers, and their frame lengths."""
    data = np.frombuffer(block, np.uint8)
    headers = np.flatnonzero(data[:-3] == 0xFF)
    sizes = lengths()[_codes(data, headers)]
    return headers[sizes > 0], sizes[sizes > 0].astype(np.int64)


def _kind_at(block: bytes, offset: int) -> int:
    """Return the number of the kind of the header at an offset, 0 if there is no valid header."""
    if block[offset : offset + 1] != b"\xff" or offset + 4 > len(block):
        return 0
    return int(kinds()[block[offset + 1] << 8 | block[offset + 2]])


def _kinds_at(data: npt.NDArray[np.uint8], offsets: Offsets) -> npt.NDArray[np.uint8]:
    """Return the numbers of the kinds of the headers at the offsets, 0 where there is no valid header."""
    return np.where(data[offsets] == 0xFF, kinds()[_codes(data, offsets)], 0).astype(np.uint8)


def _codes(data: npt.NDArray[np.uint8], offsets: Offsets) -> Offsets:
    """Return the indexes in the header tables for some offsets."""
    return data[offsets + 1].astype(np.int64) << 8 | data[offsets + 2]

"""The chain of MPEG audio frames: each header gives the offset of the next."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.containers.mpeg_header import (
    LONGEST_FRAME,
    VBRI_OFFSET,
    Kind,
    StreamHeader,
    code,
    kind_of,
    kinds,
    lengths_of,
    stream_header,
)
from voxdouble_mock.voice.containers.source import Source

BLOCK = 1 << 20
MARKS = (b"Xing", b"Info", b"VBRI")


@dataclass
class Stretch:
    """Frames that follow one another without interruption."""

    kind: Kind
    offsets: "array[int]" = field(default_factory=lambda: array("Q"), repr=False)
    headers: dict[int, StreamHeader] = field(default_factory=dict)
    """The stream headers among the frames, by number."""
    end: int = 0
    """The offset after the last frame."""


def follow(source: Source, start: int, end: int, max_seconds: float) -> Stretch:
    """Return the frames from the header at `start` on, up to an interruption or a little more than `max_seconds`."""
    header = source.read(start, 4)
    kind = kind_of(header)
    if kind is None:
        raise ValueError(f"Byte {start} must begin the header of an MPEG audio frame, got {header!r}.")
    table = lengths_of(int(kinds()[code(header)]))
    found, offset = Stretch(kind), start
    most = max_seconds * kind.sample_rate / kind.samples + 2
    while len(found.offsets) <= most:
        block = source.read(offset, min(BLOCK, end - offset))
        places, size = _chain(block, table, mono=kind.channel_count == 1)
        frames = np.array(places, np.uint64)
        for number, frame_header in _stream_headers(block, frames.astype(np.int64), kind):
            found.headers[len(found.offsets) + number] = frame_header
        found.offsets.frombytes((frames + np.uint64(offset)).tobytes())
        offset += size
        if len(block) < BLOCK or size < BLOCK - LONGEST_FRAME:
            break
    found.end = offset
    return found


def _chain(block: bytes, table: list[int], *, mono: bool) -> tuple[list[int], int]:
    """Return the offsets of the frames in a block, and the offset after the last complete one."""
    frames = []
    offset, size = 0, len(block)
    while offset + 4 <= size and block[offset] == 0xFF and (block[offset + 3] >= 0xC0) == mono:
        length = table[block[offset + 1] << 8 | block[offset + 2]]
        if not length or offset + length > size:
            break
        frames.append(offset)
        offset += length
    return frames, offset


def _stream_headers(block: bytes, frames: npt.NDArray[np.int64], kind: Kind) -> Iterator[tuple[int, StreamHeader]]:
    """Yield the stream headers among the frames of a block, with their numbers."""
    data = np.frombuffer(block, np.uint8)
    for mark in MARKS:
        inside = VBRI_OFFSET if mark == b"VBRI" else 4 + kind.side_information
        likely = np.flatnonzero(data[np.minimum(frames + inside, len(data) - 1)] == mark[0]) if len(frames) else ()
        for number in likely:
            offset = int(frames[number])
            found = block.startswith(mark, offset + inside) and stream_header(
                block[offset : offset + LONGEST_FRAME], kind
            )
            if found:
                yield int(number), found

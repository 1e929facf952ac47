"""The chain of MPEG audio frames: each header gives the offset of the next."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

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
        raise ValueError(f"There must be the header of an MPEG audio frame at byte {start}, got {header!r}.")
    table = lengths_of(int(kinds()[code(header)]))
    found, offset = Stretch(kind), start
    most = max_seconds * kind.sample_rate / kind.samples + 2
    while len(found.offsets) <= most:
        block = source.read(offset, min(BLOCK, end - offset))
        frames, size = _chain(block, table, mono=kind.channel_count == 1)
        for number, frame_header in _stream_headers(block, frames, kind):
            found.headers[len(found.offsets) + number] = frame_header
        found.offsets.extend(offset + frame for frame in frames)
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


def _stream_headers(block: bytes, frames: list[int], kind: Kind) -> Iterator[tuple[int, StreamHeader]]:
    """Yield the stream headers among the frames of a block, with their numbers."""
    marked = set()
    for mark in MARKS:
        inside = VBRI_OFFSET if mark == b"VBRI" else 4 + kind.side_information
        offset = block.find(mark)
        while offset >= 0:
            marked.add(offset - inside)
            offset = block.find(mark, offset + 1)
    if marked:
        for number, offset in enumerate(frames):
            if offset in marked and (found := stream_header(block[offset : offset + LONGEST_FRAME], kind)):
                yield number, found

"""Bytes around MPEG audio frames that are neither frames nor tags: harmless, or possibly lost audio."""

from voxdouble_mock.voice.containers.mpeg_chain import MARKS
from voxdouble_mock.voice.containers.mpeg_frames import MpegFrames
from voxdouble_mock.voice.containers.mpeg_header import code, kind_of, lengths
from voxdouble_mock.voice.containers.mpeg_search import has_header
from voxdouble_mock.voice.containers.parts import MAX_LOSS
from voxdouble_mock.voice.containers.source import Source
from voxdouble_mock.voice.containers.tags import blocks, is_padding

MAX_PADDING = 4
"""The most bytes by which frames of one bit rate differ in size, and by which the last frame may be incomplete."""
MAX_WHOLE_FRAMES = 8
"""Unknown bytes that are as long as 1 to MAX_WHOLE_FRAMES frames of a constant bit rate may be damaged frames (C11)."""


def damage_before(source: Source, frames: MpegFrames, start: int, first: int) -> str | None:
    """Return the reason why the bytes from `start` to `first` may be lost audio; None if they are harmless.

    `first` is the offset of the first frame, or of the stream header before it. Padding is harmless, and so is the end
    of a frame that began before the file.
    """
    if start >= first or is_padding(source, start, first):
        return None
    sizes = frames.sizes()
    longest = max(sizes) if frames.kind.samples / frames.kind.sample_rate <= MAX_LOSS else min(sizes)
    if first - start < longest:
        unknown = source.read(start, first - start)
        if not _resembles(unknown, source.read(first, 4)) and not any(mark in unknown for mark in MARKS):
            return None
    return f"the bytes before the first {frames.kind.name} frame, at byte {first}, may be damaged frames"


def damage_after(source: Source, frames: MpegFrames, start: int, end: int) -> str | None:
    """Return the reason why the bytes between two offsets after the last frame may be lost audio; None if harmless.

    Padding is harmless, and so are bytes without a header that resembles those of the frames.
    """
    if start >= end:
        return None
    last, header = frames.offsets[-1], source.read(start, 4)
    like, sizes = source.read(frames.offsets[0], 4), frames.sizes()
    constant = max(sizes) - min(sizes) <= MAX_PADDING
    lost = f"the bytes after the last {frames.kind.name} frame may be damaged frames"
    if is_padding(source, start, end):  # a last frame with a damaged header may contain others
        hidden = has_header(source.read(last + 4, start - last - 4), like, same_bit_rate=False)
        return lost if hidden else None
    missing = start + int(lengths()[code(header)]) - end if kind_of(header) == frames.kind else 0
    if missing > 0:
        return f"the last {frames.kind.name} frame is truncated" if missing > MAX_PADDING else None
    whole = constant and any(
        count * min(sizes) <= end - start <= count * max(sizes) for count in range(1, MAX_WHOLE_FRAMES + 1)
    )
    found = (has_header(block, like, same_bit_rate=constant) for _, block in blocks(source, last + 4, end, 3))
    return lost if whole or _resembles(header, like) or any(found) else None


def _resembles(unknown: bytes, like: bytes) -> bool:
    """Return True if the bytes may start with a damaged frame header like the given one."""
    return sum(one == other for one, other in zip(unknown, like, strict=False)) >= 2

"""A run of MPEG audio frames, split into pieces that can be decoded one by one.

A frame of layer III may use up to 511 bytes of the frames before it, and the filters of a decoder need the two frames
before it. So a piece starts with enough earlier frames. Their samples are dropped. All other samples are the same as if
all frames had been decoded at once.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from voxdouble_mock.voice.containers.mpeg_header import LAYER_3, MPEG_1, Kind, code, lengths
from voxdouble_mock.voice.containers.source import Source

MAX_RESERVOIR = 511
"""The most bytes of earlier frames that a frame can use."""
SETTLING_FRAMES = 3
"""Frames after which a decoder has the same state as if it had decoded all earlier ones (two are enough)."""


@dataclass(frozen=True)
class Piece:
    """Consecutive frames to decode."""

    data: bytes = field(repr=False)
    earlier: int
    """The number of leading frames that only prepare the decoder; their samples are dropped."""
    mute: int
    """The number of leading frames that need bytes from before `data`: the decoder skips them."""
    frames: int
    """The number of all frames in `data`."""


@dataclass
class MpegFrames:
    """The offsets of the frames of a run. Tags may lie between the frames."""

    source: Source = field(repr=False)
    kind: Kind
    offsets: "array[int]" = field(default_factory=lambda: array("Q"), repr=False)
    counts: list[int] = field(default_factory=list)
    """The number of frames up to the end of each uninterrupted stretch, ascending."""
    ends: list[int] = field(default_factory=list)
    """The end offset of each stretch."""
    trims: tuple[int, int] = (0, 0)
    """Samples that the encoder added at the start and at the end."""
    missing: int = 0
    """Frames that the stream header counts beyond those found."""

    def extend(self, offsets: "array[int]", end: int) -> None:
        """Append a stretch of frames that ends at an offset."""
        self.offsets.extend(offsets)
        if offsets:
            self.counts.append(len(self.offsets))
            self.ends.append(end)

    def sizes(self) -> list[int]:
        """Return the sizes of the frames in the first stretch, in bytes."""
        borders = [*self.offsets[: self.counts[0]], self.ends[0]]
        return [after - before for before, after in pairwise(borders)]

    def piece(self, first: int, end: int) -> Piece:
        """Return the frames from `first` up to, but not including, `end`, with the earlier ones that they need."""
        start = self._warm_up(first)
        data = self._bytes(start, end)
        return Piece(data, first - start, _mute_frames(data, self.kind), end - start)

    def _warm_up(self, first: int) -> int:
        """Return the number of the frame at which decoding must start to give the right samples from `first` on."""
        start, main_data = max(0, first - SETTLING_FRAMES), 0
        if self.kind.layer != LAYER_3:
            return start
        overhead = 4 + 2 + self.kind.side_information
        while start > 0 and main_data < MAX_RESERVOIR:
            start -= 1
            main_data += max(0, self._end(start) - self.offsets[start] - overhead)
        return start

    def _end(self, frame: int) -> int:
        """Return the offset after a frame."""
        stretch = bisect_left(self.counts, frame + 1)
        return self.ends[stretch] if self.counts[stretch] == frame + 1 else self.offsets[frame + 1]

    def _bytes(self, first: int, end: int) -> bytes:
        """Return the bytes of consecutive frames, without the bytes between the stretches."""
        stretches = []
        while first < end:
            last = min(end, self.counts[bisect_left(self.counts, first + 1)])
            stretches.append(self.source.read(self.offsets[first], self._end(last - 1) - self.offsets[first]))
            first = last
        return b"".join(stretches)


def _mute_frames(data: bytes, kind: Kind) -> int:
    """Return how many leading frames need more earlier bytes than `data` has."""
    if kind.layer != LAYER_3:
        return 0
    offset = count = present = 0
    while offset + 8 <= len(data):
        body = offset + (4 if data[offset + 1] & 1 else 6)  # a checksum may follow the header
        needed = data[body] << 1 | data[body + 1] >> 7 if kind.version == MPEG_1 else data[body]
        if needed <= present:
            break
        count += 1
        offset += int(lengths()[code(data[offset : offset + 4])])
        present = min(MAX_RESERVOIR, present + max(0, offset - body - kind.side_information))
    return count

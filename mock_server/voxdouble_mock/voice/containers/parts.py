"""The result of reading a container: the parts to decode, or the reason why the file cannot be used."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from voxdouble_mock.voice.containers.mpeg_frames import MpegFrames
from voxdouble_mock.voice.containers.source import View

MAX_LOSS = 0.05
"""The most seconds by which a part may be shorter than its container declares (C11): less than a syllable."""
SLACK = 16
"""The most bytes by which a file may be shorter than it claims (C12)."""
MAX_PARTS = 1_000
"""The most recordings that may be joined in one file, and the most interruptions of one recording (C11)."""


class BrokenContainer(ValueError):
    """Raised for a file that holds no usable audio, or less than it claims; the message is a sentence."""


def stopped(seconds: float, offset: int, reason: str) -> BrokenContainer:
    """Return the error for a file that can be decoded only up to an offset."""
    return BrokenContainer(f"Decoding stopped after {seconds:.2f} s, at byte {offset}: {reason}.")


@dataclass(frozen=True)
class Part:
    """A section of a recording that one decoder reads from start to end."""

    format: str
    """The name of the format in messages."""
    data: View | MpegFrames
    """The input of the decoder: a file for libsndfile, or frames for the MPEG decoder."""
    sample_rate: int
    """The rate in Hz that `frames` counts in; for Opus 48,000, whatever the rate after decoding."""
    channel_count: int
    frames: int
    """The number of samples per channel that the container holds."""
    index: Sequence[tuple[int, int]] = field(default=((0, 0),), repr=False)
    """Pairs of (samples before, byte offset in the file), ascending: about ten per second, or one for each Ogg page."""
    declares_end: bool = True
    """True if the container declares the end of the part; if False, the decoder must confirm the end."""

    @property
    def seconds(self) -> float:
        """The length of the part."""
        return self.frames / self.sample_rate

    def offset_at(self, seconds: float) -> int:
        """Return the byte offset of the audio at that time, or of a little earlier audio."""
        entry = bisect_right(self.index, (int(seconds * self.sample_rate), 1 << 62)) - 1
        return self.index[max(0, entry)][1]

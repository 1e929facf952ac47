"""A signal that comes in blocks, cut into overlapping frames at 50 a second, at any sample rate.

Frame i starts at sample floor(i * rate / 50), in whole-number arithmetic, so rates that 50 does not divide need no
resampler. Rates above 48 kHz are first brought below by averaging groups of neighbours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.audio import Samples

FRAMES_PER_SECOND = 50
MAX_RATE = 48_000
CHUNK = 256
CONTEXT = 0.064
"""Seconds of signal that a frame may look at from its start."""


@dataclass(frozen=True)
class Frames:
    """Consecutive frames: `signal` (n,) of whole numbers, and where in it each frame starts."""

    signal: Samples
    starts: npt.NDArray[np.int64]

    def windows(self, length: int) -> Samples:
        """Copy out `length` samples from each frame's start: (frames, length)."""
        return np.lib.stride_tricks.sliding_window_view(self.signal, length)[self.starts]

    def chunks(self) -> Iterator["Frames"]:
        """Split into handfuls whose windows fit the processor's cache."""
        for place in range(0, len(self.starts), CHUNK):
            yield Frames(self.signal, self.starts[place : place + CHUNK])


class Framer:
    """Takes one channel's blocks in order; keeps what the next frames still need."""

    def __init__(self, sample_rate: int) -> None:
        self.group = -(-sample_rate // MAX_RATE)
        self.sample_rate = sample_rate
        self.rate = sample_rate / self.group
        self.context = round(CONTEXT * self.rate)
        self._raw = np.zeros(0)
        self._kept = np.zeros(0)
        self._kept_from = 0
        self._frame = 0
        self._end = 0

    def feed(self, samples: Samples) -> Frames:
        """Take the next samples (n,); give the frames whose context is complete."""
        whole = np.concatenate((self._raw, samples))
        count = len(whole) // self.group
        self._raw = whole[count * self.group :]
        groups = whole[: count * self.group].reshape(count, self.group)
        self._end += count
        return self._cut(np.rint(groups.sum(axis=1) / self.group), self._end - self.context)

    def finish(self, shortest: int) -> Frames:
        """Give the last frames, with at least `shortest` samples before the end; zeros stand in for what follows."""
        return self._cut(np.zeros(self.context), self._end - shortest)

    def _cut(self, samples: Samples, last_start: int) -> Frames:
        """Append `samples` to what was kept and cut the frames that start by `last_start`."""
        signal = np.concatenate((self._kept, samples))
        frame = self._frame
        # how many frames i have floor(i * rate / 50) <= last_start
        end = -(-(last_start + 1) * FRAMES_PER_SECOND * self.group // self.sample_rate) if last_start >= 0 else 0
        self._frame = max(frame, end)
        starts = np.arange(frame, self._frame) * self.sample_rate // (FRAMES_PER_SECOND * self.group)
        frames = Frames(signal, starts - self._kept_from)
        keep = self._start(self._frame) - self._kept_from
        self._kept = signal[keep:]
        self._kept_from += keep
        return frames

    def _start(self, frame: int) -> int:
        return frame * self.sample_rate // (FRAMES_PER_SECOND * self.group)

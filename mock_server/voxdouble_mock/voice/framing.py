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
class Rate:
    """How many samples a second a signal has: `sample_rate` of the recording, averaged in groups."""

    sample_rate: int
    group: int = 1

    @property
    def hertz(self) -> float:
        """The rate that is analysed."""
        return self.sample_rate / self.group


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
        self.rate = Rate(sample_rate, group=-(-sample_rate // MAX_RATE))
        self.context = round(CONTEXT * self.rate.hertz)
        self._raw = np.zeros(0)
        self._kept = np.zeros(0)
        self._kept_from = 0
        self._frame = 0
        self._end = 0

    def feed(self, samples: Samples) -> Frames:
        """Take the next samples (n,); give the frames whose context is complete."""
        whole = np.concatenate((self._raw, samples))
        group = self.rate.group
        count = len(whole) // group
        self._raw = whole[count * group :]
        self._end += count
        means = np.rint(whole[: count * group].reshape(count, group).sum(axis=1) / group)
        return self._cut(means, self._end - self.context)

    def finish(self, shortest: int) -> Frames:
        """Give the last frames, with at least `shortest` samples before the end; zeros stand in for what follows."""
        return self._cut(np.zeros(self.context), self._end - shortest)

    def _cut(self, samples: Samples, last_start: int) -> Frames:
        """Append `samples` to what was kept and cut the frames that start by `last_start`."""
        signal = np.concatenate((self._kept, samples))
        a_second, a_sample = self.rate.sample_rate, FRAMES_PER_SECOND * self.rate.group
        # how many frames i have floor(i * rate / 50) <= last_start
        end = max(self._frame, -(-max(0, last_start + 1) * a_sample // a_second))
        starts = np.arange(self._frame, end + 1) * a_second // a_sample - self._kept_from
        self._kept = signal[starts[-1] :]
        self._kept_from += int(starts[-1])
        self._frame = end
        return Frames(signal, starts[:-1])

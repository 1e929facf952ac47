"""Frames: a signal that arrives in blocks is cut into 50 overlapping frames a second, at any sample rate.

Frame i starts at sample floor(i * rate / 50), in whole-number arithmetic, so sample rates that are not multiples of 50
need no resampling. A sample rate above 48 kHz is first reduced by averaging groups of neighbouring samples.
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
"""Seconds of signal, from its start, that a frame may use."""


@dataclass(frozen=True)
class Rate:
    """The rate of the analysed signal: the recording's `sample_rate`, averaged in groups of `group` samples."""

    sample_rate: int
    group: int = 1

    @property
    def hertz(self) -> float:
        """Return the rate of the analysed signal, in samples a second."""
        return self.sample_rate / self.group


@dataclass(frozen=True)
class Frames:
    """Consecutive frames: a `signal` (n,) of whole numbers, and the index in it at which each frame starts."""

    signal: Samples
    starts: npt.NDArray[np.int64]

    def windows(self, length: int) -> Samples:
        """Return a copy of the first `length` samples of each frame: (frames, length)."""
        return np.lib.stride_tricks.sliding_window_view(self.signal, length)[self.starts]

    def chunks(self) -> Iterator["Frames"]:
        """Yield the frames in groups whose windows fit the processor's cache."""
        for place in range(0, len(self.starts), CHUNK):
            yield Frames(self.signal, self.starts[place : place + CHUNK])


class Framer:
    """Cuts the blocks of one channel into frames; keeps the samples that the next frames need."""

    def __init__(self, sample_rate: int) -> None:
        self.rate = Rate(sample_rate, group=-(-sample_rate // MAX_RATE))
        self.context = round(CONTEXT * self.rate.hertz)
        self._raw = np.zeros(0)
        self._kept = np.zeros(0)
        self._kept_from = 0
        self._frame = 0
        self._end = 0

    def feed(self, samples: Samples) -> Frames:
        """Append samples (n,) and return the frames that have become complete, `CONTEXT` included."""
        whole = np.concatenate((self._raw, samples))
        group = self.rate.group
        count = len(whole) // group
        self._raw = whole[count * group :]
        self._end += count
        means = np.rint(whole[: count * group].reshape(count, group).sum(axis=1) / group)
        return self._cut(means, self._end - self.context)

    def finish(self, shortest: int) -> Frames:
        """Return the last frames that have at least `shortest` samples, padded with zeros after the signal's end."""
        return self._cut(np.zeros(self.context), self._end - shortest)

    def _cut(self, samples: Samples, last_start: int) -> Frames:
        """Append `samples` to those that were kept, and return the frames that start at `last_start` or earlier."""
        signal = np.concatenate((self._kept, samples))
        a_second, a_sample = self.rate.sample_rate, FRAMES_PER_SECOND * self.rate.group
        # the number of frames i with floor(i * rate / 50) <= last_start
        end = max(self._frame, -(-max(0, last_start + 1) * a_sample // a_second))
        starts = np.arange(self._frame, end + 1) * a_second // a_sample - self._kept_from
        self._kept = signal[starts[-1] :]
        self._kept_from += int(starts[-1])
        self._frame = end
        return Frames(signal, starts[:-1])

"""Frames: a signal that arrives in blocks has 50 overlapping frames a second, at any sample rate.

Frame i starts at sample floor(i * rate / 50), in whole-number arithmetic. So no sample rate needs resampling.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.audio import Samples

FRAMES_PER_SECOND = 50

Starts = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.number[Any])


def frame_starts(first: int, end: int, sample_rate: int) -> Starts:
    """Return the sample at which each of the frames from `first` up to, but not including, `end` starts."""
    return np.arange(first, end) * sample_rate // FRAMES_PER_SECOND


def frame_count(samples: int, sample_rate: int) -> int:
    """Return how many frames start before the sample number `samples`."""
    return max(0, -(-samples * FRAMES_PER_SECOND // sample_rate))


def overlapping(numbers: npt.NDArray[Number], length: int) -> npt.NDArray[Number]:
    """Return each `length` consecutive numbers as a row, without a copy; `sliding_window_view` takes 20 µs longer."""
    step = numbers.itemsize
    return np.ndarray((len(numbers) - length + 1, length), numbers.dtype, numbers, strides=(step, step))


class Signal:
    """The latest samples of one channel. Samples that no frame needs any more can be dropped."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.end = 0
        self._first = 0
        self._buffer = np.zeros(0, np.int16)
        """Dropped samples, then the kept ones, then free room. So most calls of `append` move no kept samples."""
        self._start = 0
        self._samples = self._buffer

    def append(self, samples: Samples) -> None:
        """Append the next samples, shape (n,)."""
        kept, count = self._samples, len(self._samples) + len(samples)
        if self._start + count > len(self._buffer):
            self._start, self._buffer = 0, np.empty(2 * count, np.int16)
            self._buffer[: len(kept)] = kept
        self._samples = self._buffer[self._start : self._start + count]
        self._samples[len(kept) :] = samples
        self.end += len(samples)

    def drop(self, before: int) -> None:
        """Drop the samples before the sample number `before`."""
        count = min(max(0, before - self._first), len(self._samples))
        self._samples = self._samples[count:]
        self._start += count
        self._first += count

    def part(self, first: int, end: int) -> Samples:
        """Return the samples from `first` up to, but not including, `end`, as far as they are there."""
        return self._samples[max(0, first - self._first) : max(0, end - self._first)]

    def windows(self, starts: Starts, length: int) -> Samples:
        """Copy `length` samples from each start: shape (starts, length)."""
        return overlapping(self._samples, length)[starts - self._first]

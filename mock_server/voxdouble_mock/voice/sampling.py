"""The sample of a channel's speech whose spectrum the embedding uses.

The windows of sampled frames are kept, and transformed only when the whole channel is known: by then, most frames of a
long recording have given way to later ones.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.embedding import REACH, Sample
from voxdouble_mock.voice.framing import FRAMES_PER_SECOND, Signal
from voxdouble_mock.voice.framing import Starts as Places
from voxdouble_mock.voice.spectrum import levels, windows
from voxdouble_mock.voice.speech import Mask

MAX_FRAMES = 1_000
"""The most frames of an embedding: 20 s of speech. Of longer speech, every second, fourth, eighth... frame is used."""
MAX_WAITING = 12_800
"""The most windows that wait for their transform, in all channels that are analysed together; they take at most 38 MiB.
Those of four channels all wait until the end.
"""


class Sampler:
    """A sample of at most MAX_FRAMES of the frames added to it, evenly spread."""

    def __init__(self, signal: Signal, most: int, waiting: int) -> None:
        """Sample the first `most` frames that are added; at most `waiting` windows wait for their transform."""
        self._signal, self._most, self._waiting = signal, most, waiting
        self._every, self._given = 1, 0
        self._frames = np.zeros((3, 0), np.int64)
        """The numbers of the sampled frames, and of the frames REACH before and after each."""
        self._windows = _Rows()
        self._levels = _Rows()

    def add(self, places: Places, first: int, last: int) -> None:
        """Add the frames with the numbers `places`; those of the channel are from `first` to `last`."""
        numbers = self._given + np.arange(len(places))
        self._given += len(places)
        places = places[(numbers % self._every == 0) & (numbers < self._most)]
        if not len(places):
            return
        around = np.stack((places, np.maximum(places - REACH, first), np.minimum(places + REACH, last)))
        self._frames = np.concatenate((self._frames, around), axis=1)
        while self._frames.shape[1] > MAX_FRAMES:
            self._every *= 2
            self._keep(self._frames[:, ::2])
        added = np.unique(self._frames[:, self._frames[0] >= places[0]])
        self._windows.add(added, windows(self._signal, added * self._signal.sample_rate // FRAMES_PER_SECOND))
        if self._windows.count > self._waiting:
            self._transform()

    def sample(self, speech: Mask, first: int) -> Sample:
        """Return the sampled frames that are speech, or all if none is; `speech` begins with the frame `first`."""
        heard = speech[self._frames[0] - first]
        if heard.any() and not heard.all():
            self._keep(self._frames[:, heard])
        self._transform()
        return Sample(self._frames[0] - first, *self._levels.of(self._frames))

    def _keep(self, frames: Places) -> None:
        """Keep only these of the sampled frames."""
        self._frames = frames
        self._windows.keep(frames)
        self._levels.keep(frames)

    def _transform(self) -> None:
        if self._windows.count:
            self._levels.add(self._windows.numbers, levels(self._windows.rows, self._signal.sample_rate))
            self._windows = _Rows()


class _Rows:
    """Rows of numbers about frames, some of them listed twice."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: list[Places] = []
        self._rows: list[npt.NDArray[Any]] = []

    @property
    def numbers(self) -> Places:
        """Return the frame's number of each row."""
        return np.concatenate(self._numbers)

    @property
    def rows(self) -> npt.NDArray[Any]:
        """Return the rows, shape (count, length)."""
        return np.concatenate(self._rows)

    def add(self, numbers: Places, rows: npt.NDArray[Any]) -> None:
        """Add the rows of the frames with the given numbers."""
        self.count += len(numbers)
        self._numbers.append(numbers)
        self._rows.append(rows)

    def keep(self, frames: Places) -> None:
        """Keep only the rows of the given frames."""
        if self.count:
            wanted = np.isin(self.numbers, frames)
            self._numbers, self._rows = [self.numbers[wanted]], [self.rows[wanted]]
            self.count = len(self._numbers[0])

    def of(self, frames: Places) -> npt.NDArray[Any]:
        """Return the row of each frame, shape (*frames.shape, length)."""
        order = np.argsort(self.numbers)
        found: npt.NDArray[Any] = self.rows[order[np.searchsorted(self.numbers, frames, sorter=order)]]
        return found

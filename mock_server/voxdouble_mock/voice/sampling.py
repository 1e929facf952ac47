"""The sample of a channel's speech. The embedding is computed from the levels of its frames.

The windows of sampled frames wait, and are transformed when there is no more room, or when the whole channel is known.
By then most frames of a long recording have left the sample, since every second one is dropped when it is too large.
"""

import numpy as np

from voxdouble_mock.voice.embedding import CHANGE_REACH, Sample
from voxdouble_mock.voice.framing import FRAMES_PER_SECOND, Signal
from voxdouble_mock.voice.framing import Starts as Places
from voxdouble_mock.voice.spectrum import BANDS, levels, room_for_windows, windows
from voxdouble_mock.voice.speech import Mask

MAX_FRAMES = 1_000
"""The most frames of an embedding: 20 s of speech. Of longer speech, every second, fourth, eighth... frame is used."""
ENOUGH_WAITING = 3_200
"""The most windows of one channel that wait for their transform: enough for its sample, at most 10 MiB."""
MAX_WAITING = 12_800
"""The most waiting windows of all channels that are analysed together: enough for four channels."""
MAX_ADDED = 600
"""More windows than any call of `add` needs: those of a stretch of 512 frames, with their neighbours."""


class Sampler:
    """A sample of at most MAX_FRAMES of the frames added to it, evenly spread."""

    def __init__(self, signal: Signal, most: int, together: int) -> None:
        """Sample the first `most` frames that are added; `together` is the number of channels that share the memory."""
        self._signal, self._most = signal, most
        self._every, self._given = 1, 0
        self._frames = np.zeros((3, 0), np.int64)
        """The numbers of the sampled frames, and of the frames CHANGE_REACH before and after each."""
        waiting = max(MAX_ADDED, min(ENOUGH_WAITING, MAX_WAITING // together))
        self._windows = room_for_windows(waiting, signal.sample_rate)
        self._free = np.arange(len(self._windows))
        """The places of the windows that are not in use."""
        self._waiting = np.zeros((2, 0), np.int64)
        """The numbers of the frames that wait, and the places of their windows.

        A frame is there twice if two calls of `add` needed it.
        """
        self._transformed = np.zeros(0, np.int64)
        self._levels = np.zeros((0, BANDS), np.int16)
        """The numbers of the frames that are transformed, and their levels."""

    def add(self, places: Places, first: int, last: int) -> None:
        """Add the frames with the numbers `places`; those of the channel are from `first` to `last`."""
        numbers = self._given + np.arange(len(places))
        self._given += len(places)
        places = places[(numbers % self._every == 0) & (numbers < self._most)]
        if not len(places):
            return
        around = np.stack((places, np.maximum(places - CHANGE_REACH, first), np.minimum(places + CHANGE_REACH, last)))
        self._frames = np.concatenate((self._frames, around), axis=1)
        while self._frames.shape[1] > MAX_FRAMES:
            self._every *= 2
            self._keep(self._frames[:, ::2])
        added = np.unique(self._frames[:, self._frames[0] >= places[0]])
        if len(added) > len(self._free):
            self._transform()
        free, self._free = np.split(self._free, [len(added)])
        self._windows[free] = windows(self._signal, added * self._signal.sample_rate // FRAMES_PER_SECOND)
        self._waiting = np.concatenate((self._waiting, [added, free]), axis=1)

    def sample(self, speech: Mask, first: int) -> Sample:
        """Return the sampled frames that are speech, or all if no one is; `speech` begins with the frame `first`."""
        heard = speech[self._frames[0] - first]
        if heard.any() and not heard.all():
            self._keep(self._frames[:, heard])
        self._transform()
        order = np.argsort(self._transformed)
        rows = order[np.searchsorted(self._transformed, self._frames, sorter=order)]
        return Sample(self._frames[0] - first, *self._levels[rows])

    def _keep(self, frames: Places) -> None:
        """Keep only these of the sampled frames."""
        self._frames = frames
        wanted = np.isin(self._waiting[0], frames)
        self._free = np.concatenate((self._free, self._waiting[1, ~wanted]))
        self._waiting = self._waiting[:, wanted]
        wanted = np.isin(self._transformed, frames)
        self._transformed, self._levels = self._transformed[wanted], self._levels[wanted]

    def _transform(self) -> None:
        numbers, used = self._waiting
        found = levels(self._windows, used, self._signal.sample_rate)
        self._transformed = np.concatenate((self._transformed, numbers))
        self._levels = np.concatenate((self._levels, found))
        self._free = np.concatenate((self._free, used))
        self._waiting = self._waiting[:, :0]

"""An overview of a recording for a drawing: the peaks of its channels, and the parts that are speech."""

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.audio import FULL_SCALE, Audio, Samples
from voxdouble_mock.voice.channel import ChannelAnalyser, SpeechRange

MAX_CHANNELS = 4
"""The most channels that are analysed: the first ones."""
MAX_PEAKS = 1_000
PIECE = 256
"""The samples of a piece. The least and the greatest sample of each piece are kept until the end of the recording."""
DECIMALS = 3


@dataclass(frozen=True)
class ChannelOverview:
    """One channel of a recording."""

    channel_number: int
    peaks: list[list[float]]
    """The least and the greatest sample of each of at most 1,000 about equal parts; full scale is 1."""
    speech: list[tuple[float, float]]
    """The beginning and the end of each part with speech, in seconds."""


@dataclass(frozen=True)
class Overview:
    """A recording: its length in seconds, its sample rate in Hz, its number of channels, and the first channels."""

    seconds: float
    sample_rate: int
    channel_count: int
    channels: list[ChannelOverview]


class _Peaks:
    """The least and the greatest sample of each piece of one channel."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.int16)
        self._parts: list[npt.NDArray[np.int16]] = []

    def feed(self, samples: Samples) -> None:
        """Add the next samples, shape (n,)."""
        samples = np.concatenate((self._rest, samples))
        whole = len(samples) // PIECE * PIECE
        pieces = samples[:whole].reshape(-1, PIECE)
        self._parts.append(np.stack((pieces.min(axis=1), pieces.max(axis=1)), axis=1))
        self._rest = samples[whole:]

    def finish(self) -> list[list[float]]:
        """Return at most MAX_PEAKS pairs, as shares of full scale."""
        if len(self._rest):
            self._parts.append(np.array([[self._rest.min(), self._rest.max()]], np.int16))
        pairs = np.concatenate(self._parts) if self._parts else np.zeros((0, 2), np.int16)
        if not len(pairs):
            return []
        starts = np.unique(np.arange(min(MAX_PEAKS, len(pairs))) * len(pairs) // min(MAX_PEAKS, len(pairs)))
        least, most = np.minimum.reduceat(pairs[:, 0], starts), np.maximum.reduceat(pairs[:, 1], starts)
        found: list[list[float]] = np.round(np.stack((least, most), axis=1) / FULL_SCALE, DECIMALS).tolist()
        return found


def overview(file: BinaryIO, max_seconds: float) -> Overview:
    """Return the overview of a recording, decoded once in blocks; `file` must be seekable. Raises UnusableAudio."""
    audio = Audio(file, max_seconds)
    numbers = list(range(min(MAX_CHANNELS, audio.channel_count)))
    peaks = [_Peaks() for _ in numbers]
    analysers = [ChannelAnalyser(audio.sample_rate, SpeechRange()) for _ in numbers]
    count = 0
    for block in audio.blocks(numbers):
        count += block.shape[1]
        for number in numbers:
            peaks[number].feed(block[number])
            analysers[number].feed(block[number])
    channels = [ChannelOverview(number, peaks[number].finish(), analysers[number].segments()) for number in numbers]
    return Overview(round(count / audio.sample_rate, 3), audio.sample_rate, audio.channel_count, channels)

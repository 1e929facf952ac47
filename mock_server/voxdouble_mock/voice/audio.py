"""The audio decoder: from a media file to 16-bit samples, block by block, within bounds.

The container is checked first, then the audio is decoded. Every sample is rounded to 16 bits, whatever the precision of
the file. This removes most of the differences between versions of the lossy decoders.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.containers.file import parts_of
from voxdouble_mock.voice.containers.parts import BrokenContainer
from voxdouble_mock.voice.decoding import common_rate, decode
from voxdouble_mock.voice.mpeg_decoding import Decoded

FULL_SCALE = 32_768.0
HIGHEST = 32_767 / FULL_SCALE

Samples = npt.NDArray[np.int16]
"""Samples of shape (channels, frames)."""
Location = tuple[str | int, ...]
FILE: Location = ("body", "file")


class UnusableAudio(Exception):
    """Raised for unusable media: `message` is a sentence, `location` the part of the request that is wrong."""

    def __init__(self, message: str, location: Location = FILE) -> None:
        super().__init__(message, location)
        self.message = message
        self.location = location

    def __str__(self) -> str:
        return self.message


class Audio:
    """An open recording: its properties, and its samples. Each call of `blocks` decodes them from the beginning."""

    def __init__(self, file: BinaryIO, max_seconds: float) -> None:
        """Open a seekable file. Raises UnusableAudio if it cannot be used (C11, C12, S59)."""
        try:
            self._parts = parts_of(file, max_seconds)
            self.sample_rate = common_rate(self._parts)
        except BrokenContainer as error:
            raise UnusableAudio(str(error)) from error
        self.channel_count = self._parts[0].channel_count

    def blocks(self, channels: Sequence[int]) -> Iterator[Samples]:
        """Decode the whole file and yield the samples of the given channels. Raises UnusableAudio."""
        picked, seconds = list(channels), 0.0
        try:
            for part in self._parts:
                for block in decode(part, seconds):
                    yield _quantised(block.T[picked])
                seconds += part.seconds
        except BrokenContainer as error:
            raise UnusableAudio(str(error)) from error


def _quantised(block: Decoded) -> Samples:
    """Return the block as 16-bit samples. Floats are scaled in place; their full scale is 1.0."""
    if block.dtype != np.float32:
        return block.astype(np.int16, copy=False)
    lowest, highest = block.min(), block.max()  # NaN if any sample is NaN
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise UnusableAudio("The audio samples must be finite numbers, and some are infinite or NaN.")
    if lowest < -1.0 or highest > HIGHEST:
        np.clip(block, -1.0, HIGHEST, out=block)
    np.multiply(block, FULL_SCALE, out=block)
    return np.rint(block, out=block).astype(np.int16)

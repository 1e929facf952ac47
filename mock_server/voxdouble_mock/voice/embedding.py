"""The embedding: 100 whole numbers, stored as float32, that describe the speech frames of a channel.

Each of the 32 bands, taken relative to the mean of its frame, gives three numbers: its mean over the speech, its
standard deviation, and the standard deviation of its change over four frames. Four more numbers follow: mean and
standard deviation of the pitch, the share of voiced frames, and the mean strength of voicing. All sums are sums of
whole numbers, and Python's integers do the last steps, so the order of summation does not matter.
"""

import math

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.pitch import Pitch
from voxdouble_mock.voice.spectrum import BANDS, Levels
from voxdouble_mock.voice.speech import Mask

UNIT = 2.0**-20
"""The float value of the whole number 1: 1/8192 octave is 2**-20, so that the numbers have the size of the vendor's."""
MAX_FRAMES = 6_000
"""The most frames to use, evenly spread over the recording: two minutes of speech."""
REACH = 2
VOICED = 500

Floats = npt.NDArray[np.float32]


def embed(levels: Levels, pitch: Pitch, speech: Mask) -> Floats:
    """Return the embedding (100,) of the frames marked as speech; all zero without speech."""
    places = np.flatnonzero(speech)
    if not len(places):
        return np.zeros(3 * BANDS + 4, np.float32)
    if len(places) > MAX_FRAMES:
        places = places[np.arange(MAX_FRAMES) * len(places) // MAX_FRAMES]
    here = _shape(levels[places])
    later, earlier = np.minimum(places + REACH, len(levels) - 1), np.maximum(places - REACH, 0)
    change = _shape(levels[later]) - _shape(levels[earlier])
    voiced = places[pitch.strength[places] >= VOICED]
    height = pitch.height[voiced].astype(np.int64)[:, np.newaxis] * BANDS
    numbers = [
        *_means(here),
        *_deviations(here),
        *_deviations(change),
        *_means(height),
        *_deviations(height),
        8_192 * len(voiced) // len(places),
        *_means(pitch.strength[places].astype(np.int64)[:, np.newaxis]),
    ]
    return (np.array(numbers) * UNIT).astype(np.float32)


def _shape(levels: Levels) -> npt.NDArray[np.int64]:
    """Return the levels relative to the mean of their frame, in units of 1/32 level: (frames, BANDS)."""
    whole = levels.astype(np.int64)
    shape: npt.NDArray[np.int64] = whole * BANDS - whole.sum(axis=1, keepdims=True)
    return shape


def _means(columns: npt.NDArray[np.int64]) -> list[int]:
    count = max(1, len(columns))
    return [total // count for total in columns.sum(axis=0).tolist()]


def _deviations(columns: npt.NDArray[np.int64]) -> list[int]:
    count = max(1, len(columns))
    sums = zip(columns.sum(axis=0).tolist(), (columns * columns).sum(axis=0).tolist(), strict=True)
    return [math.isqrt(max(0, count * squares - total * total)) // count for total, squares in sums]

"""The embedding: 100 whole numbers, stored as float32, that describe the speech frames of a channel.

The level of a band is taken relative to the mean level of its frame. Each of the 32 bands gives three numbers: the mean
of its level over the speech, the standard deviation of its level, and the standard deviation of the change of its level
over four frames. Four more numbers follow: mean and standard deviation of the pitch, the share of voiced frames, and
the mean strength of voicing. All sums are sums of whole numbers, and Python's integers do the last steps. So the order
of summation does not matter.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.pitch import Track
from voxdouble_mock.voice.spectrum import BANDS, Levels

UNIT = 2.0**-20
"""One unit, 1/8192 octave, is stored as 2**-20. So the numbers are about as large as those in vendor voiceprints."""
CHANGE_REACH = 2
"""The change at a frame is measured from CHANGE_REACH frames before it to CHANGE_REACH frames after it."""
VOICED = 500

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Some frames of a channel, in order, with the levels of each and of its neighbours."""

    places: npt.NDArray[np.int64]
    """The index of each frame in the channel, shape (frames,)."""
    here: Levels
    """The levels of each frame, shape (frames, BANDS)."""
    earlier: Levels
    """The levels CHANGE_REACH frames before each, or of the channel's first frame; the same shape."""
    later: Levels
    """The levels CHANGE_REACH frames after each, or of the channel's last frame; the same shape."""


NO_SPEECH = np.zeros(3 * BANDS + 4, np.float32)
"""The embedding of a channel without speech."""


def embed(sample: Sample, frames: Track) -> Floats:
    """Return the embedding (100,) of the sampled frames; `frames` are those of the whole channel."""
    here = _relative(sample.here)
    change = _relative(sample.later) - _relative(sample.earlier)
    strength = frames.strength[sample.places]
    height = frames.height[sample.places][strength >= VOICED].astype(np.float64)[:, np.newaxis] * BANDS
    numbers = [
        *_means(here),
        *_deviations(here),
        *_deviations(change),
        *_means(height),
        *_deviations(height),
        8_192 * len(height) // len(here),
        *_means(strength.astype(np.float64)[:, np.newaxis]),
    ]
    return (np.array(numbers) * UNIT).astype(np.float32)


def _relative(levels: Levels) -> Whole:
    """Return the levels relative to the mean of their frame, in units of 1/32 level: whole numbers below 2**20."""
    whole = levels.astype(np.float64)
    shape = whole * BANDS
    shape -= whole.sum(axis=1, keepdims=True)
    return shape


def _means(columns: Whole) -> list[int]:
    count = max(1, len(columns))
    return [int(total) // count for total in columns.sum(axis=0).tolist()]


def _deviations(columns: Whole) -> list[int]:
    """Return the standard deviation of each column; the sums stay below 2**53 for up to 2**13 rows."""
    count = max(1, len(columns))
    sums = zip(columns.sum(axis=0).tolist(), np.einsum("ij,ij->j", columns, columns).tolist(), strict=True)
    return [math.isqrt(max(0, count * int(squares) - int(total) ** 2)) // count for total, squares in sums]

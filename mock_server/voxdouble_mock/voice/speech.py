"""Where speech is, and how long."""

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.pitch import Pitch
from voxdouble_mock.voice.spectrum import Levels

Mask = npt.NDArray[np.bool_]


def speech_frames(levels: Levels, pitch: Pitch) -> Mask:
    """Tell for each frame whether it is speech."""
    if not len(levels):
        return np.zeros(0, bool)
    loud = levels.max(axis=1)
    mask: Mask = (loud > int(loud.max()) - 256 * 12) & (loud > 256 * 14) & (pitch.strength >= 0)
    return mask

"""Where speech is: around frames that have a voice's pitch, as far as they stand out from what else is there.

Voiced frames that follow one another at nearly the same pitch, while the sound moves, are the cores of speech; noise
has no such frames, and tones do not move. Speech reaches from a core to the sounds around it, as long as they are
loud enough against the speech's own peaks and against the noise far from any core; short gaps within it belong to it.
"""

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.logarithm import OCTAVE
from voxdouble_mock.voice.pitch import Pitch
from voxdouble_mock.voice.spectrum import Levels

DECIBEL = OCTAVE / 3.0103
PERIODIC = 450
"""Thousandths of correlation: one frame in a thousand of white noise reaches it by chance, three in a row never did."""
PROMINENT = round(15 * DECIBEL)
MOVING = round(DECIBEL)
"""How much a core's prominent bands change over two frames, by the median: speech 2.4 dB and more, tones 0.1 dB."""
ENOUGH = 512
"""Frames of a core that are looked at, evenly spread: a tone may last for hours."""
STEADY = OCTAVE // 4
"""Most that the pitch may move from frame to frame within a core."""
CORE = 3
REACH = 15
"""Frames, 0.3 s, that speech may reach from a core: unvoiced sounds before and after it."""
GAP = 15
"""Frames, 0.3 s, of quiet that belong to the speech around them."""
RANGE = round(45 * DECIBEL)
ABOVE_NOISE = round(5 * DECIBEL)
FEW = 25
"""Frames of noise that it takes to know its level."""

Mask = npt.NDArray[np.bool_]


def speech_frames(levels: Levels, pitch: Pitch) -> Mask:
    """Tell for each frame whether it is speech."""
    core = _cores(levels, pitch)
    if not core.any():
        return core
    near = _reaching(core, REACH)
    loud = levels.max(axis=1)
    threshold = _rank(loud[core], 0.95) - RANGE
    noise = loud[~near]
    if len(noise) >= FEW:
        threshold = max(threshold, _rank(noise, 0.2) + ABOVE_NOISE)
    return _bridged(near & (loud >= threshold), GAP)


def _cores(levels: Levels, pitch: Pitch) -> Mask:
    """Find runs of CORE or more voiced frames of steady pitch whose sound moves."""
    voiced = pitch.strength >= PERIODIC
    steps = np.abs(np.diff(pitch.height.astype(np.int64), prepend=0))
    linked = voiced & np.r_[False, voiced[:-1]] & (steps <= STEADY)
    starts = np.flatnonzero(voiced & ~linked)
    ends = np.flatnonzero(voiced & ~np.r_[linked[1:], False]) + 1
    core = np.zeros(len(voiced), bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        core[start:end] = end - start >= CORE and _movement(levels, start, end) >= MOVING
    return core


def _movement(levels: Levels, start: int, end: int) -> int:
    """Measure how much each frame's prominent bands change over two frames, on average; the median of the run."""
    count = min(end - start, ENOUGH)
    places = start + np.arange(count) * (end - start) // count
    here = levels[places].astype(np.int64)
    later = levels[np.where(places + 2 < len(levels), places + 2, places)]
    prominent = here >= here.max(axis=1, keepdims=True) - PROMINENT
    return _rank((np.abs(later - here) * prominent).sum(axis=1) // prominent.sum(axis=1), 0.5)


def _reaching(mask: Mask, reach: int) -> Mask:
    """Widen by `reach` frames to both sides."""
    total = np.r_[0, np.cumsum(mask)]
    places = np.arange(len(mask))
    wide: Mask = total[np.minimum(places + reach + 1, len(mask))] > total[np.maximum(places - reach, 0)]
    return wide


def _bridged(mask: Mask, gap: int) -> Mask:
    """Fill gaps of at most `gap` frames."""
    places = np.flatnonzero(mask)
    filled = mask.copy()
    for before in np.flatnonzero((np.diff(places) > 1) & (np.diff(places) <= gap + 1)).tolist():
        filled[places[before] : places[before + 1]] = True
    return filled


def _rank(values: npt.NDArray[np.int16] | npt.NDArray[np.int64], share: float) -> int:
    """Take the value that `share` of all lie below; an element, not an interpolation."""
    return int(np.sort(values)[int(share * len(values))])

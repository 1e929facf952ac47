"""Speech detection: the frames around a steady voice pitch that are louder than the background.

The core of speech is a run of voiced frames with nearly the same pitch and a moving spectrum. Noise has no such runs,
and the spectrum of a tone does not move. Speech extends from a core to the frames around it, if they are loud enough
relative to the peaks of the speech and to the noise far from any core. Short gaps within speech count as speech.
"""

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.logarithm import OCTAVE
from voxdouble_mock.voice.pitch import Pitch
from voxdouble_mock.voice.spectrum import Levels

DECIBEL = OCTAVE / 3.0103
PERIODIC = 450
"""The least correlation of a voiced frame, in thousandths. One frame of white noise in a thousand reaches it; a run of
three was never seen.
"""
PROMINENT = round(15 * DECIBEL)
"""Bands at most this far below the loudest band of their frame are prominent."""
MIN_MOVEMENT = round(DECIBEL)
"""The least median change of a core's prominent bands over two frames: speech has 2.4 dB or more, tones 0.1 dB."""
MAX_MEASURED = 512
"""The most frames of a core to measure, evenly spread: a tone may last for hours."""
STEADY = OCTAVE // 4
"""The most that the pitch may change from frame to frame within a core."""
MIN_CORE = 3
"""The fewest frames of a core."""
REACH = 15
"""The most frames (0.3 s) by which speech extends from a core: unvoiced sounds before and after it."""
GAP = 15
"""The most quiet frames (0.3 s) within speech that count as speech."""
RANGE = round(45 * DECIBEL)
"""How far below the peaks of the speech a frame may be."""
ABOVE_NOISE = round(5 * DECIBEL)
"""How far above the noise a frame must be."""
MIN_NOISE = 25
"""The fewest frames of noise from which its level is measured."""

Mask = npt.NDArray[np.bool_]


def speech_frames(levels: Levels, pitch: Pitch) -> Mask:
    """Return for each frame whether it is speech."""
    core = _cores(levels, pitch)
    if not core.any():
        return core
    near = _reaching(core, REACH)
    loud = levels.max(axis=1)
    threshold = _rank(loud[core], 0.95) - RANGE
    noise = loud[~near]
    if len(noise) >= MIN_NOISE:
        threshold = max(threshold, _rank(noise, 0.2) + ABOVE_NOISE)
    return _bridged(near & (loud >= threshold), GAP)


def _cores(levels: Levels, pitch: Pitch) -> Mask:
    """Return the frames in runs of at least MIN_CORE voiced frames with steady pitch and a moving spectrum."""
    voiced = pitch.strength >= PERIODIC
    steps = np.abs(np.diff(pitch.height.astype(np.int64), prepend=0))
    linked = voiced & np.r_[False, voiced[:-1]] & (steps <= STEADY)
    starts = np.flatnonzero(voiced & ~linked)
    ends = np.flatnonzero(voiced & ~np.r_[linked[1:], False]) + 1
    core = np.zeros(len(voiced), bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        core[start:end] = end - start >= MIN_CORE and _movement(levels, start, end) >= MIN_MOVEMENT
    return core


def _movement(levels: Levels, start: int, end: int) -> int:
    """Return the median, over a run of frames, of the mean change of a frame's prominent bands over two frames."""
    count = min(end - start, MAX_MEASURED)
    places = start + np.arange(count) * (end - start) // count
    here = levels[places].astype(np.int64)
    later = levels[np.where(places + 2 < len(levels), places + 2, places)]
    prominent = here >= here.max(axis=1, keepdims=True) - PROMINENT
    return _rank((np.abs(later - here) * prominent).sum(axis=1) // prominent.sum(axis=1), 0.5)


def _reaching(mask: Mask, reach: int) -> Mask:
    """Return the mask extended by `reach` frames in both directions."""
    total = np.r_[0, np.cumsum(mask)]
    places = np.arange(len(mask))
    wide: Mask = total[np.minimum(places + reach + 1, len(mask))] > total[np.maximum(places - reach, 0)]
    return wide


def _bridged(mask: Mask, gap: int) -> Mask:
    """Return the mask with gaps of at most `gap` frames filled."""
    places = np.flatnonzero(mask)
    filled = mask.copy()
    for before in np.flatnonzero((np.diff(places) > 1) & (np.diff(places) <= gap + 1)).tolist():
        filled[places[before] : places[before + 1]] = True
    return filled


def _rank(values: npt.NDArray[np.int16] | npt.NDArray[np.int64], share: float) -> int:
    """Return the element below which a `share` of all values lie, without interpolation."""
    return int(np.sort(values)[int(share * len(values))])

"""Speech detection: the frames around a steady voice pitch that are louder than the background.

A core is a run of voiced frames with nearly the same pitch. Most frames of a core sound like a voice. Noise has no such
runs. Tones, beats and chords have runs of steady pitch. But their correlations change less than those of speech, or are
those of a pure tone; the correlations are normalised, so they do not depend on the loudness. Speech extends from a core
to the frames around it, if they are loud enough relative to the peaks of the speech and to the noise. Short gaps within
speech count as speech.
"""

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.logarithm import OCTAVE
from voxdouble_mock.voice.pitch import Track

DECIBEL = OCTAVE / 3.0103
PERIODIC = 450
"""The least correlation of a voiced frame, in thousandths. One frame of white noise in a thousand reaches it; a run of
three was never seen.
"""
STEADY = 40
"""The most that the pitch may change from frame to frame within a core, in 1/256 octave."""
MIN_CORE = 3
"""The fewest frames of a core."""
MIN_CHANGE = 140
"""The least change of the correlations over two frames, in thousandths. 98 % of the voiced runs of people have a median
above 150; a piano, chords and most pairs of tones are below 80.
"""
MAX_STRENGTH, MIN_TROUGH = 980, -870
"""The greatest and least correlation of a voice, in thousandths. A pure tone is beyond them, even one that changes."""
REACH = 18
"""The most frames (0.36 s) by which speech extends from a core: unvoiced sounds before and after it."""
GAP = 15
"""The most quiet frames (0.3 s) within speech that count as speech."""
RANGE = round(45 * DECIBEL)
"""How far below the peaks of the speech a frame may be."""
ABOVE_NOISE = round(5 * DECIBEL)
"""How far above the noise a frame must be."""
NOISE_RANK = 0.05
"""The share of the unvoiced frames that are quieter than the level of the noise."""
MIN_UNVOICED = 25
"""The fewest unvoiced frames from which the level of the noise is measured."""

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


def cores(frames: Track) -> Mask:
    """Return the frames in runs of at least MIN_CORE voiced frames with steady pitch, most of them like a voice."""
    voiced = frames.strength >= PERIODIC
    linked = np.zeros(len(voiced) + 1, bool)
    linked[1:-1] = voiced[1:] & voiced[:-1] & (np.abs(frames.height[1:] - frames.height[:-1]) <= STEADY)
    starts = np.flatnonzero(voiced & ~linked[:-1])
    ends = np.flatnonzero(voiced & ~linked[1:]) + 1
    like_voice = (frames.change >= MIN_CHANGE) & (frames.trough >= MIN_TROUGH) & (frames.strength <= MAX_STRENGTH)
    total = _sums(like_voice)
    length = ends - starts
    spoken = (length >= MIN_CORE) & (2 * (total[ends] - total[starts]) >= length)
    marks = np.zeros(len(voiced) + 1, np.int8)
    marks[starts[spoken]] += 1
    marks[ends[spoken]] -= 1
    found: Mask = np.cumsum(marks[:-1]) > 0
    return found


def _sums(mask: Mask) -> Integers:
    """Return how many values are true before each place, and in the whole mask."""
    sums = np.zeros(len(mask) + 1, np.int64)
    np.cumsum(mask, out=sums[1:])
    return sums


def reaching(mask: Mask, reach: int = REACH) -> Mask:
    """Return the mask widened by `reach` frames to both sides."""
    total = _sums(mask)
    places = np.arange(len(mask))
    wide: Mask = total[np.minimum(places + reach + 1, len(mask))] > total[np.maximum(places - reach, 0)]
    return wide


def speech_frames(core: Mask, frames: Track) -> Mask:
    """Return for each frame of a channel whether it is speech, given the frames of its cores.

    The noise is measured in the unvoiced frames that are loud enough to be speech. So neither silence nor tones around
    the speech change the result.
    """
    if not core.any():
        return core
    near = reaching(core, REACH)
    threshold = _rank(frames.loudness[core], 0.95) - RANGE
    unvoiced = frames.loudness[(frames.strength < PERIODIC) & (frames.loudness >= threshold)]
    if len(unvoiced) >= MIN_UNVOICED:
        threshold = max(threshold, _rank(unvoiced, NOISE_RANK) + ABOVE_NOISE)
    return _bridged(near & (frames.loudness >= threshold), GAP)


def _bridged(mask: Mask, gap: int) -> Mask:
    """Return the mask with gaps of at most `gap` frames filled."""
    places = np.flatnonzero(mask)
    filled = mask.copy()
    for before in np.flatnonzero((np.diff(places) > 1) & (np.diff(places) <= gap + 1)).tolist():
        filled[places[before] : places[before + 1]] = True
    return filled


def _rank(values: npt.NDArray[np.int16], share: float) -> int:
    """Return the value below which the part `share` of all values lies, without interpolation."""
    place = int(share * len(values))
    return int(np.partition(values, place)[place])

"""The spectrum: the logarithmic power of each frame in 32 mel bands.

The window has 32 ms. The triangular bands reach from 120 to 3,700 Hz, as telephone speech does, on a grid of about
31.25 Hz at any sample rate. The operands of all matrix products are whole numbers, and their partial sums stay below
2**53 (see `voice/__init__.py`).
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.exact_trig import BITS, ONE, cos_sin, rotated, rounded
from voxdouble_mock.voice.framing import Signal, Starts
from voxdouble_mock.voice.logarithm import log2_levels
from voxdouble_mock.voice.products import product

BANDS = 32
MAX_RATE = 24_000
"""The highest rate of the transformed signal. At a higher rate, groups of neighbouring samples are added first."""
CHUNK = 256
"""The number of frames that are transformed at a time: their windows fit the processor's cache."""
LINES = (*range(4, 119, 2), *range(5, 119, 2))
"""The lines of the spectrum, as multiples of the grid: even lines first. They reach from about 125 to 3,687.5 Hz."""
EVEN = 58
"""The number of even lines."""
# fmt: off
CORNERS = (
    120.0, 162.8, 207.9, 255.3, 305.2, 357.7, 412.9, 471.1, 532.2, 596.6, 664.3, 735.6, 810.6, 889.5, 972.5, 1059.8,
    1151.7, 1248.4, 1350.2, 1457.3, 1570.0, 1688.5, 1813.3, 1944.5, 2082.7, 2228.0, 2380.9, 2541.8, 2711.2, 2889.3,
    3076.8, 3274.0, 3481.6, 3700.0,
)
# fmt: on
"""The corners of the bands in Hz, equally spaced in log(1 + hertz / 700). A band rises from one corner to the next and
falls to the one after it.
"""
WINDOW_SCALE = 2**14
"""The whole number that stands for 1 in the window."""
WAVE_SCALE = 2**22
"""The cosines and sines are scaled by this number divided by the length of the window, so that the amplitude of a line
stays below 2**15 * 2**13 * 2**22.
"""
POWER_SCALE = 2.0**-62
"""Scales the power of a line from below 2**101 to at most 2**39."""
BAND_SUM = 2.0**12
"""The sum of a band's weights, up to rounding."""

Whole = npt.NDArray[np.float64]
Windows = npt.NDArray[np.int16] | npt.NDArray[np.int32]
"""Windows of shape (frames, length)."""
Levels = npt.NDArray[np.int16]
"""Levels of shape (frames, BANDS), in 1/256 octave of power."""


def group_size(sample_rate: int) -> int:
    """Return how many neighbouring samples are added before the transform."""
    return -(-sample_rate // MAX_RATE)


def window_length(sample_rate: int) -> int:
    """Return the length of the window in samples of the recording, a multiple of four groups."""
    group = group_size(sample_rate)
    return 4 * rounded(8 * sample_rate, 1_000 * group) * group


def windows(signal: Signal, starts: Starts) -> Windows:
    """Return the windows that start at the given samples, with the samples of each group added."""
    group = group_size(signal.sample_rate)
    samples = signal.windows(starts, window_length(signal.sample_rate))
    added = samples[:, ::group]
    for place in range(1, group):
        added = np.add(added, samples[:, place::group], dtype=np.int32)
    return added


def room_for_windows(count: int, sample_rate: int) -> Windows:
    """Return an array for this many windows."""
    group = group_size(sample_rate)
    shape = count, window_length(sample_rate) // group
    return np.empty(shape, np.int16) if group == 1 else np.empty(shape, np.int32)


def levels(windows: Windows, chosen: npt.NDArray[np.int64], sample_rate: int) -> Levels:
    """Return the levels of the frames; their windows are the chosen rows."""
    found = np.empty((len(chosen), BANDS), np.int16)
    for at in range(0, len(chosen), CHUNK):
        found[at : at + CHUNK] = _levels(windows[chosen[at : at + CHUNK]], sample_rate)
    return found


def _levels(windows: Windows, sample_rate: int) -> Levels:
    quarter = windows.shape[1] // 4
    slices = slice(quarter - 1, None, -1), slice(quarter, 2 * quarter), slice(-quarter - 1, 2 * quarter - 1, -1)
    weights = _window(4 * quarter)
    first, second, third, last = (windows[:, part] * weights[part] for part in (*slices, slice(-quarter, None)))
    # Cosines are even about the middle of the window, and sines odd. About the middle of a half, both are even or odd,
    # depending on the line. So folding the window twice divides the work by four.
    folded = (second + third, last + first), (second - third, last - first)
    parts = np.empty((2, len(windows), len(LINES)))
    for part, wave, (near, far) in zip(parts, _waves(sample_rate), folded, strict=True):
        product(near + far, wave[:, :EVEN], out=part[:, :EVEN])
        product(near - far, wave[:, EVEN:], out=part[:, EVEN:])
    parts *= parts
    power, other = parts
    power += other
    power *= POWER_SCALE
    grid = sample_rate / group_size(sample_rate) / (4 * quarter)
    sums = product(np.rint(power, out=power), _bands(grid))
    sums += BAND_SUM
    return log2_levels(sums)


@lru_cache(8)
def _window(length: int) -> Whole:
    """Return the Hann window, whole numbers of shape (length,)."""
    halves = [ONE - cos_sin(2 * sample + 1, 2 * length)[0] for sample in range(length)]
    return np.array([rounded(WINDOW_SCALE * half, ONE << 1) for half in halves], np.float64)


@lru_cache(8)
def _waves(sample_rate: int) -> tuple[Whole, Whole]:
    """Return the cosines and sines of LINES, whole numbers of shape (length / 4, lines).

    They cover the second quarter of the window; their phase is 0 in the middle of the window. Adding the samples of a
    group multiplies a line at the frequency f by sin(pi f group / rate) / sin(pi f / rate). So its column is divided by
    this factor.
    """
    group = group_size(sample_rate)
    length = window_length(sample_rate) // group
    cosines, sines = np.zeros((2, length // 4, len(LINES)))
    for column, line in enumerate(LINES):
        one, all_of_group = cos_sin(line, 2 * length * group)[1], cos_sin(line, 2 * length)[1]
        point, by = cos_sin(line * (1 - length // 2), 2 * length), cos_sin(line, length)
        for row in range(length // 4):
            cosines[row, column] = rounded(WAVE_SCALE * one * point[0], length * all_of_group << BITS)
            sines[row, column] = rounded(WAVE_SCALE * one * point[1], length * all_of_group << BITS)
            point = rotated(point, by)
    return cosines, sines


@lru_cache(8)
def _bands(grid: float) -> Whole:
    """Return the weights of the triangular bands, whole numbers of shape (lines, BANDS); `grid` is in Hz."""
    columns = []
    for left, top, right in zip(CORNERS, CORNERS[1:], CORNERS[2:], strict=False):
        lines = [grid * line for line in LINES]
        weights = [max(0.0, min((hz - left) / (top - left), (right - hz) / (right - top))) for hz in lines]
        total = math.fsum(weights)
        columns.append([round(weight * BAND_SUM / total) for weight in weights])
    return np.array(columns, np.float64).T.copy()

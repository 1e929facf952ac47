"""The spectrum: the logarithmic power of each frame in 32 mel bands.

The window has 32 ms. The triangular bands reach from 120 to 3,700 Hz, so that telephone speech fits, on a grid of
31.25 Hz at any sample rate. The operands of both matrix products are whole numbers, and their partial sums stay below
2**53 (see `voice/__init__.py`).
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.exact_trig import BITS, ONE, cos_sin, rotated, rounded
from voxdouble_mock.voice.framing import Frames, Rate
from voxdouble_mock.voice.logarithm import log2_levels

BANDS = 32
GRID = 31.25
"""The distance of the spectrum's lines in Hz: 1 over the window's length."""
FIRST_LINE, LAST_LINE = 4, 118  # 125 and 3,687.5 Hz
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
TABLE_SUM = 2**24
"""The sum of the window's values: both parts of a line's amplitude stay below 2**15 * 2**24."""
POWER_SCALE = 2.0**-40
"""Scales the power of a line, which is below 2**79, to at most 2**39."""
BAND_SUM = 2.0**12
"""The sum of a band's weights, up to rounding."""

Whole = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int16]
"""Levels of shape (frames, BANDS), in 1/256 octave of power."""


def window_length(rate: Rate) -> int:
    """Return the length of the window in samples, which is even."""
    return 2 * rounded(16 * rate.sample_rate, 1_000 * rate.group)


def levels(frames: Frames, rate: Rate) -> Levels:
    """Return the levels of each frame."""
    length = window_length(rate)
    cosines, sines = _tables(rate)
    windows = frames.windows(length)
    # cosines are even and sines odd about the middle of the window, so folding the window halves the work
    front, back = windows[:, : length // 2], windows[:, : length // 2 - 1 : -1]
    power = ((front + back) @ cosines) ** 2 + ((front - back) @ sines) ** 2
    return log2_levels(np.rint(power * POWER_SCALE) @ _bands() + BAND_SUM)


@lru_cache(8)
def _tables(rate: Rate) -> tuple[Whole, Whole]:
    """Return the cosines and sines of the lines under a Hann window, whole numbers of shape (length / 2, lines).

    Their phase is 0 in the middle of the window, half a sample after sample `length / 2 - 1`.
    """
    length = window_length(rate)
    cosines, sines = np.zeros((2, length // 2, LAST_LINE - FIRST_LINE + 1))
    for sample in range(length // 2):
        hann = ONE - cos_sin(2 * sample + 1, 2 * length)[0]  # twice the window, whose values sum to length / 2
        step = 125 * (2 * sample + 1 - length) * rate.group, 8 * rate.sample_rate  # from line to line, in full turns
        point, by = cos_sin(FIRST_LINE * step[0], step[1]), cos_sin(*step)
        for place in range(cosines.shape[1]):
            cosines[sample, place] = rounded(TABLE_SUM * hann * point[0], length << 2 * BITS)
            sines[sample, place] = rounded(TABLE_SUM * hann * point[1], length << 2 * BITS)
            point = rotated(point, by)
    return cosines, sines


@lru_cache(1)
def _bands() -> Whole:
    """Return the weights of the triangular bands, whole numbers of shape (lines, BANDS)."""
    columns = []
    for left, top, right in zip(CORNERS, CORNERS[1:], CORNERS[2:], strict=False):
        lines = [GRID * line for line in range(FIRST_LINE, LAST_LINE + 1)]
        weights = [max(0.0, min((hz - left) / (top - left), (right - hz) / (right - top))) for hz in lines]
        total = math.fsum(weights)
        columns.append([round(weight * BAND_SUM / total) for weight in weights])
    return np.array(columns, np.float64).T.copy()

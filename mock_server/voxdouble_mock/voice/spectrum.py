"""Frames to the logarithms of their mel bands.

A window of 32 ms, 32 triangular bands from 120 to 3,700 Hz (so that telephone speech fits), on a grid of 31.25 Hz
whatever the sample rate. Both matrix products have whole numbers for operands and partial sums below 2**53 (see
`voice/__init__.py`).
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.exact_trig import BITS, ONE, rounded, turn, turned
from voxdouble_mock.voice.framing import Frames, Rate
from voxdouble_mock.voice.logarithm import log2_levels

BANDS = 32
GRID = 31.25
"""Hz between the spectrum's lines: one over the window's length."""
FIRST_LINE, LAST_LINE = 4, 118  # 125 and 3,687.5 Hz
# fmt: off
CORNERS = (
    120.0, 162.8, 207.9, 255.3, 305.2, 357.7, 412.9, 471.1, 532.2, 596.6, 664.3, 735.6, 810.6, 889.5, 972.5, 1059.8,
    1151.7, 1248.4, 1350.2, 1457.3, 1570.0, 1688.5, 1813.3, 1944.5, 2082.7, 2228.0, 2380.9, 2541.8, 2711.2, 2889.3,
    3076.8, 3274.0, 3481.6, 3700.0,
)
# fmt: on
"""Of the bands, in Hz, equally far apart in log(1 + hertz / 700): a band rises from one to the next and falls to a
third.
"""
TABLE_SUM = 2**24
"""What the window's values sum to: each part of a line's amplitude stays below 2**15 * 2**24."""
POWER_SCALE = 2.0**-40
"""Takes a line's power, below 2**79, to at most 2**39: full scale in steps of 1/256 of the smallest sample's square."""
BAND_SUM = 2.0**12

Whole = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int16]
"""Shape (frames, BANDS), in 1/256 octave of power; 0 is nothing at all."""


def window_length(rate: Rate) -> int:
    """Give the window's length in samples, even."""
    return 2 * rounded(16 * rate.sample_rate, 1_000 * rate.group)


def levels(frames: Frames, rate: Rate) -> Levels:
    """Measure each frame's bands."""
    length = window_length(rate)
    cosines, sines = _tables(rate)
    windows = frames.windows(length)
    # a cosine is even and a sine odd about the window's middle, so folding halves the products
    front, back = windows[:, : length // 2], windows[:, : length // 2 - 1 : -1]
    power = ((front + back) @ cosines) ** 2 + ((front - back) @ sines) ** 2
    return log2_levels(np.rint(power * POWER_SCALE) @ _bands() + BAND_SUM)


@lru_cache(8)
def _tables(rate: Rate) -> tuple[Whole, Whole]:
    """Build the cosines and sines of the lines under a Hann window, (length / 2, lines), whole numbers.

    Both are taken from the window's middle, half a sample after `length / 2 - 1`.
    """
    length = window_length(rate)
    cosines, sines = np.zeros((2, length // 2, LAST_LINE - FIRST_LINE + 1))
    for sample in range(length // 2):
        hann = ONE - turn(2 * sample + 1, 2 * length)[0]  # twice the window; its values sum to length / 2
        step = 125 * (2 * sample + 1 - length) * rate.group, 8 * rate.sample_rate  # of one line, in turns
        point, by = turn(FIRST_LINE * step[0], step[1]), turn(*step)
        for place in range(cosines.shape[1]):
            cosines[sample, place] = rounded(TABLE_SUM * hann * point[0], length << 2 * BITS)
            sines[sample, place] = rounded(TABLE_SUM * hann * point[1], length << 2 * BITS)
            point = turned(point, by)
    return cosines, sines


@lru_cache(1)
def _bands() -> Whole:
    """Build the triangular bands, (lines, BANDS), whole numbers that sum to about BAND_SUM in each band."""
    columns = []
    for left, top, right in zip(CORNERS, CORNERS[1:], CORNERS[2:], strict=False):
        lines = [GRID * line for line in range(FIRST_LINE, LAST_LINE + 1)]
        weights = [max(0.0, min((hz - left) / (top - left), (right - hz) / (right - top))) for hz in lines]
        total = math.fsum(weights)
        columns.append([round(weight * BAND_SUM / total) for weight in weights])
    return np.array(columns, np.float64).T.copy()

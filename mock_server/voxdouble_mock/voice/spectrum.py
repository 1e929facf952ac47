"""Frames to the logarithms of their mel bands.

A window of 32 ms, 32 triangular bands from 120 to 3,700 Hz (so that telephone speech fits), on a grid of 31.25 Hz
whatever the sample rate. Both matrix products have whole numbers for operands and partial sums below 2**53 (see
`voice/__init__.py`).
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.framing import Frames
from voxdouble_mock.voice.logarithm import log2_levels

BANDS = 32
GRID = 31.25
"""Hz between the spectrum's lines: one over the window's length."""
LINES = np.arange(4, 119)  # 125 to 3,687.5 Hz
LOWEST, HIGHEST = 120.0, 3_700.0
TABLE_SUM = 2.0**24
"""What the absolute values of the window sum to: each part of a line's amplitude stays below 2**15 * 2**24."""
POWER_SCALE = 2.0**-40
"""Takes a line's power, below 2**79, to at most 2**39: full scale in steps of 1/256 of the smallest sample's square."""
BAND_SUM = 2.0**12

Whole = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int16]
"""Shape (frames, BANDS), in 1/256 octave of power; 0 is nothing at all."""


def window_length(rate: float) -> int:
    """Give the window's length in samples, even, at `rate` Hz."""
    return 2 * round(rate / GRID / 2)


def levels(frames: Frames, rate: float) -> Levels:
    """Measure each frame's bands."""
    length = window_length(rate)
    cosines, sines = _tables(rate)
    windows = frames.windows(length)
    # a cosine is even and a sine odd about the window's middle, so folding halves the products
    front, back = windows[:, : length // 2], windows[:, : length // 2 - 1 : -1]
    power = ((front + back) @ cosines) ** 2 + ((front - back) @ sines) ** 2
    return log2_levels(np.rint(power * POWER_SCALE) @ _bands() + BAND_SUM)


@lru_cache(8)
def _tables(rate: float) -> tuple[Whole, Whole]:
    """Build the windowed cosines and sines, (length / 2, lines), whole numbers."""
    length = window_length(rate)
    middle = (length - 1) / 2
    window = [0.5 - 0.5 * math.cos(2 * math.pi * (sample + 0.5) / length) for sample in range(length)]
    scale = TABLE_SUM / sum(window)
    cosines, sines = np.zeros((2, length // 2, len(LINES)))
    for sample in range(length // 2):
        for place, line in enumerate(LINES.tolist()):
            angle = 2 * math.pi * GRID * line * (sample - middle) / rate
            cosines[sample, place] = round(scale * window[sample] * math.cos(angle))
            sines[sample, place] = round(scale * window[sample] * math.sin(angle))
    return cosines, sines


@lru_cache(1)
def _bands() -> Whole:
    """Build the triangular mel bands, (lines, BANDS), whole numbers that sum to about BAND_SUM in each band."""

    def mel(hertz: float) -> float:
        return math.log1p(hertz / 700)

    low, high = mel(LOWEST), mel(HIGHEST)
    corners = [700 * math.expm1(low + (high - low) * corner / (BANDS + 1)) for corner in range(BANDS + 2)]
    bands = np.zeros((len(LINES), BANDS))
    for band in range(BANDS):
        left, top, right = corners[band : band + 3]
        for place, line in enumerate(LINES.tolist()):
            hertz = GRID * line
            bands[place, band] = max(0.0, min((hertz - left) / (top - left), (right - hertz) / (right - top)))
    whole: Whole = np.rint(bands * BAND_SUM / bands.sum(axis=0))
    return whole

"""Base-2 logarithms that are the same on every machine: frexp (exact) and a table of whole numbers."""

import math

import numpy as np
import numpy.typing as npt

OCTAVE = 256
"""Units in one doubling: 0.0118 dB of power."""
INDEX_BITS = 11


def _table() -> npt.NDArray[np.int16]:
    """Build rint(256 log2(m)) at the middle of each of 2**11 steps of m from 0.5 to 1."""
    steps = range(1 << INDEX_BITS)
    return np.array([round(OCTAVE * math.log2((step + 0.5) / (2 << INDEX_BITS) + 0.5)) for step in steps], np.int16)


TABLE = _table()


def log2_levels(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    """Take the logarithms of numbers from 1 up, in 1/256 octave."""
    mantissa, exponent = np.frexp(values)
    steps = ((mantissa - 0.5) * (2 << INDEX_BITS)).astype(np.int64)
    levels: npt.NDArray[np.int16] = (TABLE[steps] + exponent * OCTAVE).astype(np.int16)
    return levels

"""Base-2 logarithms that are the same on every machine: frexp (exact) and a table of whole numbers."""

import numpy as np
import numpy.typing as npt

OCTAVE = 256
"""Units in one doubling: 0.0118 dB of power."""
INDEX_BITS = 11


def _level(step: int) -> int:
    """Round 256 log2(m) for the middle m of a step from 0.5 to 1, in whole numbers alone.

    With m = n / 2**13, 2 * 256 * log2(m) lies between the bit lengths of n**512 and the one below, less 13 * 512.
    """
    middle = (2 << INDEX_BITS) + 2 * step + 1
    power = 2 * OCTAVE
    return int((middle**power).bit_length() - (INDEX_BITS + 2) * power) // 2


TABLE = np.array([_level(step) for step in range(1 << INDEX_BITS)], np.int16)


def log2_levels(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    """Take the logarithms of numbers from 1 up, in 1/256 octave."""
    mantissa, exponent = np.frexp(values)
    steps = ((mantissa - 0.5) * (2 << INDEX_BITS)).astype(np.int64)
    levels: npt.NDArray[np.int16] = (TABLE[steps] + exponent * OCTAVE).astype(np.int16)
    return levels

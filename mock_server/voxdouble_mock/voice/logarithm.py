"""Base-2 logarithms that are bit-identical on every machine: the bits of a number, and a table of whole numbers."""

import numpy as np
import numpy.typing as npt

OCTAVE = 256
"""The number of units in one octave (a doubling): a unit is 0.0118 dB of power."""
INDEX_BITS = 11
"""The leading bits of a fraction that the table distinguishes."""
FRACTION_BITS = 52
"""The bits of a float64's fraction. Above them are the exponent and the sign; the sign is 0 here."""
EXPONENT_BIAS = 1022
"""A float64 m * 2**e with m from 0.5 to 1 stores the exponent e + EXPONENT_BIAS."""


def _level(step: int) -> int:
    """Return 256 * log2(m), rounded, for the middle m of one of the steps from 0.5 to 1, without floating point.

    With m = n / 2**13, the value 2 * 256 * log2(m) lies between b - 1 - 13 * 512 and b - 13 * 512, where b is the bit
    length of n**512.
    """
    middle = (2 << INDEX_BITS) + 2 * step + 1
    power = 2 * OCTAVE
    return int((middle**power).bit_length() - (INDEX_BITS + 2) * power) // 2


TABLE = np.array([_level(step) for step in range(1 << INDEX_BITS)], np.int16)


def log2_levels(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    """Return the logarithms of numbers that are at least 1, in 1/256 octave."""
    steps = values.view(np.int64) >> (FRACTION_BITS - INDEX_BITS)
    found = (steps >> INDEX_BITS).astype(np.int16)
    found -= EXPONENT_BIAS
    found *= OCTAVE
    steps &= len(TABLE) - 1
    found += TABLE.take(steps)
    return found

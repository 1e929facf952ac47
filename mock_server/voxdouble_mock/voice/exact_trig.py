"""Cosines and sines in whole-number arithmetic, so that tables of them do not depend on a mathematical library."""

BITS = 124
ONE = 1 << BITS
PI = 0x3243F6A8885A308D313198A2E0370734
"""Pi in the same fixed-point format, truncated."""


def cos_sin(numerator: int, denominator: int) -> tuple[int, int]:
    """Return cosine and sine of a fraction of a full turn, in units of 2**-124, with an error of some twenty units."""
    angle = 2 * PI * (numerator % denominator) // denominator
    sums = [0, 0, 0, 0]
    term, power = ONE, 0
    while term:  # the power series of exp(i * angle)
        sums[power % 4] += term
        power += 1
        term = term * angle // (power << BITS)
    return sums[0] - sums[2], sums[1] - sums[3]


def rotated(point: tuple[int, int], by: tuple[int, int]) -> tuple[int, int]:
    """Return a point (cosine, sine) rotated by the angle of another one."""
    (x, y), (c, s) = point, by
    return (x * c - y * s) >> BITS, (x * s + y * c) >> BITS


def rounded(numerator: int, denominator: int) -> int:
    """Return a fraction rounded to the nearest whole number, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)

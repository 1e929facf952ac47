"""Cosines and sines in whole numbers, so that no machine's mathematical library has a say in tables made of them."""

BITS = 124
ONE = 1 << BITS
PI = 0x3243F6A8885A308D313198A2E0370734
"""Pi in the same fixed point, its last bit cut off."""


def turn(numerator: int, denominator: int) -> tuple[int, int]:
    """Give the cosine and sine of a fraction of a full turn, in units of 2**-124, right to some twenty units."""
    angle = 2 * PI * (numerator % denominator) // denominator
    sums = [0, 0, 0, 0]
    term, power = ONE, 0
    while term:  # the series of the exponential of i times the angle
        sums[power % 4] += term
        power += 1
        term = term * angle // (power << BITS)
    return sums[0] - sums[2], sums[1] - sums[3]


def turned(point: tuple[int, int], by: tuple[int, int]) -> tuple[int, int]:
    """Turn a point (cosine, sine) by another."""
    (x, y), (c, s) = point, by
    return (x * c - y * s) >> BITS, (x * s + y * c) >> BITS


def rounded(numerator: int, denominator: int) -> int:
    """Round a fraction to the nearest whole number, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)

"""Scores of voiceprints: log-likelihood ratios of comparisons, gender and age.

These are the scores of a mock. Their order and signs are plausible, and they are calibrated on synthetic speakers
outside the training data. They do not recognise people. Each score depends on the voiceprint alone, so a recording and
its voiceprint have the same scores (C35).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.products import product
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.vector import UNIT_BITS, Whole, own_numbers_of

FRACTION = 2.0**-16
"""The unit of the trained slopes and offsets."""
LLR_DECIMALS, PROBABILITY_DECIMALS = 4, 6
LARGEST_LLR = 20.0
ROWS = 64
"""The rows of scores that are computed at once, so that they stay in the processor's cache."""
YOUNGEST, OLDEST = 16, 90

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gender:
    """The gender scores of one voiceprint."""

    male_llr: float
    """The natural logarithm of the likelihood ratio of a male speaker to a female one."""
    male_probability: float
    """The probability of a male speaker, from 0 to 1, with equal priors."""

    @property
    def female_llr(self) -> float:
        """Return the natural logarithm of the likelihood ratio of a female speaker to a male one."""
        return 0.0 - self.male_llr

    @property
    def female_probability(self) -> float:
        """Return the probability of a female speaker: 1 minus the probability of a male one."""
        return round(1.0 - self.male_probability, PROBABILITY_DECIMALS)


def log_likelihood_ratios(across: Whole, down: Whole) -> Scores:
    """Return the log-likelihood ratios of the columns `across` (n, 128) with the rows `down` (m, 128): (m, n) (S48).

    They are natural logarithms, and symmetric. A ratio of about 0 is undecided; above 2, the speaker is very
    probably the same. A voiceprint without speech has the ratio 0 with every other (C19).
    """
    slope, offset = (table("likelihood") * FRACTION).tolist()
    scores = np.empty((len(down), len(across)))
    for start in range(0, len(down), ROWS):
        part = product(down[start : start + ROWS], across.T, out=scores[start : start + ROWS])
        part *= 2.0 ** (-2 * UNIT_BITS) * slope
        part += offset
        np.round(part, LLR_DECIMALS, out=part)
    scores[~down.any(axis=1)] = 0.0
    scores[:, ~across.any(axis=1)] = 0.0
    return scores


def genders_of(voiceprints: Sequence[bytes]) -> list[Gender | None]:
    """Return the gender scores of each voiceprint; None without speech (C19), and None for a foreign voiceprint.

    Raises InvalidVoiceprint for the first malformed one.
    """
    return [None if llr is None else _gender(llr) for llr in _linear(voiceprints, "gender")]


def ages_of(voiceprints: Sequence[bytes]) -> list[int | None]:
    """Return an age in years for each voiceprint; None without speech (C19), and None for a foreign voiceprint.

    The number is a property of the voice on a scale of years; for one speaker it varies by a few years. It is not an
    estimate of an age: the training had no recordings of known age. Raises InvalidVoiceprint for the first malformed
    voiceprint.
    """
    ages = _linear(voiceprints, "age")
    return [None if age is None else min(OLDEST, max(YOUNGEST, round(age))) for age in ages]


def _gender(llr: float) -> Gender:
    llr = round(min(LARGEST_LLR, max(-LARGEST_LLR, llr)), LLR_DECIMALS)
    return Gender(llr, round(1.0 / (1.0 + math.exp(-llr)), PROBABILITY_DECIMALS))


def _linear(voiceprints: Sequence[bytes], name: str) -> list[float | None]:
    """Return a trained linear function of each of our embeddings; None without speech or for a foreign one.

    The last number of the trained array is the offset.
    """
    *weights, offset = table(name).tolist()
    numbers = own_numbers_of(voiceprints)
    sums = product(numbers - table("centre"), np.array(weights)[:, np.newaxis])[:, 0]
    values = (sums + offset) * FRACTION**2
    return [value if row.any() else None for value, row in zip(values.tolist(), numbers, strict=True)]

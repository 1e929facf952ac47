"""What voiceprints say when compared or asked: log-likelihood ratios, gender, age.

A stand-in's answers: sensible in their order and signs, calibrated on synthetic speakers that the training did not
hear, no recognition of people. All come from the voiceprint alone, so a file and its voiceprint give the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.vector import UNIT_BITS, Whole, own_numbers_of

FRACTION = 2.0**-16
"""The unit of the shipped slopes and offsets."""
LLR_DECIMALS, PROBABILITY_DECIMALS = 4, 6
LARGEST_LLR = 20.0
YOUNGEST, OLDEST = 16, 90

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gender:
    """How much a voice is a man's."""

    male_llr: float
    """Natural logarithm of how much likelier the voice is if a man speaks than if a woman does; a woman's is its
    negative.
    """
    male_probability: float
    """From 0 to 1, both genders being as likely beforehand; a woman's is what is left to 1."""

    @property
    def female_llr(self) -> float:
        """The same for a woman."""
        return 0.0 - self.male_llr

    @property
    def female_probability(self) -> float:
        """What is left to 1."""
        return round(1.0 - self.male_probability, PROBABILITY_DECIMALS)


def log_likelihood_ratios(across: Whole, down: Whole) -> Scores:
    """Compare voices by their directions, columns (n, 128) with rows (m, 128): (m, n), natural logarithms (S48).

    Symmetric; about 0 is undecided, above 2 very probably one speaker. A voiceprint without speech says nothing: 0
    (chosen).
    """
    slope, offset = (table("likelihood") * FRACTION).tolist()
    scores: Scores = np.round((down @ across.T) * (2.0 ** (-2 * UNIT_BITS) * slope) + offset, LLR_DECIMALS)
    scores[~down.any(axis=1)] = 0.0
    scores[:, ~across.any(axis=1)] = 0.0
    return scores


def genders_of(voiceprints: Sequence[bytes]) -> list[Gender | None]:
    """Tell each speaker's gender; None without speech (C19).

    None also for a stranger's embedding, whose numbers are not known. Raises NotAVoiceprint for the first that is
    none.
    """
    return [None if llr is None else _gender(llr) for llr in _linear(voiceprints, "gender")]


def ages_of(voiceprints: Sequence[bytes]) -> list[int | None]:
    """Give each speaker an age in years, the same within a few for one voice; None as for the gender.

    No estimate: no recordings of known age were trained on. It is a steady property of the voice on a scale of years.
    Raises NotAVoiceprint for the first that is none.
    """
    ages = _linear(voiceprints, "age")
    return [None if age is None else min(OLDEST, max(YOUNGEST, round(age))) for age in ages]


def _gender(llr: float) -> Gender:
    llr = round(min(LARGEST_LLR, max(-LARGEST_LLR, llr)), LLR_DECIMALS)
    return Gender(llr, round(1.0 / (1.0 + math.exp(-llr)), PROBABILITY_DECIMALS))


def _linear(voiceprints: Sequence[bytes], name: str) -> list[float | None]:
    """Apply a trained linear function, its last number the offset, to each embedding of ours with speech."""
    *weights, offset = table(name).tolist()
    numbers = own_numbers_of(voiceprints)
    values = ((numbers - table("centre")) @ np.array(weights) + offset) * FRACTION**2
    return [value if row.any() else None for value, row in zip(values.tolist(), numbers, strict=True)]

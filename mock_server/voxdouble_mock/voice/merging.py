"""Merging voiceprints of one speaker: the mean embedding, weighted by the speech length of each (C22).

Embeddings and weights are whole numbers, so the result does not depend on the order of summation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.embedding import UNIT
from voxdouble_mock.voice.voiceprint import InvalidVoiceprint, Voiceprint, decode, encode

EMBEDDING_BITS, WEIGHT_BITS = 24, 20
"""The sums of 50,000 voiceprints stay below 2**60. Two hours in hundredths of a second need 20 bits."""


@dataclass(frozen=True)
class Merged:
    """The result of a merge."""

    voiceprint: bytes
    speech_length: float
    """The sum of the known speech lengths, in seconds; a foreign voiceprint may have none."""


def merge(voiceprints: Sequence[bytes]) -> Merged:
    """Return the merge of one or more voiceprints. If a speech length is missing, all have the same weight (C22).

    Raises InvalidVoiceprint for the first malformed voiceprint, else for the first that has another embedding length
    than voiceprint 0, or was made by another engine.
    """
    found = [decode(data, index) for index, data in enumerate(voiceprints)]
    for index, one in enumerate(found):
        _check_mergeable(found[0], one, index)
    numbers = np.stack([one.embedding for one in found]).astype(np.float64)
    weights = _weights([one.speech_length for one in found])
    exponent = int(np.frexp(np.abs(numbers).max())[1])
    whole = np.rint(np.ldexp(numbers, EMBEDDING_BITS - exponent)).astype(np.int64)
    mean = np.ldexp((whole * weights[:, np.newaxis]).sum(axis=0) / int(weights.sum()), exponent - EMBEDDING_BITS)
    if found[0].own:
        mean = np.rint(mean / UNIT) * UNIT
    speech_length = round(sum(one.speech_length or 0.0 for one in found), 2)
    return Merged(encode(mean.astype(np.float32), speech_length, own=found[0].own), speech_length)


def _check_mergeable(first: Voiceprint, one: Voiceprint, index: int) -> None:
    if len(one.embedding) != len(first.embedding):
        expected = f"as many numbers as that of voiceprint 0 ({len(first.embedding)})"
        raise InvalidVoiceprint(
            index, f"Its embedding must have {expected} to be merged, and has {len(one.embedding)}."
        )
    if one.own != first.own:
        raise InvalidVoiceprint(index, "It must be made by the same engine as voiceprint 0 to be merged, and is not.")


def _weights(speech_lengths: Sequence[float | None]) -> npt.NDArray[np.int64]:
    """Return speech lengths as whole hundredths of a second of at most 20 bits.

    All weights are 1 if a speech length is unknown, or if all are 0.
    """
    known = [length for length in speech_lengths if length is not None]
    hundredths = [round(100 * length) for length in known]
    if len(known) < len(speech_lengths) or not any(hundredths):
        return np.ones(len(speech_lengths), np.int64)
    beyond = max(0, max(hundredths).bit_length() - WEIGHT_BITS)
    return np.array([weight >> beyond for weight in hundredths], np.int64)

"""Several voiceprints of one speaker into one: the mean embedding, weighed by how long each speaks (contract 4.4).

Embeddings and weights are whole numbers, so the result does not depend on the order in which they are added.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.embedding import UNIT
from voxdouble_mock.voice.voiceprint import NotAVoiceprint, Voiceprint, decode, encode

EMBEDDING_BITS, WEIGHT_BITS = 24, 20
"""With 50,000 voiceprints the sums stay below 2**60. Two hours in hundredths of a second are 20 bits."""


@dataclass(frozen=True)
class Merged:
    """What merging gives."""

    voiceprint: bytes
    speech_length: float
    """The sum of the inputs', in seconds; those of strangers who do not say count as none."""


def merge(voiceprints: Sequence[bytes]) -> Merged:
    """Merge one or more voiceprints; without a speech length in each, all weigh the same (C22).

    Raises NotAVoiceprint for the first that is none or whose embedding is of another kind than the first one's.
    """
    found = [decode(data, index) for index, data in enumerate(voiceprints)]
    for index, one in enumerate(found):
        _check_alike(found[0], one, index)
    numbers = np.stack([one.embedding for one in found]).astype(np.float64)
    weights = _weights([one.speech_length for one in found])
    exponent = int(np.frexp(np.abs(numbers).max())[1])
    whole = np.rint(np.ldexp(numbers, EMBEDDING_BITS - exponent)).astype(np.int64)
    mean = np.ldexp((whole * weights[:, np.newaxis]).sum(axis=0) / int(weights.sum()), exponent - EMBEDDING_BITS)
    if found[0].own:
        mean = np.rint(mean / UNIT) * UNIT
    speech_length = round(sum(one.speech_length or 0.0 for one in found), 2)
    return Merged(encode(mean.astype(np.float32), speech_length, own=found[0].own), speech_length)


def _check_alike(first: Voiceprint, one: Voiceprint, index: int) -> None:
    if len(one.embedding) != len(first.embedding):
        lengths = f"{len(one.embedding)} numbers, that of voiceprint 0 has {len(first.embedding)}"
        raise NotAVoiceprint(index, f"Its embedding has {lengths}: they cannot be merged.")
    if one.own != first.own:
        raise NotAVoiceprint(index, "It was made by another engine than voiceprint 0: they cannot be merged.")


def _weights(speech_lengths: Sequence[float | None]) -> npt.NDArray[np.int64]:
    """Turn seconds into whole hundredths of at most 20 bits; all 1 where one is not known or none speaks."""
    known = [length for length in speech_lengths if length is not None]
    hundredths = [round(100 * length) for length in known]
    if len(known) < len(speech_lengths) or not any(hundredths):
        return np.ones(len(speech_lengths), np.int64)
    beyond = max(0, max(hundredths).bit_length() - WEIGHT_BITS)
    return np.array([weight >> beyond for weight in hundredths], np.int64)

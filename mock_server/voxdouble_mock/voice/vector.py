"""The one function from a voiceprint's bytes to its vector, for extraction and for conversion."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.voiceprint import decode

DIMENSIONS = 128
DECIMALS = 1e10


def vectors_of(voiceprints: Sequence[bytes]) -> list[list[float]]:
    """Give each voiceprint's vector: 128 numbers of unit length, empty where there was no speech.

    The numbers are float32 values at no more than 10 decimals (C32). Raises NotAVoiceprint for the first that is none
    (C20).
    """
    return [_vector(decode(data, index).embedding) for index, data in enumerate(voiceprints)]


def _vector(embedding: npt.NDArray[np.float32]) -> list[float]:
    if not embedding.any():
        return []
    _, exponent = np.frexp(np.abs(embedding).max())
    whole = np.rint(np.ldexp(embedding.astype(np.float64), 20 - int(exponent)))
    mixed = whole @ _projection(len(embedding))
    if not mixed.any():
        return []
    _, exponent = np.frexp(np.abs(mixed).max())
    mixed = np.rint(np.ldexp(mixed, 22 - int(exponent)))
    unit = (mixed / np.sqrt((mixed * mixed).sum())).astype(np.float32).astype(np.float64)
    numbers: list[float] = (np.rint(unit * DECIMALS) / DECIMALS + 0.0).tolist()
    return numbers


@lru_cache(8)
def _projection(length: int) -> npt.NDArray[np.float64]:
    """Build the fixed pseudo-random projection (length, 128) of whole numbers from -128 to 127."""
    stream = hashlib.shake_256(b"voxdouble projection").digest(length * DIMENSIONS)
    return np.frombuffer(stream, np.int8).reshape(length, DIMENSIONS).astype(np.float64)

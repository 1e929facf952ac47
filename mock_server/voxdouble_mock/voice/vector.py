"""The one function from a voiceprint's bytes to its vector, for extraction and for conversion.

An embedding of ours is whole numbers: centred and multiplied by a trained matrix of whole numbers, it comes to a
direction in which speakers differ and one speaker's recordings do not (`training/`). A stranger's embedding, of
whatever length, is mixed by a fixed pseudo-random matrix, which about keeps the angles between its voiceprints. Both
products are exact.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.embedding import UNIT
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, Floats, decode_all

DIMENSIONS = 128
DECIMALS = 1e10
MIXED_BITS, UNIT_BITS = 22, 24
"""Of a direction before and after its length is made one: 128 squares of 22 bits, and by Cauchy and Schwarz every
partial sum of the product of two unit vectors of 24 bits, stay below 2**53.
"""
STRANGE_BITS = 24
LARGEST = 2.0**20
"""Of an embedding's whole numbers, beyond what any sound comes to; the bound that keeps the product exact."""
COLUMNS = 4_096

Whole = npt.NDArray[np.float64]


def vectors_of(voiceprints: Sequence[bytes]) -> list[list[float]]:
    """Give each voiceprint's vector: 128 numbers of unit length, empty where there was no speech.

    The numbers are float32 values at no more than 10 decimals (C32). Raises NotAVoiceprint for the first that is
    none (C20).
    """
    mixed = _mixtures(voiceprints)
    units = (mixed / _lengths(mixed)).astype(np.float32).astype(np.float64)
    numbers: list[list[float]] = (np.rint(units * DECIMALS) / DECIMALS + 0.0).tolist()  # + 0.0 makes -0.0 plain
    for silent in np.flatnonzero(~mixed.any(axis=1)).tolist():
        numbers[silent] = []
    return numbers


def directions_of(voiceprints: Sequence[bytes]) -> Whole:
    """Give each voiceprint's direction (n, 128) in whole numbers, 2**24 long; zero where there was no speech.

    Raises NotAVoiceprint for the first that is none.
    """
    mixed = _mixtures(voiceprints)
    directions: Whole = np.rint(mixed / _lengths(mixed) * 2.0**UNIT_BITS)
    return directions


def own_numbers_of(voiceprints: Sequence[bytes]) -> Whole:
    """Give the embeddings (n, 100) of ours in whole numbers; zero where there was no speech, and for strangers'.

    Raises NotAVoiceprint for the first that is none.
    """
    numbers = np.zeros((len(voiceprints), EMBEDDING_LENGTH))
    for batch in decode_all(voiceprints):
        if batch.own:
            numbers[batch.places] = _whole(batch.embeddings)
    return numbers


def _mixtures(voiceprints: Sequence[bytes]) -> Whole:
    mixed = np.zeros((len(voiceprints), DIMENSIONS))
    for batch in decode_all(voiceprints):
        mixed[batch.places] = _scaled(_own(batch.embeddings) if batch.own else _strange(batch.embeddings), MIXED_BITS)
    return mixed


def _own(embeddings: Floats) -> Whole:
    """Apply the trained transform; an embedding of zeros, which has no speech, stays zero."""
    whole = _whole(embeddings)
    mixed: Whole = (whole - table("centre")) @ table("transform")
    mixed[~whole.any(axis=1)] = 0.0
    return mixed


def _whole(embeddings: Floats) -> Whole:
    """Read our embeddings' whole numbers, bounded."""
    whole: Whole = np.clip(np.rint(embeddings.astype(np.float64) / UNIT), -LARGEST, LARGEST)
    return whole


def _strange(embeddings: Floats) -> Whole:
    """Apply the fixed mixture, a stretch of the embedding at a time: products below 2**(24 + 7 + 16)."""
    whole = _scaled(embeddings.astype(np.float64), STRANGE_BITS)
    mixed = np.zeros((len(whole), DIMENSIONS))
    for start in range(0, whole.shape[1], COLUMNS):
        part = whole[:, start : start + COLUMNS]
        mixed += part @ _projection(start, part.shape[1])
    return mixed


def _scaled(rows: Whole, bits: int) -> Whole:
    """Bring each row to whole numbers of at most `bits` bits, by a power of two; rows of zeros stay."""
    _, exponents = np.frexp(np.abs(rows).max(axis=1, keepdims=True))
    scaled: Whole = np.rint(np.ldexp(rows, bits - exponents))
    return scaled


def _lengths(rows: Whole) -> Whole:
    """Measure each row, (n, 1); 1 for a row of zeros."""
    lengths: Whole = np.sqrt(np.maximum((rows * rows).sum(axis=1, keepdims=True), 1.0))
    return lengths


@lru_cache(4)
def _projection(start: int, length: int) -> Whole:
    """Build rows `start` and on of the fixed mixture (any, 128): whole numbers from -128 to 127."""
    seed = f"voxdouble mixture from {start}".encode("ascii")
    stream = hashlib.shake_256(seed).digest(length * DIMENSIONS)
    return np.frombuffer(stream, np.int8).reshape(-1, DIMENSIONS)[:length].astype(np.float64)

"""The vector of a voiceprint, computed from its bytes: the same function for extraction and conversion (S47).

Our embeddings are whole numbers. Each is centred and multiplied by a trained matrix of whole numbers. The directions of
the products differ between speakers and agree between recordings of one speaker (`training/`). A foreign embedding can
have any length. It is multiplied by a fixed pseudo-random matrix. This approximately preserves the angles between
foreign embeddings. Both products are exact.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.embedding import UNIT
from voxdouble_mock.voice.layout import Floats
from voxdouble_mock.voice.products import product
from voxdouble_mock.voice.tables import table
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, decode_all

DIMENSIONS = 128
DECIMALS = 1e10
MIXED_BITS, UNIT_BITS = 22, 24
"""The bits of a direction before and after normalisation. The sum of 128 squares of 22 bits stays below 2**53, and so
does every partial sum of the product of two normalised directions of 24 bits (Cauchy-Schwarz).
"""
FOREIGN_BITS = 24
LARGEST = 2.0**20
"""The bound of the whole numbers of our embeddings. It keeps the product exact; no sound reaches it."""
COLUMNS = 4_096
"""The numbers of a foreign embedding that are multiplied at once."""

Whole = npt.NDArray[np.float64]


def vectors_of(voiceprints: Sequence[bytes]) -> list[list[float]]:
    """Return the rows of `vector_rows_of` as lists of Python's floats."""
    return [row.tolist() for row in vector_rows_of(voiceprints)]


def vector_rows_of(voiceprints: Sequence[bytes]) -> list[Whole]:
    """Return the vector of each voiceprint: 128 numbers of unit length (S45), or none without speech (S46).

    The numbers are float32 values with at most 10 decimals (C32). Raises InvalidVoiceprint for the first malformed
    one (C20).
    """
    numbers = np.zeros((len(voiceprints), DIMENSIONS))
    silent: list[int] = []
    for places, mixed in _mixtures(voiceprints):
        silent += [places[row] for row in np.flatnonzero(~mixed.any(axis=1)).tolist()]
        rounded = (mixed / _lengths(mixed)).astype(np.float32).astype(np.float64)
        rounded *= DECIMALS
        np.rint(rounded, out=rounded)
        rounded /= DECIMALS
        rounded += 0.0  # turns -0.0 into 0.0
        numbers[places] = rounded
    rows = list(numbers)
    for place in silent:
        rows[place] = numbers[place, :0]
    return rows


def directions_of(voiceprints: Sequence[bytes]) -> Whole:
    """Return the direction of each voiceprint (n, 128): whole numbers of length 2**24, or zeros without speech.

    Raises InvalidVoiceprint for the first malformed one.
    """
    directions = np.zeros((len(voiceprints), DIMENSIONS))
    for places, mixed in _mixtures(voiceprints):
        scaled = mixed / _lengths(mixed)
        scaled *= 2.0**UNIT_BITS
        directions[places] = np.rint(scaled, out=scaled)
    return directions


def own_numbers_of(voiceprints: Sequence[bytes]) -> Whole:
    """Return our embeddings (n, 100) as whole numbers; zeros without speech and for foreign voiceprints.

    Raises InvalidVoiceprint for the first malformed one.
    """
    numbers = np.zeros((len(voiceprints), EMBEDDING_LENGTH))
    for batch in decode_all(voiceprints):
        if batch.own:
            numbers[batch.places] = _whole(batch.embeddings)
    return numbers


def _mixtures(voiceprints: Sequence[bytes]) -> Iterator[tuple[list[int], Whole]]:
    """Yield the voiceprints in batches: their places in the list, and the products of their embeddings."""
    for batch in decode_all(voiceprints):
        yield batch.places, _scaled(_own(batch.embeddings) if batch.own else _foreign(batch.embeddings), MIXED_BITS)


def _own(embeddings: Floats) -> Whole:
    """Return our embeddings after the trained transform; an embedding without speech is zero and stays zero."""
    whole = _whole(embeddings)
    mixed = product(whole - table("centre"), table("transform"))
    mixed[~whole.any(axis=1)] = 0.0
    return mixed


def _whole(embeddings: Floats) -> Whole:
    """Return the whole numbers of our embeddings, bounded by LARGEST."""
    whole = embeddings.astype(np.float64)
    whole /= UNIT
    np.rint(whole, out=whole)
    return np.clip(whole, -LARGEST, LARGEST, out=whole)


def _foreign(embeddings: Floats) -> Whole:
    """Return foreign embeddings multiplied by the fixed matrix, COLUMNS numbers at a time.

    The sums stay below 2**(24 + 7 + 16).
    """
    whole = _scaled(embeddings, FOREIGN_BITS)
    mixed = np.zeros((len(whole), DIMENSIONS))
    for start in range(0, whole.shape[1], COLUMNS):
        part = whole[:, start : start + COLUMNS]
        mixed += product(part, _projection(start, part.shape[1]))
    return mixed


def _scaled(rows: Whole | Floats, bits: int) -> Whole:
    """Return each row scaled by a power of two to whole numbers of at most `bits` bits; rows of zeros stay zero."""
    _, exponents = np.frexp(np.maximum(rows.max(axis=1), -rows.min(axis=1)))
    scaled: Whole = rows * np.ldexp(1.0, bits - exponents)[:, np.newaxis]
    return np.rint(scaled, out=scaled)


def _lengths(rows: Whole) -> Whole:
    """Return the length of each row (n, 1); 1 for a row of zeros."""
    squares = np.maximum(np.einsum("ij,ij->i", rows, rows), 1.0)
    lengths: Whole = np.sqrt(squares)[:, np.newaxis]
    return lengths


@lru_cache(4)
def _projection(start: int, length: int) -> Whole:
    """Return `length` rows of the fixed matrix from row `start` on: whole numbers from -128 to 127."""
    seed = f"voxdouble mixture from {start}".encode("ascii")
    stream = hashlib.shake_256(seed).digest(length * DIMENSIONS)
    return np.frombuffer(stream, np.int8).reshape(-1, DIMENSIONS)[:length].astype(np.float64)

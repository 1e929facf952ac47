"""A reader of many foreign voiceprints of one layout, as one appliance writes them.

The results are the same as if each were decoded alone. Two voiceprints have the same layout if all their markers are
equal, and they differ only in the numbers of the embedding, in `crc` and in `speech_length`. The bytes of these numbers
change values, never the structure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.ubjson import NUMBERS

SECONDS = {ord("d"): ">f4", ord("D"): ">f8"}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """The bytes that voiceprints of one layout share, and the places of the numbers in which they differ."""

    sample: npt.NDArray[np.uint8]
    shared: npt.NDArray[np.bool_]
    embedding: slice
    """The bytes of the embedding's numbers, each after its marker."""
    seconds: slice
    """The bytes of `speech_length` if it has a floating-point number, else empty."""


@dataclass(frozen=True)
class Batch:
    """Voiceprints of a list that have one embedding length, and are all our own or all foreign."""

    places: list[int]
    """The index of each voiceprint in the list."""
    embeddings: Floats
    """The embeddings, of shape (voiceprints, numbers)."""
    speech_lengths: list[float | None]
    """Seconds of speech; None if a foreign voiceprint has no speech length."""
    own: bool


def layout_of(voiceprint: bytes, starts: Mapping[str, int], length: int) -> Layout | None:
    """Return the layout of a voiceprint; None unless its embedding is a plain array of `length` float32 numbers.

    `starts` has the index of the marker of each member's value; it is empty if the object declares one type for all.
    """
    if "embedding" not in starts:
        return None
    sample = np.frombuffer(voiceprint, np.uint8)
    shared = np.ones(len(sample), bool)
    begin = starts["embedding"] + 1
    embedding = slice(begin, begin + 5 * length)
    records = shared[embedding]
    if len(records) != 5 * length or (sample[embedding][::5] != ord("d")).any() or sample[embedding.stop] != ord("]"):
        return None
    records.reshape(length, 5)[:, 1:] = False
    seconds = slice(0, 0)
    for name in ("crc", "speech_length"):
        start = starts.get(name)
        marker = bytes([sample[start]]) if start is not None else b""
        if start is None or marker not in NUMBERS:
            continue
        number = slice(start + 1, start + 1 + NUMBERS[marker].size)
        if name == "crc":
            shared[number] = False
        elif marker[0] in SECONDS:
            shared[number], seconds = False, number
    return Layout(sample, shared, embedding, seconds)


def numbers_in(rows: npt.NDArray[np.uint8], start: int, length: int) -> Floats:
    """Return the big-endian float32 numbers (n, length) of one array in each row of `rows` (n, bytes).

    Each row is a voiceprint. A marker of one byte precedes each number, and the first marker is at `start`.
    """
    if not len(rows):
        return np.zeros((0, length), ">f4")
    strides = (rows.shape[1], 5)
    return np.ndarray((len(rows), length), ">f4", np.ascontiguousarray(rows), start + 1, strides).copy()


def read_alike(
    voiceprints: Sequence[bytes], places: Sequence[int], layout: Layout, speech_length: float | None
) -> Batch:
    """Return the voiceprints at `places` that have the given layout and finite numbers.

    If the layout has no floating-point `speech_length`, all these voiceprints have the given one.
    """
    candidates = [place for place in places if len(voiceprints[place]) == len(layout.sample)]
    joined = b"".join([voiceprints[place] for place in candidates])
    rows = np.frombuffer(joined, np.uint8).reshape(len(candidates), -1)
    alike = (rows[:, layout.shared] == layout.sample[layout.shared]).all(axis=1)
    length = (layout.embedding.stop - layout.embedding.start) // 5
    embeddings = numbers_in(rows, layout.embedding.start, length).astype(np.float32)
    alike &= np.isfinite(embeddings).all(axis=1)
    stored: list[float | None] = [speech_length] * len(candidates)
    if layout.seconds.stop:
        kind = SECONDS[int(layout.sample[layout.seconds.start - 1])]
        seconds = np.ascontiguousarray(rows[:, layout.seconds]).view(kind)[:, 0].astype(np.float64)
        alike &= np.isfinite(seconds) & (seconds >= 0)
        stored = seconds.tolist()
    kept = np.flatnonzero(alike).tolist()
    return Batch([candidates[row] for row in kept], embeddings[alike], [stored[row] for row in kept], own=False)

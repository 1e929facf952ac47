"""Foreign voiceprints of one layout, as one appliance writes them: read at once, with the results of one by one.

Two voiceprints have the same layout if they differ only in the numbers of the embedding, in `crc` and in
`speech_length`, whose markers are equal. Such bytes change values, never the structure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice.ubjson import NUMBERS

AT_ONCE = 4_096
"""The voiceprints that are read at once, which bounds the memory."""
SECONDS = {ord("d"): ">f4", ord("D"): ">f8"}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """The bytes of a voiceprint that others of its layout share, and the places of the numbers that they do not."""

    sample: npt.NDArray[np.uint8]
    shared: npt.NDArray[np.bool_]
    embedding: slice
    """The bytes of the embedding's numbers, each after its marker."""
    seconds: slice
    """The bytes of `speech_length` if it has a floating-point number, else empty."""


@dataclass(frozen=True)
class Alike:
    """The voiceprints of one layout: their places in the list, and their numbers; seconds are None if not stored."""

    places: list[int]
    embeddings: Floats
    seconds: list[float | None] | None


def layout_of(voiceprint: bytes, starts: Mapping[str, int], length: int) -> Layout | None:
    """Return the layout of a voiceprint whose embedding is a plain array of `length` float32; None if it is not.

    `starts` has the index of the marker of each member's value.
    """
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


def read_alike(voiceprints: Sequence[bytes], places: Sequence[int], layout: Layout) -> list[Alike]:
    """Return the voiceprints at some places that have a layout and finite numbers, a few thousand at once."""
    candidates = [place for place in places if len(voiceprints[place]) == len(layout.sample)]
    return [
        _read([voiceprints[place] for place in some], some, layout)
        for some in (candidates[start : start + AT_ONCE] for start in range(0, len(candidates), AT_ONCE))
    ]


def _read(voiceprints: Sequence[bytes], places: Sequence[int], layout: Layout) -> Alike:
    rows = np.frombuffer(b"".join(voiceprints), np.uint8).reshape(len(voiceprints), -1)
    alike = (rows[:, layout.shared] == layout.sample[layout.shared]).all(axis=1)
    records = rows[:, layout.embedding].reshape(len(rows), -1, 5)
    embeddings = np.ascontiguousarray(records[:, :, 1:]).view(">f4")[:, :, 0].astype(np.float32)
    alike &= np.isfinite(embeddings).all(axis=1)
    seconds: list[float | None] | None = None
    if layout.seconds.stop:
        kind = SECONDS[int(layout.sample[layout.seconds.start - 1])]
        stored = np.ascontiguousarray(rows[:, layout.seconds]).view(kind)[:, 0].astype(np.float64)
        alike &= np.isfinite(stored) & (stored >= 0)
        seconds = stored[alike].tolist()
    return Alike(np.array(places)[alike].tolist(), embeddings[alike], seconds)

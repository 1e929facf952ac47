"""The voiceprint's bytes: UBJSON with the keys `crc`, `embedding`, `engine`, `model`, `speech_length`.

`crc`, `embedding` and `model` are the vendor's, with the markers of its one published sample: `l` for the crc, `d`
(float32, big-endian) for each number, plain containers. What the crc covers (the numbers' bytes, markers left out),
`engine` (what made the embedding) and `speech_length` (seconds, float64) are chosen. Decoding is tolerant where a
stranger may differ and strict where data is broken (C20, C21).
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from voxdouble_mock.voice import ubjson

ENGINE = "voxdouble 1"
"""What makes our embeddings: another version whenever the same audio gives other numbers."""
ENGINE_NAME = "voxdouble "
MODEL = "sid-xl5"  # S79
EMBEDDING_LENGTH = 100
MAX_EMBEDDING_LENGTH = 65_536
"""Of a stranger's voiceprint (chosen): more is refused, so that the work for one voiceprint is bounded."""
XL5 = b"VPT "

Floats = npt.NDArray[np.float32]


class NotAVoiceprint(ValueError):
    """Bytes that are no voiceprint (C20): `index` in the list given, `reason` a sentence."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(index, reason)
        self.index = index
        self.reason = reason

    def __str__(self) -> str:
        return f"Voiceprint {self.index}: {self.reason}"


@dataclass(frozen=True)
class Voiceprint:
    """One voiceprint, decoded."""

    embedding: Floats
    """One-dimensional, finite."""
    speech_length: float | None
    """Seconds; None where a stranger's voiceprint does not say."""
    own: bool
    """Made by this engine, so that its embedding's numbers are known; a stranger's are not."""


@dataclass(frozen=True)
class Batch:
    """Voiceprints of one origin and one embedding length, out of a list."""

    places: list[int]
    """Where in the list each stood."""
    embeddings: Floats
    """Shape (voiceprints, numbers)."""
    speech_lengths: list[float | None]
    """Seconds; None where a stranger's voiceprint does not say."""
    own: bool


def encode(embedding: Floats, speech_length: float, *, own: bool = True) -> bytes:
    """Make the voiceprint of one embedding with `speech_length` seconds of speech; if not `own`, a stranger's."""
    return encode_all(embedding[np.newaxis], [speech_length], own=own)[0]


def encode_all(embeddings: Floats, speech_lengths: Sequence[float], *, own: bool = True) -> list[bytes]:
    """Make one voiceprint for each row of `embeddings` (n, d)."""
    numbers = np.ascontiguousarray(embeddings, ">f4")
    count, length = numbers.shape
    records = np.full((count, length, 5), ord("d"), np.uint8)
    records[:, :, 1:] = numbers.view(np.uint8).reshape(count, length, 4)
    block, row = records.tobytes(), 5 * length
    seconds = np.asarray(speech_lengths, ">f8").tobytes()
    return [
        b"".join(
            (
                _crc(zlib.crc32(numbers[place])),
                block[place * row : (place + 1) * row],
                _after_embedding(own=own),
                seconds[8 * place : 8 * place + 8],
                b"}",
            )
        )
        for place in range(count)
    ]


def decode(voiceprint: bytes, index: int = 0) -> Voiceprint:
    """Read one voiceprint, ours or a real appliance's; `index` is its place in the caller's list, for the error.

    Raises NotAVoiceprint.
    """
    try:
        return _decode(voiceprint)
    except ubjson.Malformed as error:
        raise NotAVoiceprint(index, f"Its bytes are not one UBJSON object: {error}.") from error
    except _Unfit as error:
        raise NotAVoiceprint(index, str(error)) from error


def decode_all(voiceprints: Sequence[bytes]) -> list[Batch]:
    """Read many voiceprints; those written by `encode` some thirty times as fast as one by one, to the same result.

    Raises NotAVoiceprint for the first that is none.
    """
    batches = [_decode_ours(voiceprints, wide=wide) for wide in (False, True)]
    rest = set(range(len(voiceprints))).difference(*(batch.places for batch in batches))
    others: dict[tuple[bool, int], list[tuple[int, Voiceprint]]] = {}
    for index in sorted(rest):
        one = decode(voiceprints[index], index)
        others.setdefault((one.own, len(one.embedding)), []).append((index, one))
    for (own, _), found in others.items():
        embeddings = np.stack([one.embedding for _, one in found])
        batches.append(Batch([index for index, _ in found], embeddings, [one.speech_length for _, one in found], own))
    return [batch for batch in batches if batch.places]


def _decode_ours(voiceprints: Sequence[bytes], *, wide: bool) -> Batch:
    """Read those that are byte for byte as `encode` writes them, of one width of crc, and sound; leave all others."""
    crc = _crc(2**32 - 1 if wide else 0)
    start, end = len(crc), len(crc) + 5 * EMBEDDING_LENGTH
    tail = _after_embedding(own=True)
    after = end + len(tail)
    candidates = [place for place, data in enumerate(voiceprints) if len(data) == after + 9]
    rows = np.frombuffer(b"".join([voiceprints[place] for place in candidates]), np.uint8).reshape(-1, after + 9)
    records = rows[:, start:end].reshape(-1, EMBEDDING_LENGTH, 5)
    numbers = np.ascontiguousarray(records[:, :, 1:]).view(">f4")[:, :, 0]
    sound = (rows[:, end:after] == np.frombuffer(tail, np.uint8)).all(axis=1)
    sound &= (records[:, :, 0] == ord("d")).all(axis=1) & (rows[:, -1] == ord("}")) & np.isfinite(numbers).all(axis=1)
    seconds = np.ascontiguousarray(rows[:, after:-1]).view(">f8")[:, 0]
    sound &= np.isfinite(seconds) & (seconds >= 0)
    for row in np.flatnonzero(sound).tolist():
        sound[row] = voiceprints[candidates[row]][:start] == _crc(zlib.crc32(numbers[row]))
    places = np.array(candidates, np.int64)[sound].tolist()
    return Batch(places, numbers[sound].astype(np.float32), seconds[sound].tolist(), own=True)


def speech_lengths_of(voiceprints: Sequence[bytes]) -> list[float | None]:
    """Give the seconds of speech, at most 2 decimals (C32), that each voiceprint says it was made from.

    Raises NotAVoiceprint for the first that is none.
    """
    lengths: list[float | None] = [None] * len(voiceprints)
    for batch in decode_all(voiceprints):
        for place, length in zip(batch.places, batch.speech_lengths, strict=True):
            lengths[place] = None if length is None else round(length, 2)
    return lengths


class _Unfit(ValueError):
    """Sound UBJSON that is no voiceprint; the message is a sentence."""


def _decode(voiceprint: bytes) -> Voiceprint:
    if voiceprint.startswith(XL5):
        raise _Unfit("It is a binary XL5 voiceprint of Speech Engine 3; only UBJSON voiceprints are taken.")
    members = ubjson.read(voiceprint)
    if not isinstance(members, dict):
        raise _Unfit("Its UBJSON value is not an object.")
    model = members.get("model", MODEL)
    if model != MODEL:
        raise _Unfit(f"Its model is {model!r:.40}, not {MODEL!r}.")
    if "embedding" not in members:
        raise _Unfit("It has no embedding.")
    embedding = _embedding(members["embedding"])
    engine = members.get("engine")
    own = isinstance(engine, str) and engine.startswith(ENGINE_NAME)
    if own:
        _check_own(members, embedding)
    return Voiceprint(embedding, _speech_length(members.get("speech_length")), own)


def _embedding(value: ubjson.Value) -> Floats:
    if isinstance(value, list) and value and all(type(item) in (int, float) for item in value):
        with np.errstate(over="ignore"):  # what is too large for float32 is found below
            value = np.array(value, np.float64).astype(np.float32)
    if not isinstance(value, np.ndarray):
        raise _Unfit("Its embedding is not an array of numbers.")
    if len(value) > MAX_EMBEDDING_LENGTH:
        raise _Unfit(f"Its embedding has {len(value)} numbers; at most {MAX_EMBEDDING_LENGTH} are taken.")
    if not np.isfinite(value).all():
        raise _Unfit("Its embedding has a number that is not finite.")
    return value


def _check_own(members: dict[str, ubjson.Value], embedding: Floats) -> None:
    if members["engine"] != ENGINE:
        raise _Unfit(f"It was made by the engine {members['engine']!r:.40}; this one is {ENGINE!r}: extract it again.")
    crc = members.get("crc")
    if type(crc) is not int or crc & 0xFFFFFFFF != zlib.crc32(embedding.astype(">f4").tobytes()):
        raise _Unfit("Its crc does not match its embedding: the voiceprint is damaged.")
    if len(embedding) != EMBEDDING_LENGTH:
        raise _Unfit(f"Its embedding has {len(embedding)} numbers; this engine's have {EMBEDDING_LENGTH}.")
    if _speech_length(members.get("speech_length")) is None:
        raise _Unfit("Its speech_length is not a number of seconds.")


def _speech_length(value: ubjson.Value) -> float | None:
    if type(value) in (int, float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None


def _key(name: str) -> bytes:
    return b"i" + len(name).to_bytes(1) + name.encode("ascii")


def _crc(value: int) -> bytes:
    """Write all up to the embedding; the crc as the sample's writer does: `l`, and `L` where int32 ends."""
    number = b"l" + value.to_bytes(4) if value < 2**31 else b"L" + value.to_bytes(8)
    return b"{" + _key("crc") + number + _key("embedding") + b"["


@cache
def _after_embedding(*, own: bool) -> bytes:
    """Write all from the embedding's end up to the seconds of speech."""
    engine = _key("engine") + b"S" + _key(ENGINE) if own else b""
    return b"]" + engine + _key("model") + b"S" + _key(MODEL) + _key("speech_length") + b"D"

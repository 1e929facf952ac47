"""The binary format of a voiceprint: UBJSON with the keys `crc`, `embedding`, `engine`, `model`, `speech_length`.

`crc`, `embedding` and `model` are the vendor's keys, with the markers of the one published sample: `l` for the crc, `d`
(float32, big-endian) for each number, and plain containers. Our choices are the bytes that the crc covers (the numbers
without their markers), `engine` (the program that made the embedding) and `speech_length` (seconds, float64). Decoding
accepts the variants that a real appliance may write, and refuses damaged data (C20, C21).
"""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from voxdouble_mock.voice import ubjson
from voxdouble_mock.voice.layout import Batch, Floats, layout_of, numbers_in, read_alike

ENGINE = "voxdouble 2"
"""The name and version of our engine. The version changes whenever the same audio gives other numbers."""
ENGINE_NAME = "voxdouble "
MODEL = "sid-xl5"
"""The model of a voiceprint, in its bytes and in the result of an extraction (S79)."""
EMBEDDING_LENGTH = 100
MAX_EMBEDDING_LENGTH = 65_536
"""The most numbers of a foreign embedding (C21). It bounds the work for one voiceprint."""
AT_ONCE = 256
"""The most voiceprints of a batch: their numbers stay in the processor's cache, and take little memory."""
CRC = 7
"""The index of the first byte of the crc in our voiceprints."""
XL5 = b"VPT "
"""The first bytes of a binary voiceprint of Speech Engine 3."""


class InvalidVoiceprint(ValueError):
    """Raised for a malformed or unsupported voiceprint (C20): `index` is its index in the list, `reason` a sentence."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(index, reason)
        self.index = index
        self.reason = reason

    def __str__(self) -> str:
        return f"Voiceprint {self.index}: {self.reason}"


@dataclass(frozen=True)
class Voiceprint:
    """A decoded voiceprint."""

    embedding: Floats
    """A one-dimensional array of finite numbers."""
    speech_length: float | None
    """Seconds of speech; None if a foreign voiceprint has no speech length."""
    own: bool
    """True if this engine made the voiceprint; False for a foreign one, such as a real appliance's."""


def encode(embedding: Floats, speech_length: float, *, own: bool = True) -> bytes:
    """Return the voiceprint of an embedding with `speech_length` seconds of speech; without `own`, a foreign one."""
    return encode_all(embedding[np.newaxis], [speech_length], own=own)[0]


def encode_all(embeddings: Floats, speech_lengths: Sequence[float], *, own: bool = True) -> list[bytes]:
    """Return one voiceprint for each row of `embeddings` (n, d)."""
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
    """Return a decoded voiceprint, our own or foreign. Raises InvalidVoiceprint with the given `index`."""
    try:
        return _decode(voiceprint)
    except ubjson.Malformed as error:
        raise InvalidVoiceprint(index, f"Its bytes must be one UBJSON object: {error}.") from error
    except _Unsupported as error:
        raise InvalidVoiceprint(index, str(error)) from error


def decode_all(voiceprints: Sequence[bytes]) -> Iterator[Batch]:
    """Yield many decoded voiceprints in batches of at most AT_ONCE; each voiceprint is in one batch.

    Voiceprints written by `encode` are decoded together, and so are foreign ones of one layout. This is many times as
    fast as one by one, with the same result. Raises InvalidVoiceprint for the first malformed one.
    """
    for start in range(0, len(voiceprints), AT_ONCE):
        yield from _decode_some(voiceprints, range(start, min(start + AT_ONCE, len(voiceprints))))


def _decode_some(voiceprints: Sequence[bytes], places: Sequence[int]) -> list[Batch]:
    """Return the voiceprints at some places, each in one batch."""
    rest, batches = places, []
    ours = (partial(_decode_ours, wide=False), partial(_decode_ours, wide=True))
    for read in (*ours, _decode_alike, _decode_alike):  # a crc has one of two widths in foreign voiceprints too
        batch = read(voiceprints, rest)
        batches.append(batch)
        found = set(batch.places)
        rest = [place for place in rest if place not in found]
    others: dict[tuple[bool, int], list[tuple[int, Voiceprint]]] = {}
    for index in rest:
        one = decode(voiceprints[index], index)
        others.setdefault((one.own, len(one.embedding)), []).append((index, one))
    for (own, _), alone in others.items():
        embeddings = np.stack([one.embedding for _, one in alone])
        batches.append(Batch([index for index, _ in alone], embeddings, [one.speech_length for _, one in alone], own))
    return [batch for batch in batches if batch.places]


def _decode_ours(voiceprints: Sequence[bytes], places: Sequence[int], *, wide: bool) -> Batch:
    """Return the intact voiceprints in exactly the layout that `encode` writes, for one width of the crc."""
    crc = _crc(2**32 - 1 if wide else 0)
    start, end = len(crc), len(crc) + 5 * EMBEDDING_LENGTH
    tail = _after_embedding(own=True)
    after = end + len(tail)
    candidates = [place for place in places if len(voiceprints[place]) == after + 9]
    rows = np.frombuffer(b"".join([voiceprints[place] for place in candidates]), np.uint8).reshape(-1, after + 9)
    numbers = numbers_in(rows, start, EMBEDDING_LENGTH)
    sound = (rows[:, end:after] == np.frombuffer(tail, np.uint8)).all(axis=1)
    sound &= (rows[:, start:end:5] == ord("d")).all(axis=1) & (rows[:, -1] == ord("}"))
    seconds = np.ascontiguousarray(rows[:, after:-1]).view(">f8")[:, 0]
    sound &= np.isfinite(numbers).all(axis=1) & np.isfinite(seconds) & (seconds >= 0)
    heads = np.tile(np.frombuffer(crc, np.uint8), (len(rows), 1))
    checked = numbers.view(f"V{4 * EMBEDDING_LENGTH}")[:, 0].tolist()  # as bytes: zlib computes their crc faster
    crcs = np.array(list(map(zlib.crc32, checked)), ">u8").view(np.uint8).reshape(-1, 8)
    heads[:, CRC : CRC + (8 if wide else 4)] = crcs if wide else crcs[:, 4:]
    sound &= (rows[:, :start] == heads).all(axis=1)
    found = np.array(candidates, np.int64)[sound].tolist()
    return Batch(found, numbers[sound].astype(np.float32), seconds[sound].tolist(), own=True)


def _decode_alike(voiceprints: Sequence[bytes], places: Sequence[int]) -> Batch:
    """Return the foreign voiceprints at `places` with the layout of the first one; none if it has no layout."""
    none = Batch([], np.zeros((0, 0), np.float32), [], own=False)
    try:
        first = decode(voiceprints[places[0]])
    except (IndexError, InvalidVoiceprint):
        return none
    starts = ubjson.read_with_places(voiceprints[places[0]])[1]
    layout = None if first.own else layout_of(voiceprints[places[0]], starts, len(first.embedding))
    if layout is None:
        return none
    return read_alike(voiceprints, places, layout, first.speech_length)


def speech_lengths_of(voiceprints: Sequence[bytes]) -> list[float | None]:
    """Return the seconds of speech that each voiceprint was made from, with at most 2 decimals (C32).

    The value is None for a foreign voiceprint without a speech length. Raises InvalidVoiceprint for the first malformed
    voiceprint.
    """
    lengths: list[float | None] = [None] * len(voiceprints)
    for batch in decode_all(voiceprints):
        for place, length in zip(batch.places, batch.speech_lengths, strict=True):
            lengths[place] = None if length is None else round(length, 2)
    return lengths


class _Unsupported(ValueError):
    """Raised for well-formed UBJSON that is not a supported voiceprint; the message is a sentence."""


def _decode(voiceprint: bytes) -> Voiceprint:
    if voiceprint.startswith(XL5):
        raise _Unsupported("It must be a UBJSON voiceprint, and it is a binary XL5 voiceprint of Speech Engine 3.")
    members = ubjson.read(voiceprint)
    if not isinstance(members, dict):
        raise _Unsupported(f"Its UBJSON value must be an object, and it is of type {type(members).__name__}.")
    model = members.get("model", MODEL)
    if model != MODEL:
        raise _Unsupported(f"Its model must be {MODEL!r}, and it is {model!r:.40}.")
    if "embedding" not in members:
        raise _Unsupported("It must have an embedding, and has none.")
    embedding = _embedding(members["embedding"])
    engine = members.get("engine")
    own = isinstance(engine, str) and engine.startswith(ENGINE_NAME)
    if own:
        _check_own(members, embedding)
    return Voiceprint(embedding, _speech_length(members.get("speech_length")), own)


def _embedding(value: ubjson.Value) -> Floats:
    if isinstance(value, list) and value and all(type(item) in (int, float) for item in value):
        with np.errstate(over="ignore"):  # a number outside the float32 range becomes infinite and is refused below
            value = np.array(value, np.float64).astype(np.float32)
    if not isinstance(value, np.ndarray):
        raise _Unsupported("Its embedding must be an array of at least one number, and is not.")
    if len(value) > MAX_EMBEDDING_LENGTH:
        raise _Unsupported(f"Its embedding must have at most {MAX_EMBEDDING_LENGTH} numbers, and has {len(value)}.")
    if not np.isfinite(value).all():
        raise _Unsupported("Its embedding must have finite float32 numbers, and one is not.")
    return value


def _check_own(members: dict[str, ubjson.Value], embedding: Floats) -> None:
    if members["engine"] != ENGINE:
        made_by = f"{members['engine']!r:.40}"
        raise _Unsupported(f"Its engine must be {ENGINE!r}, and it was made by {made_by}: extract it again.")
    crc = members.get("crc")
    if type(crc) is not int or crc & 0xFFFFFFFF != zlib.crc32(embedding.astype(">f4").tobytes()):
        raise _Unsupported("Its crc must match its embedding, and does not: the voiceprint is damaged.")
    if len(embedding) != EMBEDDING_LENGTH:
        raise _Unsupported(f"Its embedding must have {EMBEDDING_LENGTH} numbers, and has {len(embedding)}.")
    if _speech_length(members.get("speech_length")) is None:
        raise _Unsupported("Its `speech_length` must be a number of seconds, 0 or more.")


def _speech_length(value: ubjson.Value) -> float | None:
    if type(value) in (int, float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None


def _key(name: str) -> bytes:
    return b"i" + len(name).to_bytes(1) + name.encode("ascii")


def _crc(value: int) -> bytes:
    """Return the bytes before the embedding; the crc has the marker `l` (int32), or `L` (int64) from 2**31 on."""
    number = b"l" + value.to_bytes(4) if value < 2**31 else b"L" + value.to_bytes(8)
    return b"{" + _key("crc") + number + _key("embedding") + b"["


@cache
def _after_embedding(*, own: bool) -> bytes:
    """Return the bytes between the embedding and the seconds of speech."""
    engine = _key("engine") + b"S" + _key(ENGINE) if own else b""
    return b"]" + engine + _key("model") + b"S" + _key(MODEL) + _key("speech_length") + b"D"

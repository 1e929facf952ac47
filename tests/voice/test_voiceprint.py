"""The binary format of voiceprints."""

import base64
import pickle
import struct
import zlib
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tests.examples_count import examples
from voxdouble_mock.voice.voiceprint import (
    AT_ONCE,
    EMBEDDING_LENGTH,
    ENGINE,
    InvalidVoiceprint,
    Voiceprint,
    decode,
    decode_all,
    encode,
    encode_all,
)

SAMPLE = "e2kDY3JjbDAWiyhpCWVtYmVkZGluZ1tkO/QWvmS8JkuGZDyv+F5kvJQz"
"""The start of the one published voiceprint [G-VV]."""

embeddings = npst.arrays(np.float32, EMBEDDING_LENGTH, elements=st.floats(-1, 1, width=32))


def with_members(**members: bytes) -> bytes:
    """Return a UBJSON object with the given encoded values."""
    return b"{" + b"".join(b"i" + bytes([len(key)]) + key.encode() + value for key, value in members.items()) + b"}"


def floats(*numbers: float) -> bytes:
    """Return a plain UBJSON array of float32 numbers."""
    return b"[" + b"".join(b"d" + struct.pack(">f", number) for number in numbers) + b"]"


def test_the_published_sample_is_read() -> None:
    """The numbers of the published sample are read, after its end has been added."""
    beginning = base64.b64decode(SAMPLE)
    whole = beginning[:38] + b"]}"
    voiceprint = decode(whole)
    assert voiceprint.embedding.tolist() == pytest.approx([0.0074490, -0.0101498, 0.0214807], abs=1e-7)
    assert not voiceprint.own


def test_our_voiceprints_have_the_markers_of_the_published_sample() -> None:
    """A voiceprint is a plain object, with `crc` as int32 and `embedding` as plain float32 numbers."""
    embedding = np.linspace(-1, 1, EMBEDDING_LENGTH, dtype=np.float32)
    ours = next(data for number in range(99) if (data := encode(embedding * number, 1.0))[6:7] == b"l")
    sample = base64.b64decode(SAMPLE)
    assert ours[:6] == sample[:6]
    assert ours[11:24] == sample[11:24]


@given(embeddings, st.floats(0, 7200))
def test_decoding_returns_what_was_encoded(embedding: np.ndarray, speech_length: float) -> None:
    """Embedding, speech length and origin survive encoding and decoding, bit for bit."""
    found = decode(encode(embedding, speech_length))
    assert found.embedding.tobytes() == embedding.tobytes()
    assert (found.speech_length, found.own) == (speech_length, True)


@settings(max_examples=examples(50))
@given(st.lists(embeddings, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_list_is_decoded_like_its_elements(some: list[np.ndarray], random: Random) -> None:
    """Our own and foreign voiceprints in one list are decoded at their indexes, with the same numbers as alone."""
    foreign = with_members(embedding=floats(0.5, 0.25))
    voiceprints = [*encode_all(np.stack(some), [1.5] * len(some)), foreign]
    random.shuffle(voiceprints)
    found: dict[int, Voiceprint] = {}
    for batch in decode_all(voiceprints):
        for place, embedding in zip(batch.places, batch.embeddings, strict=True):
            found[place] = Voiceprint(embedding, None, batch.own)
    for place, data in enumerate(voiceprints):
        alone = decode(data)
        assert found[place].embedding.tobytes() == alone.embedding.tobytes()
        assert found[place].own == alone.own
    assert len(found) == len(voiceprints)


@pytest.mark.parametrize(
    "data",
    [
        with_members(embedding=floats(0.5), crc=b"l\x00\x00\x00\x01"),
        with_members(crc=b"L" + b"\x00" * 7 + b"\x01", embedding=floats(0.5)),
        with_members(crc=b"Z", embedding=floats(0.5), more=b"[{}]", model=b"Si\x07sid-xl5"),
        with_members(embedding=b"[D" + struct.pack(">d", 0.5) + b"]"),
        with_members(embedding=b"[$d#i\x01" + struct.pack(">f", 0.5)),
        with_members(embedding=b"[i\x01i\x02]"),
        with_members(embedding=floats(*[0.0] * 5000)),
    ],
)
def test_foreign_voiceprints_may_differ_from_ours(data: bytes) -> None:
    """Any key order, integer markers, unknown keys, another type of crc and any length are accepted (C21)."""
    assert not decode(data).own


OWN = {"engine": b"Si" + bytes([len(ENGINE)]) + ENGINE.encode(), "speech_length": b"i\x01"}
NUMBERS = floats(*[0.5] * EMBEDDING_LENGTH)
CRC = zlib.crc32(struct.pack(">f", 0.5) * EMBEDDING_LENGTH)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "must be one UBJSON object"),
        (b"VPT \x01\x02", "XL5 voiceprint of Speech Engine 3"),
        (b"T", "must be an object, and it is of type bool"),
        (b"{}", "must have an embedding"),
        (with_members(embedding=floats(0.5)) + b"\x00", "1 more bytes follow"),
        (with_members(embedding=floats(0.5))[:-4], "ends inside"),
        (with_members(embedding=b"[]"), "array of at least one number"),
        (with_members(embedding=b"Si\x01a"), "array of at least one number"),
        (with_members(embedding=b"[T]"), "array of at least one number"),
        (with_members(embedding=floats(float("nan"))), "must have finite float32 numbers"),
        (with_members(embedding=b"[D" + struct.pack(">d", 1e300) + b"]"), "must have finite float32 numbers"),
        (with_members(embedding=floats(*[0.5] * 65_537)), "at most 65536 numbers, and has 65537"),
        (with_members(embedding=floats(0.5), model=b"Si\x07generic"), "model must be 'sid-xl5', and it is 'generic'"),
        (with_members(embedding=NUMBERS, crc=b"l\x00\x00\x00\x01", **OWN), "crc must match"),
        (with_members(embedding=NUMBERS, **OWN), "crc must match"),
        (
            with_members(embedding=floats(0.5), crc=b"L" + zlib.crc32(struct.pack(">f", 0.5)).to_bytes(8), **OWN),
            "must have 100 numbers, and has 1",
        ),
        (with_members(embedding=NUMBERS, engine=b"Si\x0bvoxdouble 0"), "made by 'voxdouble 0'"),
        (
            with_members(embedding=NUMBERS, crc=b"L" + CRC.to_bytes(8), engine=OWN["engine"], speech_length=b"i\xff"),
            "`speech_length` must be a number of seconds",
        ),
    ],
)
def test_invalid_voiceprints_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    """Alone and in a list, the error says what must hold; in a list it has the index of the first (C20)."""
    good = encode(np.ones(EMBEDDING_LENGTH, np.float32), 1.0)
    with pytest.raises(InvalidVoiceprint, match=reason):
        decode(data)
    with pytest.raises(InvalidVoiceprint, match=reason) as caught:
        list(decode_all([good, data, b"worse"]))
    assert caught.value.index == 1


def test_a_list_of_several_batches_is_decoded_in_order() -> None:
    """Each voiceprint of a long list is in one batch, and an error has the index in the whole list (C20)."""
    some = encode_all(np.arange(3 * EMBEDDING_LENGTH, dtype=np.float32).reshape(3, -1), [1.0, 2.0, 3.0])
    voiceprints = [*some, with_members(embedding=floats(0.5))] * (AT_ONCE // 2)
    batches = list(decode_all(voiceprints))
    assert sorted(place for batch in batches for place in batch.places) == list(range(len(voiceprints)))
    for batch in batches:
        assert batch.embeddings[:, 0].tolist() == [[0.0, 100.0, 200.0, 0.5][place % 4] for place in batch.places]
        assert batch.speech_lengths == [[1.0, 2.0, 3.0, None][place % 4] for place in batch.places]
    voiceprints[-3] = voiceprints[-1] = b""
    with pytest.raises(InvalidVoiceprint) as caught:
        list(decode_all(voiceprints))
    assert caught.value.index == len(voiceprints) - 3


@pytest.mark.parametrize("crc", [CRC, CRC - 2**32 if CRC >= 2**31 else CRC])
def test_a_negative_crc_stands_for_the_same_32_bits(crc: int) -> None:
    """A crc from 2**31 up may be written as a negative number of the same 32 bits."""
    data = with_members(embedding=NUMBERS, crc=b"L" + crc.to_bytes(8, signed=True), **OWN)
    assert decode(data).own


@given(embeddings, st.integers(0, 10_000), st.integers(1, 255))
def test_damage_to_the_embedding_is_detected(embedding: np.ndarray, place: int, change: int) -> None:
    """A voiceprint with a changed byte is refused, is foreign, or still has the same embedding."""
    data = bytearray(encode(embedding, 1.0))
    data[place % len(data)] ^= change
    try:
        found = decode(bytes(data))
    except InvalidVoiceprint:
        return
    assert not found.own or found.embedding.tobytes() == embedding.tobytes()


def test_invalid_voiceprint_can_be_pickled() -> None:
    """Index and reason survive pickling."""
    error = pickle.loads(pickle.dumps(InvalidVoiceprint(3, "It has no embedding.")))
    assert (error.index, error.reason, str(error)) == (3, "It has no embedding.", "Voiceprint 3: It has no embedding.")

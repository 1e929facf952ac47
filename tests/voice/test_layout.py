"""Foreign voiceprints of one layout, which are read at once: the result is that of one by one."""

import struct
from collections.abc import Callable

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from voxdouble_mock.voice.voiceprint import InvalidVoiceprint, decode, decode_all, encode_all

COUNT, LENGTH = 6, 4
NUMBERS = np.random.default_rng(1).standard_normal((COUNT, LENGTH)).astype(np.float32)
FULL = encode_all(NUMBERS, [float(place) for place in range(COUNT)], own=False)
SHORT = [b"{i\x09embedding[" + b"".join(b"d" + struct.pack(">f", one) for one in row) + b"]}" for row in NUMBERS]
WHOLE_SECONDS = [data[:-1] + b"i\x0dspeech_lengthU\x07}" for data in SHORT]
ONE_TYPE = [
    b"{$[#i\x01i\x09embedding" + data[13:-1] for data in SHORT
]  # the object declares that its one member is an array
LISTS = {
    "full": FULL,
    "short": SHORT,
    "whole seconds": WHOLE_SECONDS,
    "one type": ONE_TYPE,
    "mixed": [*FULL, *SHORT, *WHOLE_SECONDS],
}

Decoded = dict[int, tuple[bytes, float | None, bool]]


def one_by_one(voiceprints: list[bytes]) -> Decoded:
    """Return embedding, seconds and origin of each voiceprint, decoded alone."""
    alone = [decode(data, place) for place, data in enumerate(voiceprints)]
    return {place: (one.embedding.tobytes(), one.speech_length, one.own) for place, one in enumerate(alone)}


def together(voiceprints: list[bytes]) -> Decoded:
    """Return embedding, seconds and origin of each voiceprint, decoded as a list."""
    found: Decoded = {}
    for batch in decode_all(voiceprints):
        for place, embedding, seconds in zip(batch.places, batch.embeddings, batch.speech_lengths, strict=True):
            found[place] = embedding.tobytes(), seconds, batch.own
    return found


def outcome(read: Callable[[list[bytes]], Decoded], voiceprints: list[bytes]) -> Decoded | str:
    """Return what `read` returns, or the message of its refusal."""
    try:
        return read(voiceprints)
    except InvalidVoiceprint as error:
        return str(error)


@given(
    st.sampled_from(sorted(LISTS)),
    st.lists(st.tuples(st.integers(0, 17), st.integers(0, 100), st.integers(0, 255)), max_size=3),
)
@example("full", [(2, 30, 0x7F), (2, 31, 0xFF)])
@example("full", [(0, 0, 0)])
@example("one type", [])
def test_a_list_has_the_results_of_its_elements(name: str, changes: list[tuple[int, int, int]]) -> None:
    """A list in which any bytes were changed has the numbers, or the first error, of its elements one by one (C20)."""
    changed = [bytearray(data) for data in LISTS[name]]
    for place, index, byte in changes:
        data = changed[place % len(changed)]
        data[index % len(data)] = byte
    voiceprints = [bytes(data) for data in changed]
    assert outcome(together, voiceprints) == outcome(one_by_one, voiceprints)

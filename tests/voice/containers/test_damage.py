"""Damaged, joined and padded recordings: complete, or rejected with a reason."""

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples_count import examples
from tests.voice.containers.files import (
    FORMATS,
    MAX_LOSS,
    OPEN_ENDED,
    flac_frames,
    mp3_frames,
    ogg_pages,
    seconds,
)
from voxdouble_mock.voice.audio import UnusableAudio

UNCONFIRMED = {"WAV": range(22, 28)}
"""Bytes that nothing else in a file confirms: a WAV's channel count and sample rate."""
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)


@cache
def made(name: str) -> bytes:
    """Return the recording of that name."""
    return {**FORMATS, **OPEN_ENDED}[name]()


@cache
def length(name: str) -> float:
    """Return the decoded length of the undamaged recording in seconds."""
    return seconds(made(name))


@cache
def headers(name: str) -> list[int]:
    """Return the offsets at which headers of frames, pages or chunks start."""
    data = made(name)
    if name.startswith("MP3"):
        return mp3_frames(data)
    if name.startswith("FLAC"):
        return [0, 4, 8, *flac_frames(data)]
    if name.startswith("Ogg"):
        pages = ogg_pages(data)
        return [sum(len(page) for page in pages[:number]) for number in range(len(pages))]
    return [0, 12, data.index(b"data")]


def is_complete(data: bytes, expected: float) -> bool:
    """Return True if the recording is decoded to its full length, or rejected with a sentence."""
    try:
        return seconds(data) > expected - MAX_LOSS
    except UnusableAudio as error:
        return error.message.endswith(".")


@dataclass(frozen=True)
class Change:
    """Bytes that are replaced."""

    offset: int
    data: bytes

    def apply(self, data: bytes) -> bytes:
        """Return the changed bytes."""
        return data[: self.offset] + self.data + data[self.offset + len(self.data) :]


@st.composite
def changes(draw: st.DrawFn, name: str) -> Change:
    """Return a change of one to four bytes anywhere or in a header, or of a longer range before the last tenth."""
    size = len(made(name))
    unconfirmed = UNCONFIRMED.get(name[:3], range(0))
    if draw(st.booleans()):
        offset = draw(st.sampled_from(headers(name))) + draw(st.integers(0, 30))
    else:
        offset = draw(st.integers(0, size - 1))
    if draw(st.integers(0, 4)):
        data = draw(st.binary(min_size=1, max_size=4))
    else:
        offset = min(offset, size * 8 // 10)
        count = draw(st.integers(5, max(5, size // 10)))
        data = bytes(count) if draw(st.booleans()) else draw(st.randoms(use_true_random=False)).randbytes(count)
    data = data[: max(0, size - offset)]
    if name.startswith("MP3"):
        offset = max(1, offset)  # zeros from the start on are padding
    if set(range(offset, offset + len(data))) & set(unconfirmed):
        offset = unconfirmed.stop
    return Change(offset, data)


@pytest.mark.parametrize("name", [*FORMATS, *OPEN_ENDED])
def test_a_damaged_recording_is_complete_or_rejected(name: str) -> None:
    """Changed bytes in audio, headers and length fields never shorten a recording that ends done."""

    @settings(suppress_health_check=QUIET, deadline=None, max_examples=examples(60))
    @given(st.lists(changes(name), min_size=1, max_size=4))
    def check(several: list[Change]) -> None:
        data = made(name)
        for change in several:
            data = change.apply(data)
        assert is_complete(data, length(name))

    check()


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_with_lost_or_repeated_bytes_is_complete_or_rejected(name: str) -> None:
    """Removed, inserted and repeated bytes never shorten a file that declares its length without an error."""
    size = len(made(name))

    @settings(suppress_health_check=QUIET, deadline=None, max_examples=examples(40))
    @given(
        offset=st.integers(44, size - 1),
        count=st.integers(17, size // 3),
        how=st.sampled_from(["remove", "repeat", "zeros", "truncate"]),
    )
    def check(offset: int, count: int, how: str) -> None:
        data = made(name)
        middle = {"remove": b"", "repeat": 2 * data[offset : offset + count], "zeros": bytes(count), "truncate": b""}[
            how
        ]
        rest = b"" if how == "truncate" else data[offset + (0 if how == "zeros" else count) :]
        assert is_complete(data[:offset] + middle + rest, length(name))

    check()


@settings(suppress_health_check=QUIET, deadline=None, max_examples=examples(100))
@given(
    first=st.sampled_from([*FORMATS, *OPEN_ENDED]),
    second=st.sampled_from([*FORMATS, *OPEN_ENDED]),
    between=st.sampled_from(
        [b"", b"\0", bytes(5_000), b"TAG" + bytes(125), b"ID3\4\0\0\0\0\0\x0a" + bytes(10), b"junk" * 500]
    ),
)
def test_joined_recordings_are_complete_or_rejected(first: str, second: str, between: bytes) -> None:
    """Two recordings in one file give the length of both, or an error that names the place of the second."""
    assert is_complete(made(first) + between + made(second), length(first) + length(second))


@settings(suppress_health_check=QUIET, deadline=None, max_examples=examples(100))
@given(
    name=st.sampled_from([*FORMATS, *OPEN_ENDED]),
    before=st.sampled_from([b"", b"\0", bytes(3_000), b"ID3\4\0\0\0\0\0\x0a" + bytes(10), b"\xff", b"half a frame"]),
    after=st.one_of(st.binary(max_size=300), st.sampled_from([bytes(100_000), b"TAG" + bytes(125), b"junk" * 1_000])),
)
def test_padded_recordings_are_complete_or_rejected(name: str, before: bytes, after: bytes) -> None:
    """Bytes before and after a recording never shorten it without an error."""
    assert is_complete(before + made(name) + after, length(name))

"""WAV files: sizes, chunks and encodings."""

import struct

import numpy as np
import pytest

from tests.voice.containers.files import (
    PCM,
    SECONDS,
    decoded,
    encoded,
    mp3,
    pcm_format,
    riff,
    seconds,
    wav_with_declared_size,
)
from voxdouble_mock.voice.audio import UnusableAudio

SAMPLES = np.frombuffer(PCM, "<i2")
FORMAT = (b"fmt ", pcm_format())
DATA = (b"data", PCM)
LIST = (b"LIST", b"INFOISFT\x04\0\0\0sox\0")


@pytest.mark.parametrize(
    "size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x7FFF0000, 0x7FFFEFDB, 2_000_000_000, len(PCM) + 2, len(PCM) + 16]
)
def test_a_placeholder_or_a_slightly_too_large_size_is_read_to_the_end(size: int) -> None:
    """Converters write these sizes into a pipe; up to 16 bytes too many are ignored (C12)."""
    assert np.array_equal(decoded(wav_with_declared_size(size))[0], SAMPLES)


@pytest.mark.parametrize("size", [len(PCM) + 17, 2 * len(PCM), 0x7FFEFFFF, 0x80000000, 1_999_999_999, 0xFFFFFFFE])
def test_any_other_size_beyond_the_end_is_rejected(size: int) -> None:
    """A truncated file is not treated as complete (C12)."""
    with pytest.raises(
        UnusableAudio, match=rf"^Decoding stopped after 1\.75 s, at byte 56044: .* declares {size} bytes"
    ):
        seconds(wav_with_declared_size(size))


@pytest.mark.parametrize("size", [len(PCM) // 4, len(PCM) - 40])
def test_a_size_that_hides_audio_is_rejected(size: int) -> None:
    """Bytes after the declared audio must be chunks, tags or padding."""
    with pytest.raises(UnusableAudio, match="the bytes after them are not a chunk"):
        seconds(wav_with_declared_size(size))


def test_zero_bytes_within_the_declared_file_are_not_padding() -> None:
    """If a size in the header hides silence, it is an error, since the RIFF size includes the silence."""
    data = riff(FORMAT, (b"data", PCM + bytes(32_000)))
    at = data.index(b"data") + 4
    with pytest.raises(UnusableAudio, match="not a chunk"):
        seconds(data[:at] + struct.pack("<I", len(PCM)) + data[at + 4 :])


@pytest.mark.parametrize(
    "after",
    [
        bytes(1),
        bytes(100_000),
        b"\xff" * 500,
        b"TAG" + bytes(125),
        b"ID3\4\0\0\0\0\0\x0aabcdefghij",
        b"LIST\xff\0\0\0INFO",
    ],
    ids=["a zero", "zeros", "one value", "ID3v1", "ID3v2", "truncated LIST"],
)
def test_padding_tags_and_truncated_metadata_after_the_audio_are_ignored(after: bytes) -> None:
    """Bytes after the audio that hold no audio are ignored."""
    assert np.array_equal(decoded(riff(FORMAT, DATA) + after)[0], SAMPLES)


@pytest.mark.parametrize("before", [b"\0", bytes(5_000), b"ID3\4\0\0\0\0\0\x0aabcdefghij"])
def test_padding_and_tags_before_the_header_are_ignored(before: bytes) -> None:
    """Padding and tags before the header are ignored."""
    assert np.array_equal(decoded(before + riff(FORMAT, DATA))[0], SAMPLES)


@pytest.mark.parametrize(
    "chunks", [[LIST, FORMAT, DATA], [FORMAT, LIST, DATA], [FORMAT, DATA, LIST], [FORMAT, (b"odd ", b"abc"), DATA]]
)
def test_chunks_may_be_anywhere(chunks: list[tuple[bytes, bytes]]) -> None:
    """Chunks before and after the audio are not audio."""
    assert np.array_equal(decoded(riff(*chunks))[0], SAMPLES)


def test_a_missing_padding_byte_after_an_odd_chunk_is_accepted() -> None:
    """Some writers omit the byte that makes a chunk even."""
    data = riff(FORMAT, (b"odd ", b"abc"), DATA)
    at = data.index(b"abc") + 3
    assert np.array_equal(decoded(data[:at] + data[at + 1 :])[0], SAMPLES)


@pytest.mark.parametrize("rest", [[], [LIST], [LIST, (b"id3 ", b"x" * 21)]], ids=len)
def test_an_empty_chunk_of_audio_before_well_formed_chunks_is_rejected(rest: list[tuple[bytes, bytes]]) -> None:
    """The file declares no audio, and holds none (C11)."""
    with pytest.raises(UnusableAudio, match="has no audio frames"):
        seconds(riff(FORMAT, (b"data", b""), *rest))


def test_an_empty_chunk_of_audio_before_other_bytes_is_read_to_the_end() -> None:
    """A size of 0 is a placeholder where chunks do not fill the rest (C12)."""
    for before in ([FORMAT], [FORMAT, LIST, (b"odd ", b"abc")]):
        assert np.array_equal(decoded(riff(*before, (b"data", b"")) + PCM)[0], SAMPLES)


def test_samples_of_less_than_8_bits_are_read_from_bytes() -> None:
    """A WAV header may declare from 1 to 8 bits for samples of one byte."""
    content = pcm_format(bits=8)[:14]
    expected, *others = (decoded(riff((b"fmt ", content + bytes([bits, 0])), DATA)) for bits in (8, 1, 7))
    assert expected.shape[1] == len(PCM)
    assert all(np.array_equal(other, expected) for other in others)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (riff(FORMAT, DATA) + riff(FORMAT, DATA), r"after 1\.75 s, at byte 56044: a second recording \(WAV \(RIFF\)\)"),
        (wav_with_declared_size(0xFFFFFFFF) + riff(FORMAT, DATA), r"at byte 56044: a second recording \(WAV"),
        (riff(FORMAT, DATA, LIST, DATA), r"after 1\.75 s, at byte 56068: the WAV file has two chunks `data`"),
        (riff(FORMAT, (b"data", b""), DATA), r"after 0\.00 s, at byte 44: the WAV file has two chunks `data`"),
        (riff(DATA), "must have a chunk `fmt ` before its audio data"),
        (riff(FORMAT), "ends after 36 bytes, before any audio data"),
        (riff((b"fmt ", b"abc"), DATA), "`fmt ` must have at least 16 bytes, and it has 3"),
        (riff((b"fmt ", pcm_format(bits=64)), DATA), r"^The file is WAV PCM with 64 bits\. Supported in WAV: PCM of 1"),
        (riff((b"fmt ", pcm_format(tag=0x45)), DATA), "The file is WAV G.726 ADPCM. Supported in WAV: PCM of"),
        (riff((b"fmt ", pcm_format(tag=0x64)), DATA), "The file is WAV G.726 ADPCM"),
        (riff((b"fmt ", pcm_format(tag=0x161)), DATA), "The file is WAV WMA 2"),
        (riff((b"fmt ", pcm_format(tag=0x1234)), DATA), "The file is WAV of format tag 0x1234"),
        (riff((b"fmt ", pcm_format(tag=0x55)), DATA), "declares MP3, and the file holds no MP3 frame"),
        (riff((b"fmt ", pcm_format()[:14] + b"\x18\0"), DATA), "contradicts itself: 24 bits in 1 channels are 3 bytes"),
        (riff((b"fmt ", pcm_format(tag=0x11) + b"\2\0\1\0"), DATA), "more than 4 bytes, and the WAV declares 2"),
    ],
)  # fmt: skip
def test_unsupported_wav_files_are_rejected_by_name(data: bytes, reason: str) -> None:
    """The error names the encoding or the structure that was found."""
    with pytest.raises(UnusableAudio, match=reason):
        seconds(data)


def test_a_contradictory_adpcm_header_is_rejected() -> None:
    """The declared samples of a packet must agree with its size, since both give the length."""
    data = encoded("WAV", "IMA_ADPCM")
    at = data.index(b"fmt ") + 8 + 18
    with pytest.raises(UnusableAudio, match="contradicts itself: packets of 512 bytes have 1017 samples"):
        seconds(data[:at] + b"\x80\0" + data[at + 2 :])


@pytest.mark.parametrize("size", [None, 0xFFFFFFFF])
def test_mp3_in_wav_is_decoded_completely(size: int | None) -> None:
    """The chunk of audio is read as an MP3 file."""
    data = riff((b"fmt ", pcm_format(tag=0x55, bits=0)), (b"data", mp3()), LIST)
    if size is not None:
        at = data.index(b"data") + 4
        data = data[:at] + struct.pack("<I", size) + data[at + 4 : -len(LIST[1]) - 8]
    assert seconds(data) == pytest.approx(SECONDS, abs=0.001)

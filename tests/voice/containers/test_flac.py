"""FLAC files: the declared number of samples, joined files, damaged frames."""

import numpy as np
import pytest

from tests.voice.containers.files import SECONDS, decoded, encoded, flac_frames, seconds, without_count
from tests.voice.sounds import as_file
from voxdouble_mock.voice.audio import UnusableAudio

FLAC = encoded("FLAC", "PCM_16")
WHOLE = decoded(FLAC)


def declaring(samples: int) -> bytes:
    """Return the file with another declared number of samples."""
    return FLAC[:22] + samples.to_bytes(4) + FLAC[26:]


@pytest.mark.parametrize("share", [0, 0.25, 0.5])
def test_a_file_that_declares_too_few_samples_is_decoded_completely(share: float) -> None:
    """The frames decide the number of samples, not the header of the file."""
    assert np.array_equal(decoded(declaring(round(share * WHOLE.shape[1]))), WHOLE)


@pytest.mark.parametrize("data", [FLAC, without_count(FLAC)])
@pytest.mark.parametrize(
    "tag", [b"TAG" + b"x" * 125, b"x" * 10 + (b"APETAGEX\xd0\7\0\0\x2a\0\0\0\1\0\0\0" + bytes(12))]
)
def test_tags_after_the_frames_are_ignored(data: bytes, tag: bytes) -> None:
    """Tags after the last frame are not treated as damaged frames."""
    assert np.array_equal(decoded(data + tag), WHOLE)


def test_tags_and_padding_before_the_header_are_ignored() -> None:
    """An ID3v2 tag, as some players write it, and zero bytes before the file are ignored."""
    assert np.array_equal(decoded(b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + FLAC), WHOLE)
    assert np.array_equal(decoded(bytes(1_000) + FLAC), WHOLE)


def test_padding_after_a_declared_length_is_ignored() -> None:
    """If the header declares the samples that were found, other bytes after the last frame are ignored."""
    assert np.array_equal(decoded(FLAC + bytes(10_000)), WHOLE)


def test_joined_files_are_decoded_completely() -> None:
    """Each of the joined files gives all its samples."""
    assert np.array_equal(decoded(FLAC + without_count(FLAC)), np.concatenate([WHOLE, WHOLE], axis=1))


def test_joined_files_of_different_rates_are_rejected() -> None:
    """The error names the time and the offset of the change."""
    other = encoded("FLAC", "PCM_16", rate=48_000)
    message = rf"after 1\.75 s, at byte {len(FLAC) + 86}: the audio changes from 16000 Hz and 1 channels to 48000 Hz"
    with pytest.raises(UnusableAudio, match=message):
        seconds(FLAC + other)


def test_the_error_for_a_missing_frame_names_its_time() -> None:
    """The error has the time of the missing frame, and the offset of the frame after it."""
    frames = flac_frames(FLAC)
    data = FLAC[: frames[3]] + FLAC[frames[4] :]
    message = rf"after 0\.77 s, at byte {frames[3]}: FLAC frame 4 follows there instead of frame 3"
    with pytest.raises(UnusableAudio, match=message):
        seconds(data)


def test_the_error_for_damaged_audio_names_the_time_where_decoding_stopped() -> None:
    """Time and offset are those of the damaged frame, not of the start of a block."""
    at = flac_frames(FLAC)[4] + 2_000
    data = FLAC[:at] + bytes(4) + FLAC[at + 4 :]
    with pytest.raises(UnusableAudio, match=r"^Decoding stopped after (0\.9\d|1\.0\d) s, at byte \d+: the FLAC is"):
        seconds(data)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("data", [FLAC, without_count(FLAC)])
def test_a_truncated_file_is_rejected(data: bytes, keep: float) -> None:
    """A file that ends within a frame is rejected as truncated."""
    with pytest.raises(UnusableAudio, match="truncated"):
        seconds(data[: int(keep * len(data))])


@pytest.mark.parametrize("declared", [0, 1, 800])
def test_a_file_without_frames_is_rejected(declared: int) -> None:
    """Also if its header declares less than MAX_LOSS. If the file is joined to another, the error names its offset."""
    header = declaring(declared)[: flac_frames(FLAC)[0]]
    with pytest.raises(UnusableAudio, match=r"^The file has no audio frames: its length is 0 s\.$"):
        seconds(header)
    message = rf"after 1\.75 s, at byte {len(FLAC)}: a FLAC file without audio frames is joined to the first"
    with pytest.raises(UnusableAudio, match=message):
        seconds(FLAC + header)


def test_a_header_that_differs_from_the_frames_is_rejected() -> None:
    """A wrong sample rate would change the length."""
    with pytest.raises(UnusableAudio, match="differ in sample rate, channels or bits"):
        seconds(FLAC[:18] + (32_000 << 4 | 0).to_bytes(3) + FLAC[21:])


def test_unsupported_bit_depths_are_named() -> None:
    """Only 8, 16 and 24 bits can be decoded."""
    facts = int.from_bytes(FLAC[18:26]) & ~(31 << 36) | 19 << 36
    with pytest.raises(UnusableAudio, match=r"The file is FLAC with 20 bits \(8, 16 and 24 are supported\)"):
        seconds(FLAC[:18] + facts.to_bytes(8) + FLAC[26:])


def test_a_long_file_is_measured_completely() -> None:
    """Frames with numbers of two bytes and more are found."""
    quiet = as_file(np.zeros(300 * 8_000), 8_000, "FLAC").getvalue()
    assert seconds(without_count(quiet)) == 300
    assert seconds(quiet) > SECONDS

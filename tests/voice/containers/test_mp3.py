"""MP3 files: with and without a count of their frames, joined, tagged, padded and damaged."""

import random

import numpy as np
import pytest

from tests.voice.containers.files import SECONDS, decoded, headless, mp3, mp3_frames, seconds
from voxdouble_mock.voice.audio import UnusableAudio

MP3 = mp3()
HEADLESS = headless(MP3)
WHOLE, UNTRIMMED = decoded(MP3), decoded(HEADLESS)
HALF = MP3[mp3_frames(MP3)[5] + 100 : mp3_frames(MP3)[6]]
ID3 = b"ID3\4\0\0\0\0\x08\0" + bytes(1_024)
KINDS = [(8_000, 1), (16_000, 1), (22_050, 2), (44_100, 1), (48_000, 2)]


@pytest.mark.parametrize("variable", [False, True])
@pytest.mark.parametrize(("rate", "channels"), KINDS)
def test_the_length_is_exact(rate: int, channels: int, variable: bool) -> None:
    """The decoder removes the samples that the encoder has added at both ends."""
    assert seconds(mp3(rate=rate, channels=channels, variable=variable)) == pytest.approx(SECONDS, abs=0.001)


@pytest.mark.parametrize("variable", [False, True])
@pytest.mark.parametrize(("rate", "channels"), KINDS)
def test_pieces_are_decoded_like_the_whole(
    rate: int, channels: int, variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoding in small pieces gives the same samples: each piece starts with the earlier frames that it needs."""
    data = headless(mp3(rate=rate, channels=channels, variable=variable))
    whole = decoded(data)
    monkeypatch.setattr("voxdouble_mock.voice.mpeg_decoding.PIECE_SAMPLES", 1_152 * 4)
    assert np.array_equal(decoded(data), whole)


@pytest.mark.parametrize("before", [b"\0", bytes(5_000), HALF, ID3, ID3 + bytes(300) + ID3 + HALF])
@pytest.mark.parametrize("after", [b"", bytes(50_000), b"\xff" * 3_000, b"junk" * 1_000, b"TAG" + bytes(125)])
def test_padding_tags_and_half_a_frame_are_ignored(before: bytes, after: bytes) -> None:
    """Bytes that hold no complete frame are ignored, before and after the frames."""
    assert np.array_equal(decoded(before + MP3 + after), WHOLE)
    assert np.array_equal(decoded(before + HEADLESS + after), UNTRIMMED)


@pytest.mark.parametrize("between", [b"", ID3, b"TAG" + bytes(125), bytes(2_000), b"junk" * 1_000])
def test_joined_files_are_decoded_completely(between: bytes) -> None:
    """Each of the joined files is complete by its own count of frames."""
    assert np.array_equal(decoded(MP3 + between + MP3), np.concatenate([WHOLE, WHOLE], axis=1))


def test_joined_files_without_a_count_are_decoded_completely() -> None:
    """Without counts, joined files are complete because their frames follow one another."""
    assert decoded(HEADLESS + HEADLESS).shape[1] == 2 * UNTRIMMED.shape[1]
    assert decoded(HEADLESS + b"TAG" + bytes(125) + ID3 + HEADLESS).shape[1] == 2 * UNTRIMMED.shape[1]


def test_a_count_that_is_too_small_hides_nothing() -> None:
    """All frames are decoded if the first one counts too few."""
    at = MP3.index(b"Info") + 8
    assert seconds(MP3[:at] + (10).to_bytes(4) + MP3[at + 4 :]) > SECONDS


def test_an_encoder_delay_without_a_valid_checksum_hides_nothing() -> None:
    """The delay, which could hide half a second of audio, is ignored if its checksum is wrong."""
    at = MP3.index(b"LAME") + 21
    assert seconds(MP3[:at] + b"\xff\xff\xff" + MP3[at + 3 :]) > SECONDS


@pytest.mark.parametrize("size", [0, 500, 5_000, 100_000])
def test_a_tag_with_a_wrong_size_hides_nothing(size: int) -> None:
    """All audio is decoded, whether a tag declares too large or too small a size."""
    sevens = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    tag = b"ID3\4\0\0" + sevens + bytes(1_024)
    assert np.array_equal(decoded(tag + MP3), WHOLE)
    assert np.array_equal(decoded(tag + HEADLESS), UNTRIMMED)


def test_a_trailing_tag_with_a_wrong_size_hides_nothing() -> None:
    """All audio is decoded if an APE footer declares a tag of half the file."""
    footer = b"APETAGEX\xd0\7\0\0" + (len(MP3) // 2).to_bytes(4, "little") + b"\1\0\0\0" + bytes(12)
    assert np.array_equal(decoded(MP3 + footer), WHOLE)
    assert np.array_equal(decoded(HEADLESS + footer), UNTRIMMED)


def damaged(data: bytes, frame: int, change: bytes) -> bytes:
    """Return the file with the first bytes of a frame replaced."""
    at = mp3_frames(data)[frame]
    return data[:at] + change + data[at + len(change) :]


@pytest.mark.parametrize("data", [MP3, HEADLESS], ids=["counted", "not counted"])
def test_a_damaged_header_is_rejected_with_its_place(data: bytes) -> None:
    """Time and offset are those of the first of two damaged frames."""
    at = mp3_frames(data)[20]
    frames = 19 if data is MP3 else 20
    with pytest.raises(UnusableAudio, match=rf"^Decoding stopped after {frames * 0.036:.2f} s, at byte {at}: "):
        seconds(damaged(damaged(data, 30, b"\0\0\0\0"), 20, b"\0\0\0\0"))


def test_one_lost_frame_of_many_is_tolerated_where_the_others_are_counted() -> None:
    """A frame of less than 50 ms may be lost."""
    assert SECONDS - 0.037 <= seconds(damaged(MP3, 20, b"\0\0\0\0")) <= SECONDS


def test_a_header_with_a_length_of_several_frames_is_rejected() -> None:
    """A wrong bit rate that leads to a later frame hides the frames in between."""
    at = mp3_frames(HEADLESS)[20]
    assert HEADLESS[at + 2] >> 4 == 9  # 80 kbit/s; at 160 kbit/s a frame is twice as long
    with pytest.raises(UnusableAudio, match=rf"at byte {at}: the header of the MP3 frame is damaged"):
        seconds(damaged(HEADLESS, 20, HEADLESS[at : at + 2] + bytes([14 << 4 | HEADLESS[at + 2] & 15])))


def test_frames_that_the_decoder_skips_are_noticed() -> None:
    """A frame that refers to bytes that do not exist is skipped; two of 36 ms are too many."""
    data = HEADLESS
    for frame in (20, 30):
        at = mp3_frames(data)[frame] + 4
        data = data[:at] + b"\xff" + data[at + 1 :]
    with pytest.raises(
        UnusableAudio, match=rf"after 1\.08 s, at byte {mp3_frames(HEADLESS)[30]}: the MP3 frame is damaged"
    ):
        seconds(data)


def test_a_recording_that_starts_within_a_stream_is_complete() -> None:
    """Frames that refer to bytes before the file are silent, so the length is right."""
    variable = headless(mp3(rate=44_100, channels=2, variable=True))
    for data in (HEADLESS, variable):
        frames = mp3_frames(data)
        frame_seconds = 1_152 / 44_100 if data is variable else 576 / 16_000
        expected = (len(frames) - 10) * frame_seconds
        assert seconds(data[frames[9] + 50 :]) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("second", "change"),
    [
        (mp3(channels=2), "16000 Hz and 1 channels to 16000 Hz and 2 channels"),
        (headless(mp3(channels=2)), "16000 Hz and 1 channels to 16000 Hz and 2 channels"),
        (mp3(rate=44_100), "16000 Hz and 1 channels to 44100 Hz and 1 channels"),
        (headless(mp3(rate=44_100)), "16000 Hz and 1 channels to 44100 Hz and 1 channels"),
    ],
)
@pytest.mark.parametrize("first", [MP3, HEADLESS])
def test_a_change_of_rate_or_channels_is_rejected_with_its_place(first: bytes, second: bytes, change: str) -> None:
    """A recording must have one sample rate and one channel count."""
    at = len(first) + (mp3_frames(second)[1] if b"Info" in second[:50] else 0)
    with pytest.raises(UnusableAudio, match=rf"after 1\.\d\d s, at byte {at}: the audio changes from {change}"):
        seconds(first + second)


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.9])
def test_a_truncated_file_is_rejected(keep: float) -> None:
    """A file with an incomplete last frame, or with fewer frames than its first one counts, is rejected."""
    with pytest.raises(UnusableAudio, match="truncated"):
        seconds(MP3[: int(keep * len(MP3))])
    with pytest.raises(UnusableAudio, match=r"the truncated or damaged MP3 declares 51 frames and holds \d+"):
        seconds(MP3[: mp3_frames(MP3)[int(keep * 51)]])
    with pytest.raises(UnusableAudio, match="the last MP3 frame is truncated"):
        seconds(HEADLESS[: int(keep * len(HEADLESS))])


@pytest.mark.parametrize("size", [3_000, 100_000])
@pytest.mark.parametrize("variable", [False, True])
def test_random_bytes_after_the_frames_are_ignored(size: int, variable: bool) -> None:
    """Random bytes without a header like those of the frames are ignored."""
    for rate, channels in KINDS:
        data = headless(mp3(rate=rate, channels=channels, variable=variable))
        assert seconds(data + random.Random(size).randbytes(size)) == seconds(data)


def test_damaged_frames_at_the_end_are_rejected() -> None:
    """A header that differs little from the others, and a header among damaged ones, show that audio was lost."""
    count = len(mp3_frames(HEADLESS))
    for changed in (damaged(HEADLESS, count - 2, b"\xff\x00"), damaged(HEADLESS, count - 2, b"\0\0\0\0")):
        with pytest.raises(UnusableAudio, match=rf"at byte {mp3_frames(HEADLESS)[count - 2]}: "):
            seconds(changed)


def test_layer_ii_is_decoded_too() -> None:
    """Silent frames of layer II give their length, in a file and in WAV."""
    frame = b"\xff\xfd\x80\xc4" + bytes(413)  # 128 kbit/s, 44.1 kHz, mono
    assert seconds(frame * 40) == pytest.approx(40 * 1_152 / 44_100)


def test_interruptions_are_bounded() -> None:
    """A file of nothing but tags and frames is not read forever."""
    frames = mp3_frames(HEADLESS)
    piece = HEADLESS[frames[0] : frames[4]] + b"TAG" + bytes(125)
    with pytest.raises(UnusableAudio, match="at most 1000 interruptions"):
        seconds(piece * 1_001)

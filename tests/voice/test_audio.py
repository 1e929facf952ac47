"""The audio decoder: formats, lengths, limits, and refused files."""

import io
import pickle
import struct
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import voxdouble_fixtures
from tests.examples_count import examples
from tests.voice.sounds import as_file, speech, wav_header
from voxdouble_mock.voice.audio import Audio, UnusableAudio

HOUR = 3_600.0
JOHN, RATE = speech()


def decoded(file: io.BytesIO, max_seconds: float = HOUR) -> np.ndarray:
    """Return the samples of all channels: (channels, frames)."""
    audio = Audio(file, max_seconds)
    return np.concatenate(list(audio.blocks(range(audio.channel_count))), axis=1)


@pytest.mark.parametrize(
    ("container", "subtype", "error"),
    [
        ("WAV", "PCM_16", 0),
        ("WAV", "PCM_24", 1),
        ("WAV", "PCM_32", 1),
        ("WAV", "FLOAT", 1),
        ("WAV", "DOUBLE", 1),
        ("WAVEX", "PCM_16", 0),
        ("FLAC", "PCM_16", 0),
        ("FLAC", "PCM_24", 1),
        ("WAV", "PCM_U8", 256),
        ("FLAC", "PCM_S8", 256),
        ("WAV", "ALAW", 1_000),
        ("WAV", "ULAW", 1_000),
    ],
)
def test_samples_survive_every_encoding_of_wav_and_flac(container: str, subtype: str, error: int) -> None:
    """Full scale is the same in all encodings, and the error is at most the precision of the encoding."""
    samples = decoded(as_file(JOHN, RATE, container, subtype))[0, : len(JOHN)]
    assert np.abs(samples - 32_768 * JOHN).max() <= error


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        ("WAV", "IMA_ADPCM"),
        ("WAV", "MS_ADPCM"),
        ("WAV", "GSM610"),
        ("MP3", "MPEG_LAYER_III"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
    ],
)
def test_the_error_of_lossy_formats_is_small(container: str, subtype: str) -> None:
    """The error of a lossy format is at least 10 dB below the speech."""
    samples = decoded(as_file(JOHN, RATE, container, subtype))[0, : len(JOHN)]
    assert np.mean((samples - 32_768 * JOHN) ** 2) < np.mean((32_768 * JOHN) ** 2) / 10


def test_samples_are_16_bit_whole_numbers() -> None:
    """Samples of higher precision are rounded, and samples beyond full scale are clipped."""
    loud = decoded(as_file(3 * JOHN, RATE, "WAV", "DOUBLE"))
    assert np.array_equal(loud, np.rint(loud))
    assert (loud.min(), loud.max()) == (-32_768, 32_767)


@cache
def loud_and_quiet_mp3(mode: str, rate: int, channels: int) -> tuple[bytes, int]:
    """Return an MP3 file of speech followed by silence, and its number of frames."""
    signal = np.concatenate([JOHN[:RATE], np.zeros(2 * RATE)])
    length = round(len(signal) * rate / RATE)
    samples = np.interp(np.arange(length) * RATE / rate, np.arange(len(signal)), signal)
    both = np.repeat(samples[:, np.newaxis], channels, axis=1)
    return as_file(both, rate, "MP3", bitrate_mode=mode, compression_level=0.5).getvalue(), length


@pytest.mark.parametrize("beginning", ["tag", "count of 0", "none"])
@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_mp3_of_unknown_length_is_read_to_the_end(mode: str, rate: int, channels: int, beginning: str) -> None:
    """A variable bit rate, a tag before the first frame, or a frame count of 0 do not shorten the audio."""
    data, length = loud_and_quiet_mp3(mode, rate, channels)
    second_frame = data.index(data[:2], 4)
    match beginning:
        case "tag":
            data = b"ID3\x04\0\0\0\0\x08\0" + bytes(1_024) + data[second_frame:]
        case "count of 0":
            header = max(data.find(b"Xing"), data.find(b"Info"))
            data = data[: header + 8] + bytes(4) + data[header + 12 :]
        case "none":
            data = data[second_frame:]
    frames = decoded(io.BytesIO(data)).shape[1]
    assert length <= frames <= length + 4 * 1_152


@pytest.mark.parametrize("name", ["john_doe.mp3", "john_doe.ogg", "john_doe.opus", "john_doe_2.flac", "john_doe.wav"])
def test_tags_after_the_audio_are_ignored(name: str) -> None:
    """A tag that a player has appended does not change the samples."""
    data = voxdouble_fixtures.path(name).read_bytes()
    assert np.array_equal(decoded(io.BytesIO(data)), decoded(io.BytesIO(data + b"TAG" + b"x" * 125)))


@pytest.mark.parametrize("name", ["john_doe.mp3", "john_doe.ogg", "john_doe.opus", "john_doe_2.flac", "john_doe.wav"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_truncated_files_are_refused(name: str, share: float) -> None:
    """In every format, a file that is shorter than it declares is refused (C12)."""
    data = voxdouble_fixtures.path(name).read_bytes()
    with pytest.raises(UnusableAudio, match=r"truncated|declares|damaged"):
        decoded(io.BytesIO(data[: int(share * len(data))]))


SILENT_SECOND = bytes(32_000)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty: it has 0 bytes"),
        (b"R", "The file is text"),
        (b"RIFF\0\0\0\0WAVE", "ends after 12 bytes, before any audio data"),
        (b"OggS", "its first page is not complete"),
        (b"fLaC", "must start with a STREAMINFO block"),
        (b"hello " * 99, "The file is text"),
        (wav_header(data_size=0), "no audio frames"),
        (wav_header(data_size=230_400_000) + SILENT_SECOND, "230400000 bytes of audio, and the truncated file holds"),
        (wav_header(data_size=32_000, rate=0) + SILENT_SECOND, "from 8000 to 384000 Hz, and it is 0 Hz"),
        (wav_header(data_size=32_000, rate=7_999) + SILENT_SECOND, "from 8000 to 384000 Hz, and it is 7999 Hz"),
        (wav_header(data_size=32_000, rate=2**32 - 1) + SILENT_SECOND, "Hz, and it is 4294967295 Hz"),
        (wav_header(data_size=32_000, channels=0) + SILENT_SECOND, "from 1 to 255 channels, and it has 0"),
        (wav_header(data_size=32_000, channels=10_000) + SILENT_SECOND, "from 1 to 255 channels, and it has 10000"),
        (wav_header(data_size=32_000, channels=256) + SILENT_SECOND, "from 1 to 255 channels, and it has 256"),
        (as_file(JOHN, RATE, "AIFF").getvalue(), "The file is AIFF"),
        (b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 2_000, "must have audio data in one of its first 1000 chunks"),
        (as_file(np.array([0.5, np.nan]), RATE, "WAV", "FLOAT").getvalue(), "must be finite numbers"),
        (as_file(np.array([0.5, np.inf]), RATE, "WAV", "DOUBLE").getvalue(), "must be finite numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",  # the bytes of a file contain its time of creation
)
def test_unusable_files_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    """Empty, damaged and absurd files are refused with a sentence, and the file as the location (C11)."""
    with pytest.raises(UnusableAudio, match=reason) as caught:
        decoded(io.BytesIO(data))
    assert caught.value.location == ("body", "file")
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("container", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", None), ("OGG", "OPUS")]
)
def test_audio_longer_than_the_limit_is_refused(container: str, subtype: str | None) -> None:
    """The limit holds for the length in the header and for the decoded length (S59)."""
    file = as_file(JOHN, RATE, container, subtype)
    with pytest.raises(UnusableAudio, match=r"must be at most 3 s long, and it has at least 4\.\d s"):
        decoded(file, max_seconds=3)


def test_the_total_length_of_many_channels_is_limited() -> None:
    """Eight channels may have the maximum length; a file with more channels must be shorter."""
    second = np.zeros((RATE, 16))
    assert decoded(as_file(second[:, :8], RATE), max_seconds=1).shape == (8, RATE)
    with pytest.raises(
        UnusableAudio, match=r"must be at most 8 s long, and the file has 16 channels of at least 1\.0 s"
    ):
        decoded(as_file(second, RATE), max_seconds=1)


def test_hours_of_silence_in_a_small_file_are_refused_by_their_header() -> None:
    """A small file that declares hours of audio is refused before it is decoded."""
    data = bytearray(as_file(np.zeros(8_000), 8_000, "FLAC").getvalue())
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    with pytest.raises(UnusableAudio, match="declares 68719476735 samples"):
        Audio(io.BytesIO(bytes(data)), HOUR)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=examples(150))
@given(
    name=st.sampled_from(["john_doe.mp3", "john_doe.ogg", "john_doe.opus", "john_doe_2.flac", "telephone.wav"]),
    changes=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=8),
    length=st.integers(0, 12_000),
)
def test_damaged_bytes_are_decoded_or_refused(name: str, changes: list[tuple[int, int]], length: int) -> None:
    """A file with changed bytes, whole or truncated, gives samples or UnusableAudio, and no other error."""
    data = bytearray(voxdouble_fixtures.path(name).read_bytes())
    for place, value in changes:
        data[place] = value
    for candidate in (data, data[:length]):
        try:
            samples = decoded(io.BytesIO(bytes(candidate)), max_seconds=60)
        except UnusableAudio:
            continue
        assert samples.shape[1] > 0


def test_unusable_audio_can_be_pickled() -> None:
    """Message and location survive pickling."""
    error = pickle.loads(pickle.dumps(UnusableAudio("No.", ("query", "channels"))))
    assert (error.message, error.location) == ("No.", ("query", "channels"))


def test_the_header_of_these_tests_is_valid() -> None:
    """The header that these tests damage is valid before the damage."""
    assert decoded(io.BytesIO(wav_header(data_size=4) + struct.pack("<hh", 7, -7)))[0].tolist() == [7, -7]

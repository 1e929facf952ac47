"""The analysis of recordings: channels, mixes and ranges."""

import math

import numpy as np
import pytest

import voxdouble_fixtures
from tests.voice.sounds import analysed, as_file, speech, voiceprint_of
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.audio import UnusableAudio
from voxdouble_mock.voice.channel import SpeechRange
from voxdouble_mock.voice.vector import vectors_of


def test_wav_and_flac_with_the_same_samples_have_the_same_voiceprint() -> None:
    """The voiceprint does not depend on the lossless container."""
    samples, rate = speech("john_doe.wav")
    assert analyse(as_file(samples, rate, "FLAC")) == analysed("john_doe.wav")


def test_channels_are_analysed_separately() -> None:
    """Two speakers on two channels have two voiceprints, in the requested order, with the recording's numbers (C13)."""
    both = analysed("conversation.wav")
    swapped = analysed("conversation.wav", channels=(1, 0))
    assert [voice.channel_number for voice in swapped] == [1, 0]
    assert swapped == both[::-1]
    assert analysed("conversation.wav", channels=(1,)) == both[1:]
    assert both[0].voiceprint != both[1].voiceprint


def test_a_mix_is_one_channel_with_number_zero() -> None:
    """The mix of any channels is one entry, and its number is 0 (C14)."""
    [voice] = analysed("conversation.wav", mix=True)
    assert voice.channel_number == 0
    assert voice.speech_length > max(one.speech_length for one in analysed("conversation.wav"))


def test_a_vector_has_128_numbers_of_unit_length() -> None:
    """The vector of a recording with speech is a point on the unit sphere (S45)."""
    [vector] = vectors_of([voiceprint_of("john_doe.wav")])
    assert len(vector) == 128
    assert math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6)


def test_silence_has_a_voiceprint_and_an_empty_vector() -> None:
    """A recording without speech is not an error (C19)."""
    [voice] = analysed("silence.wav")
    assert voice.speech_length == 0.0
    assert vectors_of([voice.voiceprint]) == [[]]


def test_a_channel_out_of_range_is_refused() -> None:
    """The error names the allowed channels, and its location is the query parameter (C13)."""
    with pytest.raises(UnusableAudio, match=r"must be from 0 to 1, got 2\.") as caught:
        analysed("conversation.wav", channels=(0, 2))
    assert caught.value.location == ("query", "channels")


def test_a_second_channel_of_a_mono_recording_is_refused() -> None:
    """The error says that the only channel is 0 (C13)."""
    with pytest.raises(UnusableAudio, match=r"must be 0, the only channel of the audio, got 1\."):
        analysed("john_doe.wav", channels=(1,))


@pytest.mark.parametrize("recording", [one for one in voxdouble_fixtures.recordings() if one.rejected])
def test_bundled_files_without_audio_are_refused(recording: voxdouble_fixtures.Recording) -> None:
    """A file that the manifest marks as rejected is refused, with the file as the location (C11, C12)."""
    with pytest.raises(UnusableAudio) as caught:
        analysed(recording.file)
    assert caught.value.location == ("body", "file")


def test_audio_outside_the_range_is_ignored() -> None:
    """A range has the speech of that part of the recording alone."""
    samples, rate = speech("john_doe.wav")
    padded = np.concatenate([samples, np.zeros(2 * rate), samples])
    seconds = len(samples) / rate
    [whole] = analyse(as_file(samples, rate))
    [ranged] = analyse(as_file(padded, rate), speech_range=SpeechRange(range_from=0.0, range_to=seconds + 1))
    assert ranged.speech_length == pytest.approx(whole.speech_length, abs=0.04)
    [later] = analyse(as_file(padded, rate), speech_range=SpeechRange(range_from=seconds + 1))
    assert later.speech_length == pytest.approx(whole.speech_length, abs=0.04)
    [beyond] = analyse(as_file(samples, rate), speech_range=SpeechRange(range_from=60.0))
    assert beyond.speech_length == 0.0


@pytest.mark.parametrize("most", [0.5, 1.25, 2.0])
def test_speech_beyond_the_maximum_is_ignored(most: float) -> None:
    """`max_speech_length` counts seconds of speech, not of the recording."""
    [voice] = analysed("john_doe.wav", speech_range=SpeechRange(max_speech_length=most))
    assert voice.speech_length == pytest.approx(most, abs=0.02)
    assert len(vectors_of([voice.voiceprint])[0]) == 128


def test_channels_of_different_passes_are_not_mixed_up() -> None:
    """Speech on one of 255 channels, which take several passes over the file, is found on that channel."""
    samples, rate = speech("jane_roe_1.flac")
    length = rate // 2
    quiet = np.zeros((length, 255))
    quiet[:, 77] = samples[length : 2 * length]
    voices = analyse(as_file(quiet, rate, "WAV", "PCM_U8"))
    assert [voice.channel_number for voice in voices if voice.speech_length > 0] == [77]
    assert len(voices) == 255

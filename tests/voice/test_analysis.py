"""From a file to its channels' voices."""

import math

import numpy as np
import pytest

import voxdouble_fixtures
from tests.voice.sounds import as_file, heard, speech
from voxdouble_mock.voice.analysis import SpeechRange, analyse
from voxdouble_mock.voice.audio import UnusableAudio
from voxdouble_mock.voice.vector import vectors_of


def test_the_same_samples_as_wav_and_as_flac_give_the_same_voiceprint() -> None:
    """A lossless container leaves no mark."""
    samples, rate = speech("john_doe.wav")
    assert analyse(as_file(samples, rate, "FLAC")) == heard("john_doe.wav")


def test_each_channel_is_heard_by_itself() -> None:
    """Two speakers on two channels have two voices, in the order asked for, with the recording's numbers."""
    both = heard("conversation.wav")
    swapped = heard("conversation.wav", channels=(1, 0))
    assert [voice.channel_number for voice in swapped] == [1, 0]
    assert swapped == both[::-1]
    assert heard("conversation.wav", channels=(1,)) == both[1:]
    assert both[0].voiceprint != both[1].voiceprint


def test_a_mix_is_one_voice_numbered_zero() -> None:
    """Whatever channels are mixed, there is one entry, and its number is 0 (C14)."""
    [voice] = heard("conversation.wav", mix=True)
    assert voice.channel_number == 0
    assert voice.speech_length > max(one.speech_length for one in heard("conversation.wav"))


def test_a_vector_has_128_numbers_of_unit_length() -> None:
    """A voice's vector is a point on the unit sphere (S45)."""
    [vector] = vectors_of([heard("john_doe.wav")[0].voiceprint])
    assert len(vector) == 128
    assert math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6)


def test_silence_has_a_voiceprint_and_an_empty_vector() -> None:
    """No speech is no error (C19)."""
    [voice] = heard("silence.wav")
    assert voice.speech_length == 0.0
    assert vectors_of([voice.voiceprint]) == [[]]


def test_a_channel_that_is_not_there_is_named() -> None:
    """A channel out of range says how many there are, and lies in the query (C13)."""
    with pytest.raises(UnusableAudio, match=r"must be from 0 to 1, got 2\.") as caught:
        heard("conversation.wav", channels=(0, 2))
    assert caught.value.location == ("query", "channels")


@pytest.mark.parametrize("recording", [one for one in voxdouble_fixtures.recordings() if one.rejected])
def test_bundled_files_that_are_no_audio_are_refused(recording: voxdouble_fixtures.Recording) -> None:
    """What the manifest calls rejected raises, with the file as the place (C11, C12)."""
    with pytest.raises(UnusableAudio) as caught:
        heard(recording.file)
    assert caught.value.location == ("body", "file")


def test_a_range_is_the_recording_of_that_range() -> None:
    """What lies outside the range is not heard."""
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
def test_no_more_speech_counts_than_asked_for(most: float) -> None:
    """The speech is cut after so many seconds of it, not of the recording."""
    [voice] = heard("john_doe.wav", speech_range=SpeechRange(max_speech_length=most))
    assert voice.speech_length == pytest.approx(most, abs=0.02)
    assert len(vectors_of([voice.voiceprint])[0]) == 128


def test_many_channels_are_heard_in_bounded_groups() -> None:
    """Each of 255 channels is itself, however many the file has."""
    samples, rate = speech("jane_roe_1.flac")
    quiet = np.zeros((rate, 255))
    quiet[:, 77] = samples[:rate]
    voices = analyse(as_file(quiet, rate, "WAV", "PCM_U8"))
    assert [voice.channel_number for voice in voices if voice.speech_length > 0] == [77]
    assert len(voices) == 255

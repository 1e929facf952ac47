"""Speech detection: how long the speech is, and which sounds are not speech."""

import tracemalloc

import numpy as np
import pytest

import voxdouble_fixtures
from tests.voice.sounds import as_file, joined, sine, speech, white_noise
from training.no_speech import TELEPHONE_TONES, telephone_tone
from voxdouble_mock.voice.analysis import analyse
from voxdouble_mock.voice.framing import FRAMES_PER_SECOND
from voxdouble_mock.voice.pitch import Track
from voxdouble_mock.voice.speech import cores, speech_frames
from voxdouble_mock.voice.vector import vectors_of

SPOKEN = [one for one in voxdouble_fixtures.recordings() if len(one.speech) == 1 and one.speech[0] > 0]
RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]


def speech_length(samples: np.ndarray, rate: int) -> float:
    """Return the seconds of speech of one channel."""
    return analyse(as_file(samples, rate))[0].speech_length


@pytest.mark.parametrize("recording", SPOKEN, ids=lambda recording: recording.file)
@pytest.mark.parametrize("padding", ["none", "silence", "noise"])
def test_speech_length_is_within_5_percent_of_the_known_speech(
    recording: voxdouble_fixtures.Recording, padding: str
) -> None:
    """Silence around the speech, or white noise 40 dB below it, changes the speech length by less than 5%."""
    samples, rate = speech(recording.file)
    if padding != "none":
        silence = np.zeros(rate)
        samples = joined([silence, samples, silence, silence])
    if padding == "noise":
        level = np.sqrt(np.mean(speech(recording.file)[0] ** 2)) / 100
        samples = samples + white_noise(len(samples) / rate, rate, level)[: len(samples)]
    assert speech_length(samples, rate) == pytest.approx(recording.speech[0], rel=0.05)


@pytest.mark.parametrize("rate", RATES)
def test_silence_noise_and_tones_have_speech_length_zero(rate: int) -> None:
    """White noise, digital silence and a tone have speech length 0.0 and an empty vector (C19)."""
    for samples in (np.zeros(5 * rate), white_noise(30 if rate == 16_000 else 10, rate), sine(440, 5, rate)):
        [voice] = analyse(as_file(samples, rate))
        assert voice.speech_length == 0.0
        assert vectors_of([voice.voiceprint]) == [[]]


@pytest.mark.parametrize("hertz", [50, 60, 100, 120, 199, 300, 440, 697, 1_000, 1_477, 2_500, 3_600])
@pytest.mark.parametrize("noise", [0.0, 0.003, 0.03])
def test_a_tone_has_speech_length_zero_at_any_frequency(hertz: float, noise: float) -> None:
    """Hum, dial tones and whistles are not speech, with or without noise."""
    tone = sine(hertz, 5, 16_000) + white_noise(5, 16_000, noise)
    assert speech_length(tone, 16_000) == 0.0


def test_a_tone_of_two_hours_needs_little_memory() -> None:
    """One run of periodic frames of two hours is not speech, and is analysed in less than 32 MiB."""
    hours = 2 * 3_600 * FRAMES_PER_SECOND
    tone = Track(*(np.full(hours, value, np.int16) for value in (990, 2_250, 2, -990, 4_000)))
    tracemalloc.start()
    assert not speech_frames(cores(tone), tone).any()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 2**20


@pytest.mark.parametrize("rate", RATES)
def test_speech_is_as_long_at_any_sample_rate(rate: int) -> None:
    """The speech length does not depend on the sample rate."""
    samples, there = speech("john_doe.wav")
    length = round(len(samples) * rate / there)
    resampled = np.interp(np.arange(length) * there / rate, np.arange(len(samples)), samples)
    assert speech_length(resampled, rate) == pytest.approx(speech_length(samples, there), abs=0.1)


@pytest.mark.parametrize("level", [0.01, 0.1, 1.0])
def test_speech_is_as_long_at_any_level(level: float) -> None:
    """The speech length does not depend on the loudness of the recording."""
    samples, rate = speech("jane_roe_1.flac")
    assert speech_length(level * samples, rate) == pytest.approx(speech_length(samples, rate), abs=0.15)


@pytest.mark.parametrize("seconds", [0.0001, 0.01, 0.031, 0.032, 0.05])
def test_very_short_audio_has_speech_length_zero(seconds: float) -> None:
    """There is no minimum length: audio that is too short for speech is not an error."""
    samples, rate = speech("john_doe.wav")
    assert speech_length(samples[: max(1, round(seconds * rate))], rate) == 0.0


def test_a_pause_is_not_speech() -> None:
    """The speech length of two utterances with a pause between them is the sum of theirs."""
    samples, rate = speech("john_doe.wav")
    pause = np.zeros(2 * rate)
    assert speech_length(joined([samples, pause, samples]), rate) == pytest.approx(2 * 4.11, rel=0.05)


def test_a_constant_offset_is_ignored() -> None:
    """A constant offset of the samples does not change the speech length."""
    samples, rate = speech("john_doe.wav")
    assert speech_length(0.5 * samples + 0.2, rate) == pytest.approx(speech_length(samples, rate), abs=0.1)


@pytest.mark.parametrize("name", TELEPHONE_TONES)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_telephone_tones_are_not_speech(name: str, rate: int) -> None:
    """Dial, ringback, busy and congestion tones of ITU-T E.180, with and without noise, have speech 0.0."""
    tone = telephone_tone(name, 12, rate)  # two periods of the longest cadence
    assert speech_length(tone, rate) == 0.0
    assert speech_length(tone + white_noise(12, rate, 0.001), rate) == 0.0


@pytest.mark.parametrize("hertz", [200, 300, 450, 700, 1_000, 1_500, 2_500])
@pytest.mark.parametrize("apart", [10, 15, 20, 25, 30, 40])
def test_two_tones_close_together_are_not_speech(hertz: float, apart: float) -> None:
    """Beats are a change of loudness, not of the sound."""
    tones = 0.5 * (sine(hertz, 5, 16_000) + sine(hertz + apart, 5, 16_000))
    assert speech_length(tones, 16_000) == 0.0


def test_pure_sirens_and_sweeps_are_hardly_speech() -> None:
    """A pure tone that moves slowly has no speech; a fast one at most a tenth of its length."""
    time = np.arange(20 * 16_000) / 16_000
    wail = 900 + 300 * np.sin(2 * np.pi * time / 4)
    slow, fast = 100 * 40 ** (time / 20), 100 + 3_900 * (time % 10) / 10
    for hertz, most in ((wail, 0.0), (slow, 2.0), (fast, 2.0)):
        assert speech_length(0.4 * np.sin(2 * np.pi * np.cumsum(hertz) / 16_000), 16_000) <= most


@pytest.mark.parametrize("name", [name for name in TELEPHONE_TONES if name.startswith("ringback")])
@pytest.mark.parametrize("recording", ["john_doe.wav", "jane_roe_2.flac", "granny_smith_3.flac"])
def test_speech_after_ringback_is_as_long_as_alone(name: str, recording: str) -> None:
    """A telephone call that begins with its ringback has the speech that follows, within 0.3 s."""
    samples, rate = speech(recording)
    call = joined([telephone_tone(name, 9, rate), np.zeros(rate // 2), samples])
    assert speech_length(call, rate) == pytest.approx(speech_length(samples, rate), abs=0.3)


@pytest.mark.parametrize("recording", ["john_doe.wav", "jane_roe_2.flac", "tom_larsson_3.flac", "telephone.wav"])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 1, 2, 5, 10, 30])
@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_silence_in_front_does_not_change_the_speech_length(recording: str, seconds: float, noise: float) -> None:
    """Digital silence of any length before speech, with noise in it or not, changes its length by at most 0.15 s."""
    samples, rate = speech(recording)
    samples = joined([np.zeros(rate // 2), samples, np.zeros(rate)])
    samples = samples + noise * white_noise(len(samples) / rate, rate, 1.0)[: len(samples)]
    padded = joined([np.zeros(round(seconds * rate)), samples])
    assert speech_length(padded, rate) == pytest.approx(speech_length(samples, rate), abs=0.15)

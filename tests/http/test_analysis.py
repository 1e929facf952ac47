"""POST /_mock/analysis: the waveform of a recording and the speech in it, within the bounds of uploads."""

import io
from typing import Any

import numpy as np
import pytest
import soundfile

import voxdouble_fixtures
from tests.http.wire import JOHN, NO_AUDIO, assert_refused, extract, get, post
from voxdouble_mock import MockAppliance


def analyse(url: str, data: bytes = JOHN, name: str = "a.wav") -> Any:
    """Return the body of an analysis."""
    response = post(url + "/_mock/analysis", files={"file": (name, data)})
    assert response.status_code == 200, response.text
    return response.json()


def wav(samples: "np.ndarray[Any, Any]", sample_rate: int = 8000) -> bytes:
    """Return a WAV file with the samples, shape (frames,) or (frames, channels)."""
    file = io.BytesIO()
    soundfile.write(file, samples, sample_rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


@pytest.mark.parametrize("name", ["john_doe.wav", "john_doe.mp3", "alan_brown_1.flac", "conversation.wav"])
def test_the_parts_with_speech_add_up_to_the_speech_length(mock: MockAppliance, name: str) -> None:
    """The speech of each channel is as long as in the result of an extraction, and its parts are in order."""
    data = voxdouble_fixtures.path(name).read_bytes()
    found = analyse(mock.url, data, name)
    location = extract(mock.url, data).headers["Location"]
    mock.clock.advance(5)
    channels = get(location).json()["result"]["channels"]
    assert [channel["speech_length"] for channel in found["channels"]] == [one["speech_length"] for one in channels]
    for channel in found["channels"]:
        edges = [edge for part in channel["speech"] for edge in part]
        assert edges == sorted(set(edges))
        assert sum(end - start for start, end in channel["speech"]) == pytest.approx(channel["speech_length"], abs=0.01)
        assert edges[-1] <= found["seconds"]


def test_peaks_are_the_least_and_greatest_samples_of_equal_parts(mock: MockAppliance) -> None:
    """A click is in the peak of its own place, with its height; silence has no height."""
    samples = np.zeros(80_000)
    samples[40_000], samples[79_999] = 0.5, -0.25
    found = analyse(mock.url, wav(samples))
    (channel,) = found["channels"]
    peaks = channel["peaks"]
    assert (found["seconds"], found["sample_rate"], found["channel_count"]) == (10.0, 8000, 1)
    assert [place for place, pair in enumerate(peaks) if pair != [0.0, 0.0]] == [len(peaks) // 2, len(peaks) - 1]
    assert peaks[len(peaks) // 2] == [0.0, 0.5]
    assert peaks[-1] == [-0.25, 0.0]
    assert (channel["speech"], channel["speech_length"]) == ([], 0)


def test_a_response_is_bounded(mock: MockAppliance) -> None:
    """At most 1,000 peaks of the first four channels are sent, for a recording of any length."""
    samples = np.tile(np.sin(np.arange(600_000) / 9)[:, None] / 2, (1, 6))
    found = analyse(mock.url, wav(samples))
    assert found["channel_count"] == 6
    assert [channel["channel_number"] for channel in found["channels"]] == [0, 1, 2, 3]
    assert {len(channel["peaks"]) for channel in found["channels"]} == {1000}


def test_a_very_short_recording_has_few_peaks(mock: MockAppliance) -> None:
    """A recording of some samples has one peak, and no speech."""
    (channel,) = analyse(mock.url, wav(np.array([0.1, -0.1, 0.2])))["channels"]
    assert channel["peaks"] == [[-0.1, 0.2]]


def test_an_analysis_stores_and_logs_nothing(mock: MockAppliance) -> None:
    """An analysis makes no task, and is not in the request log."""
    analyse(mock.url)
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0
    assert get(mock.url + "/_mock/requests").json()["total"] == 0


def test_unusable_media_are_refused_with_the_message_of_a_rejection(mock: MockAppliance) -> None:
    """The message is the one with which a task would end rejected."""
    response = post(mock.url + "/_mock/analysis", files={"file": ("a.wav", NO_AUDIO)})
    assert_refused(response, 422, "request.validation-error")
    location = extract(mock.url, NO_AUDIO).headers["Location"]
    mock.clock.advance(5)
    assert response.json()["detail"][0]["message"] == get(location).json()["error"]["message"]


def test_the_bounds_of_uploads_hold() -> None:
    """The size of the file, the input storage and the length of the audio are limited as for a task."""
    with MockAppliance(max_upload=100_000, max_audio_seconds=1) as mock:
        url = mock.url + "/_mock/analysis"
        assert_refused(post(url, files={"file": ("a", b"x" * 200_000)}), 413, "request.size-limit-exceeded")
        assert_refused(post(url, files={"other": ("a", b"x")}), 422, "request.validation-error")
        assert_refused(post(url, data=b"x"), 422, "request.validation-error")
        assert_refused(post(url, files={"file": ("a", wav(np.zeros(9000)))}), 422, "request.validation-error")
    with MockAppliance(input_storage=1_000) as mock:
        response = post(mock.url + "/_mock/analysis", files={"file": ("a", b"x" * 2_000)})
        assert_refused(response, 507, "storage.capacity-exceeded")

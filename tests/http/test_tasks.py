"""Tasks over plain HTTP: behaviour that the contract leaves open, and so the contract suite does not judge."""

import socket
import tracemalloc
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

import voxdouble_fixtures
from tests.http.wire import EMBEDDING, EXTRACTION, NO_AUDIO, convert, extract, get, head_of_get
from voxdouble_mock import MockAppliance

UNKNOWN_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def test_members_come_in_the_order_of_the_vendors_guide(mock: MockAppliance) -> None:
    """A finished task has `task` before `result`, and a channel its five members as in the guide's example."""
    location = extract(mock.url, include_vector_voiceprint=True).headers["Location"]
    mock.clock.advance(1)
    body = get(location).json()
    assert list(body) == ["task", "result"]
    assert list(body["task"]) == ["task_id", "state"]
    [channel] = body["result"]["channels"]
    assert list(channel) == ["channel_number", "voiceprint", "vector_voiceprint", "speech_length", "model"]


def test_the_two_speakers_of_a_stereo_recording_differ(mock: MockAppliance) -> None:
    """Each channel has the voiceprint of its own speaker."""
    location = extract(mock.url, voxdouble_fixtures.path("conversation.wav").read_bytes()).headers["Location"]
    mock.clock.advance(1)
    first, second = get(location).json()["result"]["channels"]
    assert first["voiceprint"] != second["voiceprint"]


@pytest.mark.parametrize("name", ["not_audio.wav", "empty.wav", "no_frames.wav", "truncated.wav"])
def test_the_error_of_unusable_media_names_the_file(mock: MockAppliance, name: str) -> None:
    """The first detail of the rejected task is located at the uploaded file (C11, C12)."""
    location = extract(mock.url, voxdouble_fixtures.path(name).read_bytes()).headers["Location"]
    mock.clock.advance(0.2)
    body = get(location).json()
    assert list(body) == ["task", "error"]
    assert body["error"]["detail"][0]["location"] == ["body", "file"]


def test_the_error_of_a_missing_channel_names_the_parameter(mock: MockAppliance) -> None:
    """The first detail of the rejected task is located at the query parameter `channels` (C13)."""
    location = extract(mock.url, channels="1").headers["Location"]
    mock.clock.advance(1)
    assert get(location).json()["error"]["detail"][0]["location"] == ["query", "channels"]


def test_the_error_of_a_malformed_voiceprint_names_its_index(mock: MockAppliance) -> None:
    """The first detail of the rejected task is located at the voiceprint's place in the list (C20)."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(1)
    assert get(location).json()["error"]["detail"][0]["location"] == ["body", "voiceprints", 0]


def test_an_expired_task_has_the_response_of_an_unknown_one(mock: MockAppliance) -> None:
    """An expired and an unknown id have the same status and body (S20)."""
    location = extract(mock.url, NO_AUDIO).headers["Location"]
    mock.clock.advance(0.2 + 3600)
    expired, unknown = get(location), get(f"{mock.url}{EXTRACTION}/{UNKNOWN_ID}")
    assert expired.status_code == unknown.status_code == 404
    assert expired.json() == unknown.json()


def test_equal_requests_have_equal_results(mock: MockAppliance) -> None:
    """Two extractions of the same file have the same result, to the last byte (P13)."""
    first, second = (extract(mock.url).headers["Location"] for _ in range(2))
    mock.clock.advance(1)
    results = [get(location).content.partition(b'"result"')[2] for location in (first, second)]
    assert results[0] == results[1] != b""


def test_a_bug_is_a_500_in_the_vendors_form(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The response to an unexpected exception has the vendor's error body and shows no traceback."""
    monkeypatch.setattr("voxdouble_mock.appliance.Appliance.find", lambda *_: 1 / 0)
    response = get(f"{mock.url}{EXTRACTION}/x")
    assert (response.status_code, response.json()["type"], response.json()["detail"]) == (500, "internal", [])
    assert "ZeroDivisionError" not in response.text
    assert mock.requests[0].status == 500


def test_all_readers_of_a_large_result_share_one() -> None:
    """Twenty clients that read a result of megabytes at one time take less memory than one copy of it (P14)."""
    with MockAppliance(clock="manual") as mock, ExitStack() as clients:
        location = convert(mock.url, [EMBEDDING] * 2_000).headers["Location"]
        mock.clock.advance(10)
        whole = get(location).content
        assert len(whole) > 2_000_000
        parts = urlsplit(location)
        tracemalloc.start()
        try:
            for _ in range(20):
                client = clients.enter_context(socket.socket())
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect((parts.hostname or "", parts.port or 0))
                client.sendall(head_of_get(parts.path))
                assert client.recv(12) == b"HTTP/1.1 200"
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < len(whole)

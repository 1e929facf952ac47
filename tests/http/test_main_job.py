"""The main job over plain HTTP: POST, Location, poll, result, convert, equal vectors."""

from base64 import b64decode

import pytest
import requests

import voxdouble_fixtures
from tests.http.wire import CONVERSION, EXTRACTION, convert, extract, get
from voxdouble_mock import MockAppliance


def test_an_extraction_goes_from_202_to_its_result(mock: MockAppliance) -> None:
    """The states come in order as the clock moves, and the result in the guide's key order (S1 to S13, S36, C1)."""
    started = extract(mock.url, include_vector_voiceprint=True)
    task_id = started.json()["task"]["task_id"]
    assert started.status_code == 202
    assert started.json() == {"task": {"task_id": task_id, "state": "pending"}}
    location = started.headers["Location"]
    assert location == started.headers["X-Location"] == f"{mock.url}{EXTRACTION}/{task_id}"
    assert get(location).json() == {"task": {"task_id": task_id, "state": "pending"}}
    mock.clock.advance(0.2)
    assert get(location).json() == {"task": {"task_id": task_id, "state": "running"}}
    mock.clock.advance(0.5)
    done = get(location).json()
    assert list(done) == ["task", "result"]
    assert done["task"] == {"task_id": task_id, "state": "done"}
    [channel] = done["result"]["channels"]
    assert list(channel) == ["channel_number", "voiceprint", "vector_voiceprint", "speech_length", "model"]
    assert channel["channel_number"] == 0
    assert channel["model"] == "sid-xl5"
    assert b64decode(channel["voiceprint"], validate=True).startswith(b"{")
    assert len(channel["vector_voiceprint"]) == 128
    assert 3 < channel["speech_length"] < 4.2


def test_conversion_gives_the_vector_of_the_extraction(mock: MockAppliance) -> None:
    """The two JSON lists are equal number by number, and stand in the order of the input (S44, S47)."""
    locations = [
        extract(mock.url, voxdouble_fixtures.path(name).read_bytes(), include_vector_voiceprint="true").headers[
            "Location"
        ]
        for name in ("john_doe.wav", "jane_roe_1.flac")
    ]
    mock.clock.advance(1)
    channels = [get(location).json()["result"]["channels"][0] for location in locations]
    started = convert(mock.url, [channel["voiceprint"] for channel in channels])
    assert started.headers["Location"].startswith(mock.url + CONVERSION)
    mock.clock.advance(1)
    vectors = get(started.headers["Location"]).json()["result"]["vector_voiceprints"]
    assert vectors == [channel["vector_voiceprint"] for channel in channels]
    assert vectors[0] != vectors[1]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [0, 1]),
        ({"channels": "1"}, [1]),
        ({"channels": "1,0"}, [1, 0]),
        ({"channels": ""}, [0, 1]),
        ({"channel_mode": "mix"}, [0]),
        ({"channel_mode": "mix", "channels": "1"}, [0]),
    ],
)
def test_channels_are_chosen_by_the_query(mock: MockAppliance, query: dict[str, str], numbers: list[int]) -> None:
    """Each chosen channel has its entry and number, a mix one entry numbered 0 (S30, S32, S40, C13, C14)."""
    location = extract(mock.url, voxdouble_fixtures.path("conversation.wav").read_bytes(), **query).headers["Location"]
    mock.clock.advance(1)
    channels = get(location).json()["result"]["channels"]
    assert [channel["channel_number"] for channel in channels] == numbers
    assert all("vector_voiceprint" not in channel for channel in channels)


def test_the_two_speakers_of_a_stereo_recording_differ(mock: MockAppliance) -> None:
    """What is in the channels decides, not the file: two speakers have two voiceprints."""
    location = extract(mock.url, voxdouble_fixtures.path("conversation.wav").read_bytes()).headers["Location"]
    mock.clock.advance(1)
    first, second = get(location).json()["result"]["channels"]
    assert first["voiceprint"] != second["voiceprint"]


def test_silence_has_a_voiceprint_and_an_empty_vector(mock: MockAppliance) -> None:
    """No speech is no failure (S46, C19)."""
    silence = voxdouble_fixtures.path("silence.wav").read_bytes()
    location = extract(mock.url, silence, include_vector_voiceprint="1").headers["Location"]
    mock.clock.advance(1)
    [channel] = get(location).json()["result"]["channels"]
    assert channel["speech_length"] == 0.0
    assert channel["vector_voiceprint"] == []
    assert channel["voiceprint"]


@pytest.mark.parametrize("name", ["not_audio.wav", "empty.wav", "no_frames.wav", "truncated.wav"])
def test_unusable_media_end_rejected(mock: MockAppliance, name: str) -> None:
    """Their task goes from pending straight to rejected, with an error that says why (S14 to S18, C2, C11)."""
    location = extract(mock.url, voxdouble_fixtures.path(name).read_bytes()).headers["Location"]
    assert get(location).json()["task"]["state"] == "pending"
    mock.clock.advance(0.2)
    answer = get(location)
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["task", "error"]
    assert body["task"]["state"] == "rejected"
    assert body["error"]["type"] == "task.validation-error"
    assert body["error"]["detail"][0]["location"] == ["body", "file"]


def test_a_channel_that_is_not_there_ends_rejected(mock: MockAppliance) -> None:
    """The number parses, so only the recording can tell (C13)."""
    location = extract(mock.url, channels="1").headers["Location"]
    mock.clock.advance(1)
    error = get(location).json()["error"]
    assert error["detail"][0]["location"] == ["query", "channels"]


def test_what_is_no_voiceprint_ends_rejected_by_its_index(mock: MockAppliance) -> None:
    """Well-formed Base64 of anything else is found by the technology (C20)."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.clock.advance(1)
    error = get(location).json()["error"]
    assert error["detail"][0]["location"] == ["body", "voiceprints", 0]


def test_a_task_is_404_once_it_has_expired(mock: MockAppliance) -> None:
    """An hour after its end a task answers like one that never was (S20, C3)."""
    location = extract(mock.url).headers["Location"]
    mock.clock.advance(0.7 + 3599.9)
    assert get(location).status_code == 200
    mock.clock.advance(0.1)
    expired, unknown = get(location), get(f"{mock.url}{EXTRACTION}/3fa85f64-5717-4562-b3fc-2c963f66afa6")
    assert expired.status_code == unknown.status_code == 404
    assert expired.json() == unknown.json()


def test_equal_posts_make_two_tasks(mock: MockAppliance) -> None:
    """Nothing is taken for a repetition (C25), and the results are equal to the last byte."""
    first, second = (extract(mock.url).headers["Location"] for _ in range(2))
    mock.clock.advance(1)
    assert first != second
    assert get(first).json()["result"] == get(second).json()["result"]


def test_location_names_what_the_client_used(mock: MockAppliance) -> None:
    """Scheme and Host are the client's own words."""
    answer = requests.post(
        mock.url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers={"Host": "appliance:8000"}, timeout=30
    )
    assert answer.headers["Location"].startswith(f"http://appliance:8000{CONVERSION}/")


def test_location_can_be_the_bare_path() -> None:
    """The form of the vendor's reference is a setting (S9)."""
    with MockAppliance(location="path") as mock:
        started = convert(mock.url + "/_ns/a", ["AAAA"])
        task_id = started.json()["task"]["task_id"]
        assert started.headers["Location"] == started.headers["X-Location"] == f"/_ns/a{CONVERSION}/{task_id}"


def test_location_can_name_a_public_url() -> None:
    """Where clients know the mock by another name than they send, the setting has the word."""
    with MockAppliance(public_url="https://voices.example/phx/") as mock:
        assert convert(mock.url, ["AAAA"]).headers["Location"].startswith(f"https://voices.example/phx{CONVERSION}/")


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voices.example", "X-Forwarded-Prefix": "/phx"}


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [
        (("127.0.0.1",), "https://voices.example/phx/_ns/a"),
        (("127.0.0.0/8", "::1"), "https://voices.example/phx/_ns/a"),
        (("10.0.0.0/8",), None),
        ((), None),
    ],
)
def test_location_believes_only_trusted_proxies(trusted: tuple[str, ...], expected: str | None) -> None:
    """Forwarded headers count where the peer is named as trusted; anybody else's are words of a stranger."""
    with MockAppliance(trusted_proxies=trusted) as mock:
        url = mock.namespace("a").url
        answer = requests.post(url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers=FORWARDED, timeout=30)
        assert answer.headers["Location"].startswith(f"{expected or url}{CONVERSION}/")


def test_location_names_the_port_that_was_mapped(mock: MockAppliance) -> None:
    """Behind a port mapping the Host header has the outer port, and so has `Location`."""
    headers = {"Host": "localhost:18000"}
    answer = requests.post(mock.url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers=headers, timeout=30)
    assert answer.headers["Location"].startswith(f"http://localhost:18000{CONVERSION}/")


@pytest.mark.parametrize(
    "host",
    [
        'evil"<script>',
        "a b",
        "user@host",
        "host:port",
        "host/path",
        "[::1",
        "a,b",
        "a:65536",
        "[::1]:99999",
        "a..b",
        "x" * 64,
    ],
)
def test_a_host_that_is_none_goes_into_no_answer(mock: MockAppliance, host: str) -> None:
    """Names from outside are data: no header is built from them unchecked (P6)."""
    answer = requests.post(mock.url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers={"Host": host}, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["type"] == "request.invalid"
    assert "Location" not in answer.headers
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Forwarded-Host": "vox.example", "X-Forwarded-Port": "8443"}, "http://vox.example:8443"),
        ({"X-Forwarded-Proto": "ftp"}, None),
        ({"X-Forwarded-Host": "a b"}, None),
        ({"X-Forwarded-Prefix": "//evil.example"}, None),
        ({"X-Forwarded-Prefix": "/a/../b?x#y"}, None),
    ],
)
def test_what_a_proxy_forwards_is_checked(headers: dict[str, str], expected: str | None) -> None:
    """A trusted proxy may hand on a stranger's words: what is no scheme, host, port or path is passed over (P6)."""
    with MockAppliance(trusted_proxies=("127.0.0.1",)) as mock:
        answer = requests.post(mock.url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers=headers, timeout=30)
        assert answer.headers["Location"].startswith(f"{expected or mock.url}{CONVERSION}/")


def test_a_public_url_stands_for_all_that_a_proxy_adds() -> None:
    """The forwarded prefix is not added a second time, the namespace is."""
    with MockAppliance(trusted_proxies=("127.0.0.1",), public_url="https://voices.example/phx") as mock:
        url = mock.namespace("a").url
        answer = requests.post(url + CONVERSION, json={"voiceprints": ["AAAA"]}, headers=FORWARDED, timeout=30)
        assert answer.headers["Location"].startswith(f"https://voices.example/phx/_ns/a{CONVERSION}/")

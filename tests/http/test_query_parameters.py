"""Query parameters of the media technologies, beyond those that the contract suite sends (C8, C13, C16, C23, P3)."""

import pytest

from tests.http.wire import EXTRACTION, MULTIPART, NO_AUDIO, assert_refused, form, head_of_post, post, raw
from voxdouble_mock import MockAppliance

GENDER, AGE = "/api/technology/gender-identification", "/api/technology/age-estimation"


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        (EXTRACTION, "channel_mode=Mix", "channel_mode"),
        (EXTRACTION, "channel_mode=", "channel_mode"),
        (EXTRACTION, "channel_mode=mix&channel_mode=x", "channel_mode"),
        (EXTRACTION, "channels=,", "channels"),
        (EXTRACTION, "channels=01", "channels"),
        (EXTRACTION, "channels=1234567890", "channels"),
        (EXTRACTION, "channels=%D9%A1", "channels"),
        (EXTRACTION, "channels=1.0", "channels"),
        (EXTRACTION, "include_vector_voiceprint=truely", "include_vector_voiceprint"),
        (GENDER, "range_from=-1", "range_from"),
        (GENDER, "range_from=x", "range_from"),
        (GENDER, "range_from=nan", "range_from"),
        (GENDER, "range_from=1e300", "range_from"),
        (GENDER, "range_from=1_0", "range_from"),
        (GENDER, "range_from=1,5", "range_from"),
        (GENDER, "range_to=0", "range_to"),
        (AGE, "range_from=-1", "range_from"),
        (AGE, "range_from=2&range_to=2", "range_to"),
        (GENDER, "range_from=2&range_to=2", "range_to"),
        (GENDER, "max_speech_length=0", "max_speech_length"),
        (GENDER, "max_speech_length=", "max_speech_length"),
    ],
)
def test_invalid_parameters_are_422(mock: MockAppliance, path: str, query: str, name: str) -> None:
    """The detail of the refusal is located at the invalid parameter."""
    response = post(f"{mock.url}{path}?{query}", files={"file": NO_AUDIO})
    assert_refused(response, 422, "request.validation-error", ["query", name])


@pytest.mark.parametrize("path", [EXTRACTION, GENDER, AGE])
def test_a_parameter_without_a_name_is_ignored(mock: MockAppliance, path: str) -> None:
    """Like each unknown parameter, it changes nothing beside known ones, and is a warning in the log (C17)."""
    response = post(f"{mock.url}{path}?channels=0&=x", files={"file": NO_AUDIO})
    assert response.status_code == 202, response.text
    assert len(mock.requests[-1].warnings) == 1


@pytest.mark.parametrize("query", [b"\x9e=1", b"channels=0&\xed\xa0=\xff", b"%9e=%ff"])
def test_a_query_that_is_not_utf_8_is_read(mock: MockAppliance, query: bytes) -> None:
    """Its invalid bytes stand in the log as replacement characters, and no request fails because of them (P3)."""
    body = form(("file", b"RIFF"))
    head = head_of_post(f"{EXTRACTION}?", MULTIPART, f"Content-Length: {len(body)}")
    status, _ = raw(mock.url, head.replace(b"?", b"?" + query, 1) + body)
    assert status == 202
    assert "\N{REPLACEMENT CHARACTER}" in "".join(mock.requests[-1].warnings)

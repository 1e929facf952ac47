"""Parameters of the client and of extractions: what becomes of them, and which are refused."""

from typing import Any

import pytest

from tests.client.hostile import DONE, START, responding, response, serving
from voxdouble_client import ApplianceClient


@pytest.mark.parametrize(
    ("settings", "query"),
    [
        ({}, ""),
        ({"include_vector_voiceprint": True}, "include_vector_voiceprint=true"),
        ({"channel_mode": "split"}, "channel_mode=split"),
        ({"channels": [1, 0]}, "channels=1%2C0"),
        ({"channels": range(2), "channel_mode": "mix"}, "channel_mode=mix&channels=0%2C1"),
    ],
)
def test_the_parameters_of_an_extraction_become_the_query(settings: dict[str, Any], query: str) -> None:
    """Only parameters that are given are sent; the appliance's defaults apply to the others (S29 to S33)."""
    with serving(responding(response(200, DONE))) as (server, appliance):
        appliance.extract_voiceprint(b"audio", **settings)
    path, _, sent = server.received[0].target.partition("?")
    assert (path, sent) == (START, query)


@pytest.mark.parametrize("channels", ["0,1", [-1], ["a"], [0.5], [True]])
def test_invalid_channels_are_refused(channels: Any) -> None:
    """Channels must be whole numbers, 0 or more; others are refused before anything is sent."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match=r"`channels` must be whole numbers, 0 or more"),
    ):
        appliance.extract_voiceprint(b"audio", channels=channels)


def test_an_invalid_channel_mode_is_refused() -> None:
    """The channel mode must be split or mix (S30)."""
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(ValueError, match='"split" or "mix"'):
        appliance.extract_voiceprint(b"audio", channel_mode="both")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "", "appliance", "appliance:8000", "//appliance", "ftp://appliance", "http://", "http://:80", "http://[::1",
        "http://a:99999", "http://a:0", "http://a:b", "http://me@a", "http://me:secret@a", "http://a?b", "http://a#b",
        "http://a b", "http://a\n", "http://a\\b", "http://\u0101",
    ],
)  # fmt: skip
def test_a_malformed_base_url_is_refused(url: str) -> None:
    """A malformed base URL is a ValueError that shows a valid one."""
    with pytest.raises(ValueError, match=r"http://host:8000|[Pp]ort|IPv6"):
        ApplianceClient(url)


@pytest.mark.parametrize("settings", [{"token": "a b"}, {"token": ""}, {"token": "ž"}, {"foreign_location": "follow"}])
def test_invalid_settings_are_refused(settings: dict[str, Any]) -> None:
    """A token that cannot be in a header, or an unknown setting, is a ValueError; the token is not shown."""
    with pytest.raises(ValueError, match=r"`token` must be printable|refuse"):
        ApplianceClient("http://appliance", **settings)

"""The mock inside the caller's process."""

import time
from typing import Any

import pytest

from tests.http.wire import convert, get
from voxdouble_mock import MockAppliance


def test_several_mocks_at_once_do_not_meet() -> None:
    """Each has a port, tasks and a clock of its own."""
    with MockAppliance(clock="manual") as one, MockAppliance(clock="manual") as two:
        location = convert(one.url, ["AAAA"]).headers["Location"]
        two.clock.advance(100)
        assert one.url != two.url
        assert get(location).json()["task"]["state"] == "pending"
        assert get(location.replace(one.url, two.url)).status_code == 404


def test_the_clock_can_be_the_clients() -> None:
    """`sleep` lets virtual time pass at once, and `now` shows it."""
    with MockAppliance(clock="manual", pending=300, running=300) as mock:
        location = convert(mock.url, ["e30="]).headers["Location"]
        real, before = time.monotonic(), mock.clock.now()
        mock.clock.sleep(600)
        assert mock.clock.now() - before == pytest.approx(600)
        assert time.monotonic() - real < 60
        assert get(location).json()["task"]["state"] == "rejected"


@pytest.mark.parametrize("clock", ["real", "manual", "scale:0.001"])
def test_whoever_sleeps_on_the_clock_waits_for_nobody(clock: str) -> None:
    """In every mode the time slept is the clock's, and passes at once."""
    with MockAppliance(clock=clock) as mock:
        real, before = time.monotonic(), mock.clock.now()
        mock.clock.sleep(600)
        assert mock.clock.now() - before >= 600
        assert time.monotonic() - real < 60


def test_reset_makes_the_mock_as_new() -> None:
    """No task is left."""
    with MockAppliance() as mock:
        location = convert(mock.url, ["AAAA"]).headers["Location"]
        mock.reset()
        assert get(location).status_code == 404


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"clock": "fast"}, ValueError),
        ({"speed": 2}, TypeError),
        ({"port": 99_999}, ValueError),
        ({"max_list": 0}, ValueError),
        ({"max_upload": -5}, ValueError),
        ({"max_upload_seconds": float("nan")}, ValueError),
        ({"pending": "soon"}, ValueError),
        ({"seed": "x"}, ValueError),
        ({"token": "a b"}, ValueError),
        ({"control_hosts": ("http://mock:8000",)}, ValueError),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], error: type[Exception]) -> None:
    """Like those of the command: by name."""
    with pytest.raises(error) as refused:
        MockAppliance(**options)
    assert next(iter(options)).split("_")[0] in str(refused.value).lower()

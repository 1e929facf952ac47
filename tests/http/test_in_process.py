"""The mock inside the caller's process."""

import time
from typing import Any

import pytest

from tests.http.wire import convert, get
from voxdouble_mock import MockAppliance


def test_several_mocks_are_separate() -> None:
    """Each mock has a port, tasks and a clock of its own."""
    with MockAppliance(clock="manual") as one, MockAppliance(clock="manual") as two:
        location = convert(one.url, ["AAAA"]).headers["Location"]
        two.clock.advance(100)
        assert one.url != two.url
        assert get(location).json()["task"]["state"] == "pending"
        assert get(location.replace(one.url, two.url)).status_code == 404


@pytest.mark.parametrize("clock", ["real", "manual", "scale:0.001"])
def test_a_sleep_on_the_clock_returns_at_once(clock: str) -> None:
    """In every mode `sleep` advances the mock's clock without waiting, and `now` shows it."""
    with MockAppliance(clock=clock, pending=300, running=300) as mock:
        location = convert(mock.url, ["e30="]).headers["Location"]
        real, before = time.monotonic(), mock.clock.now()
        mock.clock.sleep(600)
        assert mock.clock.now() - before >= 600
        assert time.monotonic() - real < 60
        assert get(location).json()["task"]["state"] == "rejected"


def test_reset_removes_the_tasks(mock: MockAppliance) -> None:
    """After a reset an earlier task is unknown."""
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
def test_an_invalid_option_is_refused_by_name(options: dict[str, Any], error: type[Exception]) -> None:
    """An invalid value is a ValueError and an unknown option a TypeError, each with the option's name."""
    with pytest.raises(error) as refused:
        MockAppliance(**options)
    assert next(iter(options)).split("_")[0] in str(refused.value).lower()

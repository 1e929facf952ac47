"""The capacities of the vendor's billing: the month of the clock, and technologies that a scenario uses up."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.http.wire import extract, get
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.vendor.billing import month_of

EXTRACTION = "speaker-identification-voiceprint-extraction"


def remaining(mock: MockAppliance) -> dict[str, bool]:
    """Return whether capacity remains, by the label of the technology."""
    items: list[dict[str, Any]] = get(mock.url + "/api/billing/capacities").json()["items"]
    return {item["labels"][0]["value"]: item["current_period"]["has_remaining_capacity"] for item in items}


@pytest.mark.parametrize(
    ("instant", "start", "end"),
    [
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ],
)
def test_the_period_is_a_calendar_month(instant: datetime, start: str, end: str) -> None:
    """The period begins at the first instant of the month and ends at that of the next one, in UTC."""
    assert month_of(round(instant.timestamp() * 1000)) == (start, end)


def test_the_month_is_that_of_the_clock(mock: MockAppliance) -> None:
    """A clock that is moved by a year shows a period that is a year later."""
    before = get(mock.url + "/api/billing/capacities").json()["items"][0]["current_period"]["start_time"]
    mock.clock.advance(366 * 86_400)
    after = get(mock.url + "/api/billing/capacities").json()["items"][0]["current_period"]["start_time"]
    assert int(after[:4]) >= int(before[:4]) + 1


def test_capacity_remains_however_much_is_processed(mock: MockAppliance) -> None:
    """Capacity is never used up by tasks."""
    assert extract(mock.url).status_code == 202
    mock.clock.advance(1)
    found = remaining(mock)
    assert set(found) == {"speaker_identification", "gender_identification", "age_estimation"}
    assert all(found.values())


def test_a_scenario_uses_a_capacity_up(mock: MockAppliance) -> None:
    """The technologies in `used_up` have no capacity left, until the scenario is removed."""
    mock.scenario("capacity-used-up")
    assert {label for label, remains in remaining(mock).items() if not remains} == {"speaker_identification"}
    assert extract(mock.url).status_code == 403
    mock.scenario(None)
    assert all(remaining(mock).values())


def test_an_unknown_technology_cannot_be_used_up(mock: MockAppliance) -> None:
    """An unknown name in `used_up` is refused with the closest one."""
    with pytest.raises(ValueError, match="age-estimation"):
        mock.scenario({"rules": [{"then": {}}], "used_up": ["age-estimate"]})

"""The calendar month of an instant."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from voxdouble_mock.core.calendar_month import month_at

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.datetimes(datetime(1600, 1, 1), datetime(2400, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
@example(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC))
@example(datetime(2100, 3, 1, tzinfo=UTC))
@example(datetime(2000, 12, 31, 23, 59, 59, tzinfo=UTC))
def test_the_month_is_that_of_the_gregorian_calendar(instant: datetime) -> None:
    """Year and month of each instant are those of Python's calendar."""
    assert month_at((instant - EPOCH) // timedelta(milliseconds=1)) == (instant.year, instant.month)

"""The header `Retry-After`: a number of seconds, or a date."""

import email.utils
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_client._http.wire import retry_after

NOW = "Tue, 06 Oct 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", "", 0.0),
        ("120", "", 120.0),
        (" 7 ", "", 7.0),
        ("Tue, 06 Oct 2026 12:00:30 GMT", NOW, 30.0),
        ("Tuesday, 06-Oct-26 12:01:00 GMT", NOW, 60.0),
        ("Tue Oct  6 12:00:05 2026", NOW, 5.0),
        ("Tue, 06 Oct 2026 11:00:00 GMT", NOW, 0.0),
        ("Tue, 06 Oct 2026 14:00:09 +0200", NOW, 9.0),
        ("Tue, 06 Oct 2015 12:00:30 GMT", "", 0.0),
        ("Tue, 06 Oct 2015 12:00:30 GMT", "yesterday", 0.0),
        ("", NOW, None),
        ("soon", NOW, None),
        ("-5", NOW, None),
        ("1.5", NOW, 1.5),
        ("0.5", NOW, 0.5),
        ("1.", NOW, None),
        (".5", NOW, None),
        ("1e9", NOW, None),
        ("٣", NOW, None),
        ("9" * 10, NOW, 9999999999.0),
        ("9" * 400, NOW, None),
        ("Tue, 99 Oct 2026 12:00:30 GMT", NOW, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, date: str, seconds: float | None) -> None:
    """A number is seconds, a date is compared with the response's own `Date`, and anything else is ignored."""
    assert retry_after({"retry-after": value, "date": date}) == seconds


@pytest.mark.parametrize("headers", [{}, {"date": ""}, {"date": "yesterday"}])
def test_without_a_valid_date_the_own_clock_counts(headers: dict[str, str]) -> None:
    """A date is compared with the clock of this machine if the response has no valid `Date`."""
    later = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    seconds = retry_after({"retry-after": later, **headers})
    assert seconds is not None
    assert 0 < seconds <= 100


@given(st.text(), st.text())
def test_any_retry_after_is_a_pause_or_ignored(value: str, date: str) -> None:
    """Any text in the headers gives a number of 0 or more, or None."""
    seconds = retry_after({"retry-after": value, "date": date})
    assert seconds is None or seconds >= 0

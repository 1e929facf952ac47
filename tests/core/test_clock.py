"""The clock of a namespace: its modes, and that it never goes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.clock import (
    MANUAL,
    MAX_INSTANT,
    REAL,
    Clock,
    Pace,
    advance,
    change_pace,
    parse_pace,
    read,
    scaled,
    start,
    to_milliseconds,
    to_seconds,
)
from voxdouble_mock.core.errors import ValidationFailed

PACES = st.sampled_from([REAL, MANUAL, scaled(0.001), scaled(0.3), scaled(60), scaled(1_000_000)])
INSTANTS = st.integers(0, 10**13)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.one_of(PACES, st.floats(0, 10**6))), max_size=20), INSTANTS, PACES)
def test_a_clock_never_goes_back(steps: list[tuple[int, Pace | float]], real_now: int, pace: Pace) -> None:
    """Any sequence of advances and changes of pace only moves a clock forward; a refused advance leaves it as it is."""
    clock = start(pace, real_now)
    shown = read(clock, real_now)
    for passed, action in steps:
        real_now += passed
        before = read(clock, real_now)
        if isinstance(action, Pace):
            clock = change_pace(clock, action, real_now)
        elif clock.shown + to_milliseconds(action) <= MAX_INSTANT:
            clock = advance(clock, action)
        else:
            with pytest.raises(ValidationFailed, match="must advance the clock to at most"):
                advance(clock, action)
        assert shown <= before <= read(clock, real_now)
        shown = read(clock, real_now)


@given(PACES, INSTANTS, st.integers(0, 10**9))
def test_a_clock_stands_still_if_real_time_goes_back(pace: Pace, real_now: int, back: int) -> None:
    """At a real instant before its anchor, a clock shows the same as at the anchor."""
    assert read(start(pace, real_now), real_now - back) == real_now


@pytest.mark.parametrize(("pace", "shown"), [(REAL, 6000), (MANUAL, 1000), (scaled(60), 301_000), (scaled(0.5), 3500)])
def test_each_mode_has_its_own_pace(pace: Pace, shown: int) -> None:
    """Five real seconds are five on a real clock, none on a manual one, and `rate` times five on a scaled one."""
    assert read(start(pace, 1000), 6000) == shown


@pytest.mark.parametrize("pace", [REAL, MANUAL, scaled(60)])
def test_a_clock_of_every_mode_can_be_advanced(pace: Pace) -> None:
    """An advance moves a clock by that many seconds, in addition to the time that passes."""
    clock = start(pace, 1000)
    assert read(advance(clock, 10.5), 1000) == read(clock, 1000) + 10_500


def test_a_clock_set_to_real_catches_up_and_does_not_go_back() -> None:
    """A manual clock behind real time jumps to real time; one ahead of it stays ahead."""
    behind = start(MANUAL, 1000)
    ahead = advance(behind, 100)
    assert read(change_pace(behind, REAL, 5000), 6000) == 6000
    assert read(change_pace(ahead, REAL, 5000), 6000) == 102_000


@pytest.mark.parametrize("seconds", [-0.001, float("nan"), float("inf"), 1e300, 10**400, "5", None])
def test_impossible_advances_are_refused(seconds: Any) -> None:
    """An advance is a finite number of seconds, at least 0."""
    with pytest.raises(ValidationFailed, match="`seconds` must be a number from 0 to") as refused:
        advance(Clock(MANUAL, 0, 0), seconds)
    assert refused.value.details[0].location == ("body", "seconds")


def test_a_clock_is_not_advanced_beyond_the_last_instant() -> None:
    """The last instant is reached, and the message about a later one names both."""
    shown = MAX_INSTANT - 10_000
    assert advance(Clock(MANUAL, 0, shown), 10).shown == MAX_INSTANT
    with pytest.raises(
        ValidationFailed, match=r"at most 1000000000000 seconds .* leads to 1000000000000\.5"
    ) as refused:
        advance(Clock(MANUAL, 0, shown), 10.5)
    assert refused.value.details[0].location == ("body", "seconds")


@pytest.mark.parametrize(("text", "pace"), [("real", REAL), ("manual", MANUAL), ("scale:60", scaled(60))])
def test_the_three_forms_of_the_option_are_parsed(text: str, pace: Pace) -> None:
    """Each form of the option gives its pace."""
    assert parse_pace(text) == pace


@pytest.mark.parametrize("text", ["", "Real", "scale", "scale:", "scale:0", "scale:-1", "scale:nan", "scale:1e7", "60"])
def test_other_forms_of_the_option_are_refused(text: str) -> None:
    """The error lists the allowed forms and names the text that was found."""
    with pytest.raises(ValueError, match="must be real, manual or scale:N") as refused:
        parse_pace(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0.0, 0), (0.2, 200), (0.0001, 1), (1.0005, 1001), (4.11, 4110)])
def test_seconds_are_rounded_up_to_milliseconds(seconds: float, milliseconds: int) -> None:
    """No duration becomes 0 by rounding, and a whole number of milliseconds is exact."""
    assert to_milliseconds(seconds) == milliseconds


@given(st.integers(0, MAX_INSTANT))
def test_milliseconds_survive_the_way_to_seconds_and_back(milliseconds: int) -> None:
    """Every instant that a clock can show is exact in seconds."""
    assert to_milliseconds(to_seconds(milliseconds)) == milliseconds

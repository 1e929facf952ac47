"""A namespace's clock: what it shows, and that it never goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.clock import MANUAL, REAL, Clock, Pace, advance, change_pace, parse_pace, read, scaled, start
from voxdouble_mock.core.errors import ValidationFailed

PACES = st.sampled_from([REAL, MANUAL, scaled(0.001), scaled(0.3), scaled(60), scaled(1_000_000)])
INSTANTS = st.integers(0, 10**13)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.one_of(PACES, st.floats(0, 10**6))), max_size=20), INSTANTS, PACES)
def test_a_clock_never_goes_back(steps: list[tuple[int, Pace | float]], real_now: int, pace: Pace) -> None:
    """Whatever is done to a clock while real time passes, what it shows only grows."""
    clock = start(pace, real_now)
    shown = read(clock, real_now)
    for passed, action in steps:
        real_now += passed
        before = read(clock, real_now)
        clock = change_pace(clock, action, real_now) if isinstance(action, Pace) else advance(clock, action)
        assert shown <= before <= read(clock, real_now)
        shown = read(clock, real_now)


@given(PACES, INSTANTS, st.integers(0, 10**9))
def test_a_clock_stands_still_where_real_time_goes_back(pace: Pace, real_now: int, back: int) -> None:
    """A real instant before the clock's own anchor shows what the anchor shows."""
    assert read(start(pace, real_now), real_now - back) == real_now


@pytest.mark.parametrize(("pace", "shown"), [(REAL, 6000), (MANUAL, 1000), (scaled(60), 301_000), (scaled(0.5), 3500)])
def test_each_mode_has_its_own_pace(pace: Pace, shown: int) -> None:
    """Five real seconds are five on a real clock, none on a manual one, and as set on a scaled one."""
    assert read(start(pace, 1000), 6000) == shown


@pytest.mark.parametrize("pace", [REAL, MANUAL, scaled(60)])
def test_every_mode_can_be_advanced(pace: Pace) -> None:
    """Advancing moves a clock by that many seconds, on top of what passes by itself."""
    clock = start(pace, 1000)
    assert read(advance(clock, 10.5), 1000) == read(clock, 1000) + 10_500


def test_a_clock_set_to_real_catches_up_but_does_not_go_back() -> None:
    """A manual clock that stood still jumps to the real now; one that was ahead stays ahead."""
    behind = start(MANUAL, 1000)
    ahead = advance(behind, 100)
    assert read(change_pace(behind, REAL, 5000), 6000) == 6000
    assert read(change_pace(ahead, REAL, 5000), 6000) == 102_000


@pytest.mark.parametrize("seconds", [-0.001, float("nan"), float("inf"), 1e300])
def test_impossible_advances_are_refused(seconds: float) -> None:
    """A clock advances by a finite number of seconds, not below 0."""
    with pytest.raises(ValidationFailed) as refused:
        advance(Clock(MANUAL, 0, 0), seconds)
    assert refused.value.details[0].location == ("body", "seconds")


@pytest.mark.parametrize(("text", "pace"), [("real", REAL), ("manual", MANUAL), ("scale:60", scaled(60))])
def test_paces_are_read(text: str, pace: Pace) -> None:
    """The three spellings of the option are understood."""
    assert parse_pace(text) == pace


@pytest.mark.parametrize("text", ["", "Real", "scale", "scale:", "scale:0", "scale:-1", "scale:nan", "scale:1e7", "60"])
def test_other_paces_are_refused(text: str) -> None:
    """Anything else is refused with what would be right."""
    with pytest.raises(ValueError, match="real, manual or scale:N"):
        parse_pace(text)

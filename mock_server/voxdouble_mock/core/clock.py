"""A namespace's clock: an immutable record, and one pure function from real time to the clock's time.

All instants are integer milliseconds since the epoch. Whatever the mode, a clock shows `shown` at the real instant
`anchor` and moves on from there at `rate`: real time at 1, a scaled clock at N, a manual one at 0.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from voxdouble_mock.core.errors import Detail, ValidationFailed

MAX_RATE = 1_000_000
MAX_ADVANCE_SECONDS = 10_000_000_000  # three centuries: keeps every instant far inside what JSON readers keep exact


class Mode(StrEnum):
    """How a clock moves by itself."""

    REAL = "real"
    MANUAL = "manual"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Pace:
    """What a user chooses of a clock: its mode, and how many of its seconds pass in a real one."""

    mode: Mode
    rate: float


REAL = Pace(Mode.REAL, 1.0)
MANUAL = Pace(Mode.MANUAL, 0.0)


def scaled(rate: float) -> Pace:
    """Make the pace of a clock that runs `rate` times as fast as real time; ValueError unless 0 < rate <= a million."""
    if not (math.isfinite(rate) and 0 < rate <= MAX_RATE):
        raise ValueError(f"A clock's scale is a number above 0 and at most {MAX_RATE}, not {rate}.")
    return Pace(Mode.SCALE, float(rate))


def parse_pace(text: str) -> Pace:
    """Read `real`, `manual` or `scale:N`; ValueError names what would be right."""
    text = str(text)
    if text == Mode.REAL:
        return REAL
    if text == Mode.MANUAL:
        return MANUAL
    mode, _, rate = text.partition(":")
    if mode == Mode.SCALE:
        try:
            return scaled(float(rate))
        except ValueError:
            pass
    raise ValueError(f"A clock is real, manual or scale:N with N above 0 and at most {MAX_RATE}, not {text!r}.")


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock showed at one real instant, and its pace from there on."""

    pace: Pace
    anchor: int
    shown: int


def start(pace: Pace, real_now: int) -> Clock:
    """Start a clock; every mode starts at the real now."""
    return Clock(pace, anchor=real_now, shown=real_now)


def read(clock: Clock, real_now: int) -> int:
    """Tell what the clock shows at a real instant. It never goes back, even where real time does."""
    return clock.shown + math.floor(max(0, real_now - clock.anchor) * clock.pace.rate)


def advance(clock: Clock, seconds: float) -> Clock:
    """Move the clock ahead, in every mode."""
    if not (math.isfinite(seconds) and 0 <= seconds <= MAX_ADVANCE_SECONDS):
        raise ValidationFailed(
            [
                Detail(
                    ("body", "seconds"),
                    f"A clock advances by a number of seconds from 0 to {MAX_ADVANCE_SECONDS}.",
                    "number",
                )
            ]
        )
    return replace(clock, shown=clock.shown + milliseconds(seconds))


def milliseconds(seconds: float) -> int:
    """Give a time in whole milliseconds, rounded up, so that no step that is asked for comes to nothing."""
    return math.ceil(round(seconds * 1000, 3))


def change_pace(clock: Clock, pace: Pace, real_now: int) -> Clock:
    """Go on from what the clock shows at another pace; a clock set to real first catches up with real time."""
    shown = read(clock, real_now)
    if pace.mode is Mode.REAL:
        shown = max(shown, real_now)
    return Clock(pace, anchor=real_now, shown=shown)

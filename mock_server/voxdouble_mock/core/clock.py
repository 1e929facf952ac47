"""The clock of a namespace: an immutable record, and a pure function from real time to the clock's time.

All instants are integer milliseconds since the epoch. A clock shows `shown` at the real instant `anchor`, and runs from
there at `rate` times real time: a real clock at 1, a scaled one at N, a manual one at 0.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from voxdouble_mock.core.errors import Detail, ValidationFailed

MAX_RATE = 1_000_000
MAX_ADVANCE_SECONDS = 10_000_000_000
"""Some 300 years."""
MAX_INSTANT = 10**15
"""The last instant that an advance can reach, some 30,000 years from now.

Every JSON reader reads such an instant exactly, in milliseconds and in seconds.
"""


class Mode(StrEnum):
    """How a clock runs."""

    REAL = "real"
    MANUAL = "manual"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Pace:
    """The mode of a clock, and how many of its seconds pass in one real second."""

    mode: Mode
    rate: float


REAL = Pace(Mode.REAL, 1.0)
MANUAL = Pace(Mode.MANUAL, 0.0)


def scaled(rate: float) -> Pace:
    """Return the pace of a clock at `rate` times real time; ValueError unless 0 < rate <= MAX_RATE."""
    if not (math.isfinite(rate) and 0 < rate <= MAX_RATE):
        raise ValueError(f"The rate of a scaled clock must be greater than 0 and at most {MAX_RATE}, got {rate}.")
    return Pace(Mode.SCALE, float(rate))


def parse_pace(text: str) -> Pace:
    """Return the pace that `real`, `manual` or `scale:N` stands for; ValueError for any other text."""
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
    allowed = f"real, manual or scale:N with N greater than 0 and at most {MAX_RATE}"
    raise ValueError(f"`clock` must be {allowed}, got {text!r}.")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that a clock showed at one real instant, and its pace from there on."""

    pace: Pace
    anchor: int
    shown: int


def start(pace: Pace, real_now: int) -> Clock:
    """Return a new clock; in every mode it shows the real time at its start."""
    return Clock(pace, anchor=real_now, shown=real_now)


def read(clock: Clock, real_now: int) -> int:
    """Return the instant that the clock shows at a real instant, never before `shown`.

    If real time goes back to the anchor or before it, the clock goes back as far as `shown`.
    """
    return clock.shown + math.floor(max(0, real_now - clock.anchor) * clock.pace.rate)


def advance(clock: Clock, seconds: float) -> Clock:
    """Return the clock advanced by some seconds, in any mode.

    Raises ValidationFailed unless `seconds` is a number from 0 to MAX_ADVANCE_SECONDS that leaves the clock at or
    before MAX_INSTANT.
    """
    try:
        is_possible = 0 <= seconds <= MAX_ADVANCE_SECONDS
    except TypeError:  # not a number
        is_possible = False
    if not is_possible:
        message = f"`seconds` must be a number from 0 to {MAX_ADVANCE_SECONDS}, got {seconds!r}."
        raise ValidationFailed([Detail(("body", "seconds"), message, "number")])
    shown = clock.shown + to_milliseconds(seconds)
    if shown > MAX_INSTANT:
        message = (
            f"`seconds` must advance the clock to at most {MAX_INSTANT // 1000} seconds since the epoch, "
            f"got {seconds}, which leads to {to_seconds(shown)}."
        )
        raise ValidationFailed([Detail(("body", "seconds"), message, "number")])
    return replace(clock, shown=shown)


def change_pace(clock: Clock, pace: Pace, real_now: int) -> Clock:
    """Return the clock with another pace.

    It goes on from the time that it shows. With the mode `real` it first catches up with real time.
    """
    shown = read(clock, real_now)
    if pace.mode is Mode.REAL:
        shown = max(shown, real_now)
    return Clock(pace, anchor=real_now, shown=shown)


def to_milliseconds(seconds: float) -> int:
    """Return seconds in whole milliseconds, rounded up, so that 0.1 ms does not become 0; float errors are ignored."""
    exact = seconds * 1000
    nearest = round(exact)
    return nearest if math.isclose(exact, nearest, rel_tol=1e-15, abs_tol=5e-4) else math.ceil(exact)


def to_seconds(milliseconds: int) -> float:
    """Return milliseconds in seconds."""
    return milliseconds / 1000

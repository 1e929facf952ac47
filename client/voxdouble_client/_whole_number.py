"""The check of a whole number that a caller gives as an argument."""

from __future__ import annotations

import operator
from typing import Any


def checked_whole_number(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return `value`; ValueError unless it is a whole number, not a bool, from `least` to `most`.

    `name` is the argument's name in the message.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool) or (most is not None and number > most):
        bounds = f" of at least {least}" if most is None else f" from {least} to {most}"
        raise ValueError(f"`{name}` must be a whole number{bounds}, got {value!r}.")
    return number

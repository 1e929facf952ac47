"""Query parameters of the media technologies, each a name, a default and a reader of its text (contract 3.1)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voxdouble_mock.core.errors import Detail, ValidationFailed

TRUE = frozenset({"true", "1", "on", "yes", "t", "y"})
FALSE = frozenset({"false", "0", "off", "no", "f", "n"})
CHANNEL_LIST = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:,(?:0|[1-9][0-9]{0,8}))*", re.ASCII)

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE)
MAX_SECONDS = 999_999_999
MAX_DIGITS = 100


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter; `read` turns its text into its value or raises ValueError with what would be right."""

    name: str
    default: Any
    read: Callable[[str], Any]


def parse_query(parameters: tuple[Parameter, ...], query: Mapping[str, str]) -> dict[str, Any]:
    """Read all of a technology's parameters; unknown ones are ignored (C17), bad ones refused all at once (C8)."""
    values, details = {}, []
    for parameter in parameters:
        text = query.get(parameter.name)
        try:
            values[parameter.name] = parameter.default if text is None else parameter.read(text)
        except ValueError as error:
            details.append(Detail(("query", parameter.name), f"{parameter.name} {error}", "value"))
    if not details and values.get("range_to") is not None and values["range_to"] <= values["range_from"]:
        details.append(Detail(("query", "range_to"), "range_to lies after range_from.", "value"))
    if details:
        raise ValidationFailed(details)
    return values


def read_boolean(text: str) -> bool:
    """Read a boolean as generously as the vendor's framework does (S34, C16)."""
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"is true or false, not {text[:40]!r}.")


def read_channel_mode(text: str) -> str:
    """Read `split` or `mix` (S30, S31)."""
    if text not in {"split", "mix"}:
        raise ValueError(f"is split or mix, not {text[:40]!r}.")
    return text


def read_channels(text: str) -> tuple[int, ...]:
    """Read comma-separated 0-based channel numbers without spaces, signs or repetitions; empty means all (S32, C13)."""
    if not text:
        return ()
    if not CHANNEL_LIST.fullmatch(text):
        raise ValueError(f"is a list of channel numbers such as 0,1 without spaces or signs, not {text[:40]!r}.")
    channels = tuple(map(int, text.split(",")))
    if len(set(channels)) < len(channels):
        raise ValueError(f"names each channel once, unlike {text[:40]!r}.")
    return channels


def read_seconds(text: str) -> float:
    """Read a number of seconds from 0 on."""
    seconds = float(text) if len(text) <= MAX_DIGITS and NUMBER.fullmatch(text) else -1.0
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError(f"is a number of seconds from 0 to {MAX_SECONDS}, such as 2.5, not {text[:40]!r}.")
    return seconds


def read_positive_seconds(text: str) -> float:
    """Read a number of seconds above 0 (C23)."""
    seconds = read_seconds(text)
    if seconds == 0:
        raise ValueError(f"is a number of seconds above 0, not {text[:40]!r}.")
    return seconds


CHANNEL_MODE = Parameter("channel_mode", "split", read_channel_mode)
CHANNELS = Parameter("channels", (), read_channels)
RANGE_FROM = Parameter("range_from", 0.0, read_seconds)
RANGE_TO = Parameter("range_to", None, read_positive_seconds)
MAX_SPEECH_LENGTH = Parameter("max_speech_length", None, read_positive_seconds)

"""The options of requests with recordings: types, defaults, and the query parameters from which they are read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from voxdouble_mock.core.errors import Detail, ValidationFailed

TRUE = ("true", "1", "on", "yes", "t", "y")
FALSE = ("false", "0", "off", "no", "f", "n")
CHANNEL_LIST = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:,(?:0|[1-9][0-9]{0,8}))*", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE)
COUNT = re.compile(r"[0-9]{1,10}", re.ASCII)
MAX_SECONDS = 999_999_999
MAX_COUNT = 1_000_000
MAX_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOptions:
    """The options of a request, under the vendor's names; default values for those that a technology does not take."""

    channel_mode: Literal["split", "mix"] = "split"
    channels: tuple[int, ...] = ()
    """Numbers from 0 in the requested order; empty means all (S32, C13)."""
    range_from: float = 0.0
    """Seconds."""
    range_to: float | None = None
    """Seconds; None means the end of the recording."""
    max_speech_length: float | None = None
    """Seconds; None means no limit."""
    include_vector_voiceprint: bool = False
    others: tuple[tuple[str, str | int | bool], ...] = ()
    """Names and values of the parameters that only other technologies have (C50)."""


OPTIONS = frozenset(field.name for field in fields(RecordingOptions))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: of the option of the same name, or one that only other technologies have (C50)."""

    name: str
    read: Callable[[str], Any]
    """Parses the value; the message of its ValueError completes the sentence "`name` must ..."."""
    required: bool = False
    excludes: str = ""
    """The parameter that must be absent if this one is given; empty if it excludes none."""


def read_options(parameters: Sequence[Parameter], query: Mapping[str, str]) -> RecordingOptions:
    """Return the options in a query. Unknown parameters are ignored (C17).

    Raises ValidationFailed with one detail for each invalid parameter (C8).
    """
    values, others, details = {}, [], []
    for parameter in parameters:
        text = query.get(parameter.name)
        if text is None:
            if parameter.required:
                details.append(Detail(("query", parameter.name), f"`{parameter.name}` is required.", "missing"))
            continue
        if parameter.excludes and parameter.excludes in query:
            details.append(_detail(parameter.name, f"must be absent if `{parameter.excludes}` is given, got both"))
            continue
        try:
            value = parameter.read(text)
        except ValueError as error:
            details.append(_detail(parameter.name, f"{error}, got {text[:40]!r}"))
            continue
        if parameter.name in OPTIONS:
            values[parameter.name] = value
        else:
            others.append((parameter.name, value))
    options = RecordingOptions(**values, others=tuple(others))
    if not details and options.range_to is not None and options.range_to <= options.range_from:
        found = f"must be greater than `range_from` ({options.range_from:g}), got {options.range_to:g}"
        details.append(_detail("range_to", found))
    if details:
        raise ValidationFailed(details)
    return options


def _detail(name: str, requirement: str) -> Detail:
    return Detail(("query", name), f"`{name}` {requirement}.", "value")


def read_boolean(text: str) -> bool:
    """Return a boolean, spelled in any way that the vendor's framework accepts (S34, C16)."""
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"must be one of {', '.join(TRUE + FALSE)}, in any case")


def read_channel_mode(text: str) -> str:
    """Return the channel mode, `split` or `mix` (S30, S31)."""
    if text not in {"split", "mix"}:
        raise ValueError("must be one of split, mix")
    return text


def read_channels(text: str) -> tuple[int, ...]:
    """Return the channel numbers of a comma-separated list without spaces, signs or repetitions (S32, C13)."""
    if not text:
        return ()
    if not CHANNEL_LIST.fullmatch(text):
        raise ValueError("must be a list of channel numbers such as 0,1 without spaces or signs")
    channels = tuple(map(int, text.split(",")))
    if len(set(channels)) < len(channels):
        raise ValueError("must name each channel once")
    return channels


def read_seconds(text: str) -> float:
    """Return a number of seconds, at least 0."""
    seconds = float(text) if len(text) <= MAX_CHARACTERS and NUMBER.fullmatch(text) else -1.0
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError(f"must be a number of seconds from 0 to {MAX_SECONDS}, such as 2.5")
    return seconds


def read_positive_seconds(text: str) -> float:
    """Return a number of seconds, greater than 0 (C23)."""
    seconds = read_seconds(text)
    if seconds == 0:
        raise ValueError("must be a number of seconds greater than 0")
    return seconds


def read_text(text: str) -> str:
    """Return a text such as the name of a language."""
    if not (0 < len(text) <= MAX_CHARACTERS and text.isprintable()):
        raise ValueError(f"must have 1 to {MAX_CHARACTERS} printable characters")
    return text


def read_count(text: str) -> int:
    """Return a whole number, at least 1."""
    if not (COUNT.fullmatch(text) and 1 <= int(text) <= MAX_COUNT):
        raise ValueError(f"must be a whole number from 1 to {MAX_COUNT}")
    return int(text)


CHANNEL_MODE = Parameter("channel_mode", read_channel_mode)
CHANNELS = Parameter("channels", read_channels)
RANGE_FROM = Parameter("range_from", read_seconds)
RANGE_TO = Parameter("range_to", read_positive_seconds)
MAX_SPEECH_LENGTH = Parameter("max_speech_length", read_positive_seconds)
INCLUDE_VECTOR_VOICEPRINT = Parameter("include_vector_voiceprint", read_boolean)

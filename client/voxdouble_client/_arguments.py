"""What callers hand over, checked before anything is sent."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from voxdouble_client._http.urls import Query

MOST_VOICEPRINTS = 50_000
"""The appliance's default limit of voiceprints in one call (S41)."""

MOST_SCORES = 1_000_000
"""The appliance's default limit of scores in one comparison (S50)."""


def extraction_query(*, include_vector: bool, channel_mode: str | None, channels: Sequence[int]) -> Query:
    """Make the query of an extraction (S30 to S33); what is left out is left to the appliance."""
    query: dict[str, str | int | float | bool] = {"include_vector_voiceprint": True} if include_vector else {}
    return {**query, **channels_query(channel_mode, channels)}


def channels_query(channel_mode: str | None, channels: Sequence[int]) -> Query:
    """Make the part of a query that chooses channels (S30, S32)."""
    query: dict[str, str] = {}
    if channel_mode is not None:
        if channel_mode not in {"split", "mix"}:
            raise ValueError(f'channel_mode is "split" or "mix", not {channel_mode!r}.')
        query["channel_mode"] = channel_mode
    if chosen := [_channel(channel) for channel in channels]:
        query["channels"] = ",".join(map(str, chosen))
    return query


def extent_query(
    range_from: float | None = None, range_to: float | None = None, max_speech_length: float | None = None
) -> Query:
    """Make the part of a query that chooses what is heard, in seconds (contract 3.1).

    Only what lies outside the documented domains is refused here; how the range's ends have to lie to one another is
    for the appliance to say (C23).
    """
    given = {"range_from": range_from, "range_to": range_to, "max_speech_length": max_speech_length}
    query = {name: _seconds(name, value) for name, value in given.items() if value is not None}
    if query.get("max_speech_length") == 0:
        raise ValueError("max_speech_length is a number of seconds above 0.")
    return query


def _seconds(name: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, (str, bytes, bool)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} is a number of seconds from 0 up, not {value!r}.")
    return number


def _channel(channel: int) -> int:
    try:
        number = operator.index(channel)
    except TypeError:
        number = -1
    if number < 0 or isinstance(channel, bool):
        raise ValueError(f"Channels are whole numbers from 0 up, like [0, 1]; {channel!r} is none.")
    return number


def checked_voiceprints(voiceprints: Iterable[str], name: str = "voiceprints") -> list[str]:
    """List the voiceprints; TypeError or ValueError where there are none, or one is not Base64 text."""
    if isinstance(voiceprints, str):
        raise TypeError(f"{name} is a list of texts; this is one text.")
    todo = list(voiceprints)
    if not todo:
        raise ValueError(f"There is no voiceprint in {name}.")
    for index, voiceprint in enumerate(todo):
        if not isinstance(voiceprint, str):
            raise TypeError(f"Voiceprint {index} of {name} is not Base64 text but {type(voiceprint).__name__}.")
        if not voiceprint.isascii():
            raise ValueError(f"Voiceprint {index} of {name} is not Base64 text: it has characters beyond ASCII.")
    return todo


def voiceprints_of_one_call(voiceprints: Iterable[str], name: str = "voiceprints") -> list[str]:
    """List the voiceprints, of which one call takes at most 50,000."""
    todo = checked_voiceprints(voiceprints, name)
    if len(todo) > MOST_VOICEPRINTS:
        raise ValueError(f"One call takes at most {MOST_VOICEPRINTS} {name}, not {len(todo)}.")
    return todo


def lists_to_compare(voiceprints_a: Iterable[str], voiceprints_b: Iterable[str]) -> dict[str, list[str]]:
    """List the voiceprints of both sides, of which one call makes at most 1,000,000 scores (S50)."""
    columns = voiceprints_of_one_call(voiceprints_a, "voiceprints_a")
    rows = voiceprints_of_one_call(voiceprints_b, "voiceprints_b")
    if len(columns) * len(rows) > MOST_SCORES:
        raise ValueError(
            f"One comparison makes at most {MOST_SCORES} scores; {len(columns)} voiceprints_a with {len(rows)}"
            f" voiceprints_b make {len(columns) * len(rows)}. Compare them in parts."
        )
    return {"voiceprints_a": columns, "voiceprints_b": rows}


def voiceprints_to_merge(voiceprints: Iterable[str]) -> list[str]:
    """List the voiceprints, at least two (S51); how many are too many is for the appliance to say."""
    todo = checked_voiceprints(voiceprints)
    if len(todo) == 1:
        raise ValueError("Merging takes at least 2 voiceprints, not 1.")
    return todo

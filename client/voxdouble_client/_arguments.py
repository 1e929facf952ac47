"""What callers hand over, checked before anything is sent."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence

from voxdouble_client._urls import Query

MOST_VOICEPRINTS = 50_000
"""The appliance's default limit of voiceprints in one call (S41)."""


def extraction_query(*, include_vector: bool, channel_mode: str | None, channels: Sequence[int]) -> Query:
    """Make the query of an extraction (S30 to S33); what is left out is left to the appliance."""
    query: dict[str, str | int | float | bool] = {}
    if include_vector:
        query["include_vector_voiceprint"] = True
    if channel_mode is not None:
        if channel_mode not in {"split", "mix"}:
            raise ValueError(f'channel_mode is "split" or "mix", not {channel_mode!r}.')
        query["channel_mode"] = channel_mode
    if numbers := [_channel(channel) for channel in channels]:
        query["channels"] = ",".join(map(str, numbers))
    return query


def _channel(channel: int) -> int:
    try:
        number = operator.index(channel)
    except TypeError:
        number = -1
    if number < 0 or isinstance(channel, bool):
        raise ValueError(f"Channels are whole numbers from 0 up, like [0, 1]; {channel!r} is none.")
    return number


def checked_voiceprints(voiceprints: Iterable[str]) -> list[str]:
    """List the voiceprints; TypeError or ValueError where there are none, or one is not Base64 text."""
    if isinstance(voiceprints, str):
        raise TypeError("Voiceprints are a list of texts; this is one text.")
    todo = list(voiceprints)
    if not todo:
        raise ValueError("There is no voiceprint to convert.")
    for index, voiceprint in enumerate(todo):
        if not isinstance(voiceprint, str):
            raise TypeError(f"Voiceprint {index} is not Base64 text but {type(voiceprint).__name__}.")
        if not voiceprint.isascii():
            raise ValueError(f"Voiceprint {index} is not Base64 text: it has characters beyond ASCII.")
    return todo

"""A readable summary of a task's payload: length, norm and a plot in place of a voiceprint or a vector.

A summary replaces a voiceprint by `{"$voiceprint": {...}}`, a vector by `{"$vector": {...}}`, and the rest of a long
list by `{"$more": count}`, so that its size is bounded.
"""

import math
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import orjson

from voxdouble_mock import voice

MAX_PAYLOAD = 1 << 24
"""The bytes of the largest payload that is summarised."""
MAX_ITEMS = 20
"""The most items of a list that are shown."""
VECTOR = ("vector_voiceprint", "vector_voiceprints")


def summary(payload: bytes) -> object:
    """Return the value of a payload with its voice data summarised; only the size of a very large one."""
    if len(payload) > MAX_PAYLOAD:
        return {"$bytes": len(payload)}
    return _Summary().of(orjson.loads(payload), "")


def voiceprint_of(payload: bytes, index: int) -> str | None:
    """Return the voiceprint with a number, counted from 0 in the order of the text.

    Returns None if the payload has fewer voiceprints, or is too large to be summarised.
    """
    found = _voiceprints(orjson.loads(payload)) if len(payload) <= MAX_PAYLOAD else iter(())
    return next((text for place, text in enumerate(found) if place == index), None)


class _Summary:
    """The state of one summary: the number of voiceprints so far, shown or not."""

    def __init__(self) -> None:
        self._voiceprints = 0

    def of(self, value: Any, name: str) -> object:
        """Return the summary of the value of a member."""
        if isinstance(value, dict):
            return {key: self.of(item, key) for key, item in value.items()}
        if isinstance(value, list):
            if name in VECTOR and all(isinstance(item, int | float) for item in value):
                return {"$vector": vector_summary(value)}
            items = [self.of(item, name) for item in value[:MAX_ITEMS]]
            rest = value[MAX_ITEMS:]
            self._voiceprints += sum(1 for _ in _voiceprints(rest, name))
            return [*items, {"$more": len(rest)}] if rest else items
        if name == "voiceprint" and isinstance(value, str):
            self._voiceprints += 1
            return {"$voiceprint": {"index": self._voiceprints - 1, **voiceprint_summary(value)}}
        return value


def vector_summary(vector: list[float]) -> dict[str, object]:
    """Return the length, the norm and the rounded numbers of a vector."""
    norm = math.sqrt(sum(number * number for number in vector))
    return {"length": len(vector), "norm": round(norm, 4), "plot": [round(number, 4) for number in vector]}


def voiceprint_summary(text: str) -> dict[str, object]:
    """Return a voiceprint's number of characters, the length and norm of its embedding, and its vector as a plot."""
    found: dict[str, object] = {"characters": len(text)}
    try:
        voiceprint = b64decode(text, validate=True)
        embedding = voice.decode(voiceprint).embedding
        (vector,) = voice.vectors_of([voiceprint])
    except ValueError:  # InvalidVoiceprint is one, and so is malformed Base64
        return found
    norm = math.hypot(*embedding.tolist())
    return {**found, "length": len(embedding), "norm": round(norm, 4), "plot": [round(number, 4) for number in vector]}


def _voiceprints(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _voiceprints(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _voiceprints(item, name)
    elif name == "voiceprint" and isinstance(value, str):
        yield value

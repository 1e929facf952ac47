"""Summaries: results without voice data, for packs that may be shared; and results of their shape, made from them.

A summary has size and digest in place of a text; for Base64 the digest is that of the decoded bytes. It has length and
digest in place of a list of numbers. The digest of a short text could be found by trying all texts. So a summary has
only the type of a short text, and only the length of a short list. Lengths, counts and names of models stay.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from voxdouble_mock.packs.facts import digest_of

PLAIN = frozenset({"channel_number", "model", "speech_length", "columns_count", "rows_count"})
"""The members that a summary keeps as they are."""
LEAST_TEXT, LEAST_NUMBERS = 64, 16
"""The least size of a text, and of a list of numbers, that has a digest in a summary."""
TYPES: Mapping[str, tuple[type, ...]] = {"text": (str,), "flag": (bool,), "integer": (int,), "number": (int, float)}


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def summary_of(value: Any, member: str = "") -> Any:
    """Return the summary of a JSON value; `member` is its name."""
    if isinstance(value, Mapping):
        return {name: summary_of(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
            text = json.dumps(value)
            return {"length": len(value), **({"sha256": digest_of_text(text)} if len(value) >= LEAST_NUMBERS else {})}
        return [summary_of(one, member) for one in value]
    if value is None or member in PLAIN:
        return value
    if isinstance(value, str):
        return {"size": len(value), "sha256": digest_of(value)} if len(value) >= LEAST_TEXT else {"type": "text"}
    return {"type": next(kind for kind in TYPES if isinstance(value, TYPES[kind]))}


def filled(summary: Any, computed: Any, seed: str) -> Any:
    """Return a value of a summary's shape: computed values where they fit the shape, else values made from the seed."""
    kind = _kind(summary)
    if kind == "numbers":
        count = summary["length"]
        fits = isinstance(computed, Sequence) and len(computed) == count
        return list(computed) if fits else [_number(f"{seed}/{index}") for index in range(count)]
    if kind:
        if isinstance(computed, TYPES[kind]) and isinstance(computed, bool) == (kind == "flag"):
            return computed
        number = _number(seed)
        return {"text": digest_of_text(seed)[:8], "flag": False, "integer": round(100 * number), "number": number}[kind]
    if isinstance(summary, Mapping):
        given = computed if isinstance(computed, Mapping) else {}
        return {name: filled(inner, given.get(name), f"{seed}.{name}") for name, inner in summary.items()}
    if isinstance(summary, list):
        items = computed if isinstance(computed, list) and len(computed) == len(summary) else [None] * len(summary)
        return [filled(one, items[index], f"{seed}[{index}]") for index, one in enumerate(summary)]
    return summary


def _kind(summary: Any) -> str:
    """Return the kind of value that a summary stands for; empty for an object, a list or a value that was kept."""
    members = summary.keys() if isinstance(summary, Mapping) else set()
    if members in ({"length"}, {"length", "sha256"}) and isinstance(summary["length"], int):
        return "numbers"
    if members == {"size", "sha256"} and isinstance(summary["size"], int):
        return "text"
    return str(summary["type"]) if members == {"type"} and summary["type"] in TYPES else ""


def _number(seed: str) -> float:
    """Return a number from 0 to 1 that depends on a seed alone."""
    return int(digest_of_text(seed)[:4], 16) / 0xFFFF

"""The privacy of a pack: answers without voice data, secrets, URLs and ids of tasks."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from voxdouble_mock.packs.facts import digest_of

PLAIN = frozenset({"channel_number", "model", "speech_length", "columns_count", "rows_count"})
"""The members that are kept without `--with-results`."""
URL = re.compile(r"https?://[^\s\"']+")


def summary(value: Any, member: str = "") -> Any:
    """Return a result without voice data: lengths and digests in place of texts and lists of numbers."""
    if isinstance(value, dict):
        return {name: summary(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(one, int | float) for one in value):
            return {"length": len(value), "sha256": hashlib.sha256(json.dumps(value).encode()).hexdigest()}
        return [summary(one, member) for one in value]
    if value is None or member in PLAIN:
        return value
    if isinstance(value, str):
        return {"size": len(value), "sha256": digest_of(value)}
    return {"type": "number"}


def cleaned(value: Any, secrets: Sequence[str]) -> Any:
    """Return JSON data without secrets, URLs and ids of tasks in its texts; voiceprints stay as they are."""
    if isinstance(value, dict):
        return {name: inner if name == "voiceprint" else cleaned(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list):
        return value if value and isinstance(value[0], float) else [cleaned(one, secrets) for one in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "<removed>")
        return URL.sub("<url>", value)
    return value

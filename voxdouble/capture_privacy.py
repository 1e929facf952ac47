"""The privacy of a pack: answers without secrets, URLs and ids of tasks."""

import re
from collections.abc import Sequence
from typing import Any

URL = re.compile(r"https?://[^\s\"']+")


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

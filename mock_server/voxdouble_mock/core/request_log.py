"""The log of requests: what tests ask afterwards. Digests instead of bodies, no voice data, no secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

MAX_ENTRIES = 1_000
MAX_BYTES = 1 << 19
SHOWN = 200
"""Characters kept of anything that a caller chose."""


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """One request to the vendor's paths; `at` in seconds of the namespace's clock."""

    number: int
    at: float
    method: str
    path: str
    status: int
    technology: str | None = None
    task_id: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in small letters; never Authorization or cookies."""
    file_name: str | None = None
    sha256: str | None = None
    """Digest of the uploaded file, or of the JSON body."""
    size: int | None = None
    """Bytes of the uploaded file, or of the JSON body."""
    rule: str | None = None
    """The scenario's rule that decided, by its number and name."""
    misses: tuple[str, ...] = ()
    """Why the scenario's other rules did not."""
    fault: str | None = None


def weight(entry: LoggedRequest) -> int:
    """Estimate an entry's bytes."""
    texts = [*entry.query, *entry.query.values(), *entry.headers, *entry.headers.values(), *entry.misses, entry.path]
    return 300 + sum(map(len, texts))


def mismatches(entry: LoggedRequest, wanted: Mapping[str, Any]) -> list[str]:
    """Tell in what an entry is not as wanted; of query and headers only the named members count."""
    found = []
    for name, value in wanted.items():
        actual = getattr(entry, name)
        if isinstance(value, Mapping):
            found += [
                f"{name} {key} is {actual.get(key)!r}, not {text!r}"
                for key, text in value.items()
                if actual.get(key) != text
            ]
        elif actual != value:
            found.append(f"{name} is {actual!r}, not {value!r}")
    return found


def nearest_miss(log: Sequence[LoggedRequest], wanted: Mapping[str, Any]) -> str:
    """Describe the entry that came closest to what was wanted without being it."""
    misses = [(entry, mismatches(entry, wanted)) for entry in log]
    near = min((miss for miss in misses if miss[1]), key=lambda miss: len(miss[1]), default=None)
    if near is None:
        return "No other request came."
    entry, differences = near
    return f"Nearest is request {entry.number} ({entry.method} {entry.path}, {entry.status}): {'; '.join(differences)}."

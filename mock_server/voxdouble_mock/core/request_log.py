"""The entries of the request log, and the comparisons for assertions on them.

An entry holds digests instead of bodies, so it has no voice data, and no secrets.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

MAX_ENTRIES = 1_000
MAX_BYTES = 1 << 19
"""Both are bounds of one namespace's log; the oldest entries are dropped first."""
SHOWN = 200
"""The characters that are kept of each text that a caller chose."""

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
"""The headers whose values are in no entry, names in lower case."""


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """One request to the vendor's paths."""

    number: int
    at: float
    """Seconds of the namespace's clock."""
    method: str
    path: str
    status: int
    technology: str | None = None
    task_id: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; without Authorization and cookies."""
    file_name: str | None = None
    sha256: str | None = None
    """The digest of the uploaded file, or of the JSON body."""
    size: int | None = None
    """The bytes of the uploaded file, or of the JSON body."""
    rule: str | None = None
    """The name of the scenario's rule that applied, or its number without a name."""
    misses: tuple[str, ...] = ()
    """The reasons why the rules before it did not apply."""
    fault: str | None = None
    """The kind of the fault that was applied."""


def weight(entry: LoggedRequest) -> int:
    """Return an estimate of the bytes of an entry."""
    texts = [*entry.query, *entry.query.values(), *entry.headers, *entry.headers.values(), *entry.misses, entry.path]
    return 300 + sum(map(len, texts))


def mismatches(entry: LoggedRequest, wanted: Mapping[str, Any]) -> list[str]:
    """Return the differences between an entry and the wanted values; of query and headers, only given members count."""
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
    """Return a sentence about the entry with the fewest differences, at least one, from the wanted values."""
    misses = [(entry, mismatches(entry, wanted)) for entry in log]
    near = min((miss for miss in misses if miss[1]), key=lambda miss: len(miss[1]), default=None)
    if near is None:
        return "There was no other request."
    entry, differences = near
    request = f"request {entry.number} ({entry.method} {entry.path}, {entry.status})"
    return f"The nearest is {request}: {'; '.join(differences)}."

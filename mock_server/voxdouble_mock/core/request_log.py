"""The entries of the request log, each of bounded size, and the comparisons for assertions on them.

An entry has no secrets, and no voice data, since it has digests instead of bodies. A long text from a caller is kept as
its beginning with its SHA-256 digest, so it can still be compared.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field, structs

from voxdouble_mock.core.secrets import is_secret_name
from voxdouble_mock.core.task import Origin

MAX_ENTRIES = 1_000
"""The bound of one namespace's log; the oldest entries are dropped first."""
MAX_ENTRY_BYTES = 2_048
"""The bound of one entry, as JSON."""
MAX_WHOLE_TEXT = 200
"""The most bytes, as JSON, of a text that is kept whole; of a longer one its beginning and its digest are kept."""
BEGINNING = 100
"""The most bytes, as JSON, of the beginning that is kept of a longer text."""
MAX_REASON = 500
"""The most bytes, as JSON, of the reason of a refusal; of a longer one the beginning is kept."""
DROPPED_AT_ONCE = 100
"""The entries that one log loses at once when all logs together are too large."""
ENTRY_BYTES = 64
"""The memory of an encoded entry in addition to its bytes, rounded up (P7)."""


UNNUMBERED = 999_999_999_999
UNDATED = 999_999_999_999.999
"""Placeholders until a store appends the entry, so that its size can be measured before.

No number of a request, and no time of a clock up to MAX_INSTANT, is longer as JSON.
"""


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """One request to the vendor's paths."""

    number: int = UNNUMBERED
    at: float = UNDATED
    """Seconds of the namespace's clock."""
    method: str
    path: str
    status: int
    technology: str | None = None
    task_id: str | None = None
    query: dict[str, str] = field(default_factory=dict)
    """The parameters of the query; of a repeated one the last value."""
    headers: dict[str, str] = field(default_factory=dict)
    """The headers of the request, names in lower case. Secrets are left out, here and in `query`."""
    file_name: str | None = None
    sha256: str | None = None
    """The digest of the uploaded file, or of the JSON body."""
    size: int | None = None
    """The bytes of the uploaded file, or of the JSON body."""
    origin: Origin | None = None
    """The origin of the task's result, for a request that started a task and for a poll that shows its end."""
    reason: str | None = None
    """The message and details of an error response, as the client received them."""
    rule: str | None = None
    """The name of the scenario's rule that applied, or its number if it has no name."""
    misses: tuple[str, ...] = ()
    """The reasons why the rules before the one that applied did not."""
    fault: str | None = None
    """The kind of the fault that was applied."""
    fault_settings: dict[str, str] = field(default_factory=dict)
    """The other members of that fault, such as `seconds`, each as a text."""
    response_headers: dict[str, str] = field(default_factory=dict)
    """Of an error response, the headers that tell a client what to do: `retry-after`, `allow` and `x-ratelimit-...`."""
    warnings: tuple[str, ...] = ()
    """Oddities of the request that changed nothing, such as an unknown query parameter (C17)."""
    dropped: dict[str, int] = field(default_factory=dict)
    """For each member, the number of its elements that were dropped to keep the entry small."""

    def numbered(self, number: int, at: float) -> "LoggedRequest":
        """Return the entry with the number and the time that a store gives it."""
        return structs.replace(self, number=number, at=at)


def bounded(entry: LoggedRequest) -> LoggedRequest:
    """Return an entry of at most MAX_ENTRY_BYTES: long texts are shortened, and elements dropped."""
    whole = entry if _has_short_texts(entry) else _with_short_texts(entry)
    excess = encoded_size(whole) - MAX_ENTRY_BYTES
    return whole if excess <= 0 else _without_elements(whole, excess + 100)  # 100 bytes for `dropped`


_SINGLE = ("method", "path", "task_id", "file_name", "rule")
_HEADERS = ("headers", "response_headers")
_DICTS, _LISTS = ("query", *_HEADERS, "fault_settings"), ("misses", "warnings")


def _has_short_texts(entry: LoggedRequest) -> bool:
    """Return True only if no text of an entry has to be shortened. False means: not known without encoding."""
    if entry.reason is not None or entry.misses or entry.warnings:
        return False
    texts = [
        *filter(None, (entry.method, entry.path, entry.task_id, entry.file_name, entry.rule)),
        *(text for name in _DICTS for one in getattr(entry, name).items() for text in one),
    ]
    together = "".join(texts)
    plain = together.isascii() and together.isprintable() and '"' not in together and "\\" not in together
    return plain and max(map(len, texts), default=0) <= MAX_WHOLE_TEXT - 2  # JSON has quotes around a text


def _with_short_texts(entry: LoggedRequest) -> LoggedRequest:
    return structs.replace(
        entry,
        reason=None if entry.reason is None else _beginning(entry.reason, MAX_REASON),
        **{name: _shortened(getattr(entry, name)) for name in _SINGLE},
        **{name: {shortened(key): shortened(text) for key, text in getattr(entry, name).items()} for name in _DICTS},
        **{name: tuple(shortened(text) for text in getattr(entry, name)) for name in _LISTS},
    )


def _without_elements(entry: LoggedRequest, excess: int) -> LoggedRequest:
    """Return an entry without its least useful elements.

    The last misses go first, then the longest elements of the mappings, at the end the last warnings.
    """
    members: dict[str, dict[Any, str]] = {name: dict(getattr(entry, name)) for name in _DICTS}
    members |= {name: dict(enumerate(getattr(entry, name))) for name in _LISTS}
    sizes = [
        (encoded_size({str(key): text}), name, key) for name, texts in members.items() for key, text in texts.items()
    ]
    order = sorted(sizes, key=lambda one: (_LISTS.index(one[1]) * 2, -one[2]) if one[1] in _LISTS else (1, -one[0]))
    for size, name, key in order:
        if excess <= 0:
            break
        del members[name][key]
        excess -= size - 2 if name in _DICTS else encoded_size(getattr(entry, name)[key]) + 1
    dropped = {name: count for name, texts in members.items() if (count := len(getattr(entry, name)) - len(texts)) > 0}
    lists = {name: tuple(members[name].values()) for name in _LISTS}
    return structs.replace(entry, **{name: members[name] for name in _DICTS}, **lists, dropped=dropped)


def _shortened(text: str | None) -> str | None:
    return None if text is None else shortened(text)


def shortened(text: str) -> str:
    """Return a text as entries keep it: whole, or the beginning of a long one and its SHA-256 digest."""
    if len(text) <= MAX_WHOLE_TEXT and (_is_short(text) or encoded_size(text) <= MAX_WHOLE_TEXT):
        return text
    return f"{_beginning(text, BEGINNING)}... sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _beginning(text: str, size: int) -> str:
    """Return the longest beginning of a text of at most `size` bytes as JSON."""
    beginning = text[:size]
    while encoded_size(beginning) > size:
        beginning = beginning[:-1]
    return beginning


def _is_short(text: str) -> bool:
    """Return whether a text is short even if JSON needs two bytes, as for a quote, for each of its characters."""
    return 2 * len(text) + 2 <= MAX_WHOLE_TEXT and text.isascii() and text.isprintable()


def encoded_size(value: object) -> int:
    """Return the bytes of a value as JSON."""
    return len(msgspec.json.encode(value))


def mismatches(entry: LoggedRequest, wanted: Mapping[str, Any]) -> list[str]:
    """Return the differences between an entry and the wanted values.

    Of a wanted mapping, such as that of `query` or `headers`, only the given names are compared. The names of headers
    match in any case. Long texts are compared by their digests, a reason by its first MAX_REASON bytes, and file names
    in the Unicode form NFC.
    """
    found: list[str] = []
    for name, value in wanted.items():
        actual = getattr(entry, name)
        if isinstance(value, Mapping) and isinstance(actual, dict):
            differences = [_member_mismatch(entry, name, key, text) for key, text in value.items()]
            found += filter(None, differences)
            continue
        if actual != _as_kept(name, value):
            found.append(f"{name} is {actual!r}, not {value!r}")
    return found


def _as_kept(name: str, value: object) -> object:
    """Return a value as an entry would keep it in the member of this name."""
    if isinstance(value, list | tuple):
        return tuple(shortened(one) if isinstance(one, str) else one for one in value)
    if not isinstance(value, str):
        return value
    if name == "reason":
        return _beginning(value, MAX_REASON)
    return shortened(unicodedata.normalize("NFC", value) if name == "file_name" else value)


def _member_mismatch(entry: LoggedRequest, name: str, key: str, text: object) -> str:
    """Return the difference in one element of a mapping, such as a header; empty if it is as wanted."""
    kept = shortened(key.lower() if name in _HEADERS else key)
    actual = getattr(entry, name).get(kept)
    if actual == (shortened(text) if isinstance(text, str) else text):
        return ""
    reason = ""
    if is_secret_name(kept):
        reason = " (the log has no secrets)"
    elif actual is None and name in entry.dropped:
        reason = f" (the log dropped {entry.dropped[name]} of this request's {name})"
    return f"{name} {key} is {actual!r}, not {text!r}{reason}"


def nearest_miss(log: Sequence[LoggedRequest], wanted: Mapping[str, Any]) -> str:
    """Return a sentence about the entry with the fewest differences, at least one, from the wanted values."""
    misses = [(entry, mismatches(entry, wanted)) for entry in log]
    near = min((miss for miss in misses if miss[1]), key=lambda miss: len(miss[1]), default=None)
    if near is None:
        return "There was no other request."
    entry, differences = near
    request = f"request {entry.number} ({entry.method} {entry.path}, {entry.status})"
    return f"The nearest is {request}: {'; '.join(differences)}."

"""One request and its response: the evidence of every finding."""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.structures import CaseInsensitiveDict

MAX_TEXT = 300
"""The most characters of a text that a report shows; a longer one is shown as length and digest."""
MAX_VOICE_TEXT = 24
"""The same for a member whose name contains "voiceprint"; every voiceprint has more characters."""
MAX_ITEMS = 8
"""The most items of a list that a report shows."""
MAX_MEMBERS = 50
"""The most members of an object that a report shows."""
MAX_BITS = 256
"""The most bits of a number that a report shows in digits."""
MAX_DEPTH = 20
"""The most levels of nested lists and objects that a report shows."""
SURROGATE = re.compile(rb"\\ud[89a-f]", re.IGNORECASE)
BUSY = frozenset({429, 503})
HEADERS_SHOWN = ("Location", "X-Location", "Allow", "Content-Type", "Retry-After")
_numbers = count()


@dataclass(frozen=True)
class Exchange:
    """A request and its response; `status` is 0 if no response came, and `failure` says why."""

    method: str
    url: str
    sent: object = None
    """The request's body, as a report may show it."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = b""
    failure: str = ""
    proxy_may_respond: bool = False
    """Whether a proxy in front of the appliance may respond to such a request with a page of its own."""
    number: int = field(default_factory=_numbers.__next__, compare=False, repr=False)
    """A number that no other exchange of this process has."""
    at: float = field(default_factory=time.monotonic, compare=False, repr=False)
    """The instant of `time.monotonic` at which the response was there."""
    elapsed: float = field(default=0.0, compare=False, repr=False)
    """The same instant on the target's clock, in seconds from any beginning.

    Only `Target.send` and `Target.raw` set it; in all other exchanges it is 0.
    """

    @property
    def path(self) -> str:
        """The path of the URL, without query."""
        return split_url(self.url).path

    @property
    def json(self) -> Any:
        """The JSON value of the body; None if the body is not JSON in UTF-8, or is JSON's null.

        It is None, too, if the body has more levels than Python reads, about 1000. A lone surrogate is U+FFFD.
        """
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(self.body.decode("utf-8-sig"))
            return without_lone_surrogates(found) if SURROGATE.search(self.body) else found
        return None

    @property
    def retry_after(self) -> float | None:
        """The seconds that a busy response asks to wait; None for any other response."""
        value = self.headers.get("Retry-After", "")
        return float(value) if self.status in BUSY and is_whole_number(value) else None

    def get(self, *path: str | int) -> Any:
        """Return a member of the JSON body, such as ("task", "state"); None if it is missing."""
        found = self.json
        for key in path:
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def details(self, *owner: str) -> list[dict[str, Any]]:
        """Return the details of a refusal, or with "error" those of a task's error."""
        found = self.get(*owner, "detail")
        return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []

    def evidence(self) -> dict[str, object]:
        """Return request and response in a few lines, with `brief` bodies."""
        shown: dict[str, object] = {"request": f"{self.method} {self.url}"}
        if self.sent is not None:
            shown["sent"] = brief(self.sent)
        if self.failure:
            return {**shown, "failure": self.failure}
        shown["status"] = self.status
        shown["headers"] = {name: self.headers[name] for name in HEADERS_SHOWN if name in self.headers}
        shown["body"] = brief(self.body if self.json is None else self.json)
        return shown

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.failure or self.status}"


def split_url(url: str, base: str = "") -> SplitResult:
    """Return the parts of a URL, which may be relative to a base URL; empty parts if it is not a valid URL."""
    try:
        return urlsplit(urljoin(base, url))
    except ValueError:
        return SplitResult("", "", "", "", "")


def is_whole_number(text: str) -> bool:
    """Return whether a header's value is a number of ASCII digits, of at most 18, which fit into 64 bits."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def without_lone_surrogates(value: Any) -> Any:
    """Return a JSON value with U+FFFD in place of lone surrogates, which UTF-8 and the validator cannot represent."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def brief(value: object, max_text: int = MAX_TEXT, depth: int = 0) -> object:
    """Return a value with long texts, bytes, voiceprints and vectors replaced by their length and digest.

    Of lists and objects the first items are kept, down to `MAX_DEPTH` levels. `depth` is the level of the value.
    """
    if isinstance(value, bytes):
        return brief_bytes(value)
    if isinstance(value, str):
        return value if len(value) <= max_text else f"<{len(value)} characters, sha256 {digest(value.encode())}>"
    if isinstance(value, dict | list):
        return brief_items(value, max_text, depth + 1) if depth < MAX_DEPTH else f"<more than {MAX_DEPTH} levels>"
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return f"<a number of {value.bit_length()} bits>"
    return value


def brief_items(value: dict[str, object] | list[object], max_text: int, depth: int) -> object:
    """Return an object or a list with its first items, each as `brief` returns it; of many numbers only the digest."""
    if isinstance(value, dict):
        more: dict[str, object] = {"...": f"<{len(value) - MAX_MEMBERS} more>"} if len(value) > MAX_MEMBERS else {}
        return {
            str(brief(name)): brief(item, MAX_VOICE_TEXT if "voiceprint" in name else max_text, depth)
            for name, item in islice(value.items(), MAX_MEMBERS)
        } | more
    if len(value) > MAX_ITEMS and all(isinstance(item, int | float) for item in value):
        return f"<{len(value)} numbers, sha256 {digest(json.dumps(value).encode())}>"
    rest = [f"<{len(value) - MAX_ITEMS} more>"] if len(value) > MAX_ITEMS else []
    return [brief(item, max_text, depth) for item in value[:MAX_ITEMS]] + rest


def brief_bytes(data: bytes) -> str:
    """Return short UTF-8 text as it is, and all other bytes as length and digest."""
    text = data.decode(errors="replace")
    if len(text) <= MAX_TEXT and "\ufffd" not in text:
        return text
    return f"<{len(data)} bytes, sha256 {digest(data)}>"


def digest(data: bytes) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def printable(text: str) -> str:
    """Return a text from outside as one line without control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))


def printable_lines(text: str) -> str:
    """Return a text from outside without control characters, its lines and their indentation kept."""
    return "\n".join(
        "".join(character if character.isprintable() else "\ufffd" for character in line)
        for line in text.expandtabs().splitlines()
    )

"""One request and what came back: the evidence of every finding."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

TEXT_SHOWN = 300
"""Characters of a text that a report shows before it gives length and digest instead."""
VOICE_SHOWN = 24
"""The same for what stands under a voiceprint's name: shorter than any voiceprint."""
ITEMS_SHOWN = 8
HEADERS_SHOWN = ("Location", "X-Location", "Allow", "Content-Type", "Retry-After")


@dataclass(frozen=True)
class Exchange:
    """What was sent, and what was answered; `status` is 0 where no answer came, and `failure` says why."""

    method: str
    url: str
    sent: object = None
    """The request's body as a report may show it."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = b""
    failure: str = ""
    odd: bool = False
    """Whether a proxy before the appliance may answer such a request by itself, with a page of its own."""

    @property
    def path(self) -> str:
        """The path of the URL, without query."""
        return urlsplit(self.url).path

    @property
    def json(self) -> Any:
        """The body's JSON; None where it is not JSON, or JSON's null."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def get(self, *path: str | int) -> Any:
        """Look a member of the JSON body up, such as ("task", "state"); None where there is no such."""
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
        """List the details of a refusal, or with "error" those of a task's error."""
        found = self.get(*owner, "detail")
        return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []

    def evidence(self) -> dict[str, object]:
        """Show both sides in a few lines; voice data as length and digest."""
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


def brief(value: object, shown: int = TEXT_SHOWN) -> object:
    """Shorten what is long, and voice data at once: no voiceprint and no megabyte gets into a report."""
    if isinstance(value, bytes):
        return digest_text(value)
    if isinstance(value, str):
        return value if len(value) <= shown else f"<{len(value)} characters, sha256 {digest(value.encode())}>"
    if isinstance(value, dict):
        return {key: brief(item, VOICE_SHOWN if "voiceprint" in str(key) else shown) for key, item in value.items()}
    if isinstance(value, list) and len(value) > ITEMS_SHOWN and all(isinstance(item, int | float) for item in value):
        return f"<{len(value)} numbers, sha256 {digest(json.dumps(value).encode())}>"
    if isinstance(value, list):
        more = [f"<{len(value) - ITEMS_SHOWN} more>"] if len(value) > ITEMS_SHOWN else []
        return [brief(item, shown) for item in value[:ITEMS_SHOWN]] + more
    return value


def printable(text: str) -> str:
    """Make one line of a text from outside, without anything that a terminal or a parser would take for more."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))


def digest_text(data: bytes) -> str:
    """Show short text as it is, and everything else as length and digest."""
    text = data.decode(errors="replace")
    if len(text) <= TEXT_SHOWN and "\ufffd" not in text:
        return text
    return f"<{len(data)} bytes, sha256 {digest(data)}>"


def digest(data: bytes) -> str:
    """Give the first 16 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]

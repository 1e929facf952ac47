"""Exchanges without secrets, host names and voice data, as a record keeps them."""

import json
import re
import time
from typing import Any
from urllib.parse import quote, urlsplit

from voxdouble import contract_words
from voxdouble_contract.exchange import Exchange, brief, digest
from voxdouble_mock.packs.summaries import summary_of

KEPT = frozenset(
    {
        "allow",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "location",
        "retry-after",
        "transfer-encoding",
        "x-location",
    }
)
"""The headers of a response that are kept with their values; of all others only the names are kept."""
REMOVED, TOKEN, BASE, HOST = "<removed>", "<token>", "<url>", "<host>"
ORIGIN = re.compile(r"https?://[^/\s\"'<>?#]+")
PRIVATE_ADDRESS = re.compile(r"(?<![\d.])(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(?![\d.])")
MAX_BODY = 64 << 10
"""The most characters of a body as JSON; of a longer body only the length and the digest are kept."""
RESULT = "result"


class Redaction:
    """The redaction of the exchanges with the appliance at a base URL, in a run that begins now."""

    def __init__(self, url: str, token: str) -> None:
        self._began = time.monotonic()
        parts, tokens = urlsplit(url), [token, quote(token, safe="")]
        self._removed = [
            (contract_words.secrets(tokens), TOKEN),
            (contract_words.words(tokens), TOKEN),
            (contract_words.words([url.rstrip("/")]), BASE),
            (ORIGIN, HOST),
            (PRIVATE_ADDRESS, HOST),
            (contract_words.words([parts.netloc.rpartition("@")[2], parts.hostname or ""]), HOST),
        ]

    def redacted(self, exchange: Exchange) -> dict[str, Any]:
        """Return an exchange as JSON data."""
        shown: dict[str, Any] = {
            "number": exchange.number,
            "at": round(exchange.at - self._began, 3),
            "request": f"{exchange.method} {self.text(exchange.url)}",
        }
        if exchange.sent is not None:
            shown["sent"] = self._cleaned(brief(exchange.sent))
        if exchange.failure:
            shown["failure"] = self.text(exchange.failure)
        else:
            shown["status"] = exchange.status
            shown["headers"] = dict(self._header(name.lower(), value) for name, value in exchange.headers.items())
            shown["body"] = self._cleaned(body_of(exchange))
        return shown

    def _header(self, name: str, value: str) -> tuple[str, str]:
        return (name, self.text(value)) if name in KEPT else (self.text(name), REMOVED)

    def _cleaned(self, value: Any) -> Any:
        """Return JSON data whose texts and names of members have no token and no host name."""
        if isinstance(value, dict):
            return {self.text(str(name)): self._cleaned(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._cleaned(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text without the token and without host names; words of the contract stay."""
        for expression, instead in self._removed:
            text = expression.sub(instead, text)
        return text


def body_of(exchange: Exchange) -> Any:
    """Return the body of a response: a result as in a pack without results, long texts as length and digest."""
    try:
        found = exchange.json
        if isinstance(found, dict) and RESULT in found:
            shown: Any = brief({**found, RESULT: None})
            shown[RESULT] = summary_of(found[RESULT])
        else:
            shown = brief(exchange.body if found is None else found)
        if len(json.dumps(shown)) <= MAX_BODY:
            return shown
    except RecursionError:
        pass
    return f"<{len(exchange.body)} bytes, sha256 {digest(exchange.body)}>"

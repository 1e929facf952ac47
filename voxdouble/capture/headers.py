"""The headers of an appliance's responses: a pack keeps the form of those on which the contract has a statement."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from voxdouble_client import Exchange
from voxdouble_mock.packs.pack import read_bounded
from voxdouble_mock.packs.writing import write_whole

FILE = "headers.json"
MAX_BYTES = 1 << 20
ABSOLUTE, PATH, OTHER = "an absolute URL", "an absolute path", "another text"
TECHNOLOGY = "/api/technology/"
Headers = Mapping[str, Mapping[str, str]]
"""For each kind of response, such as `gender-identification POST 202`, the form of each header."""


class HeaderNotes:
    """The forms of the headers in the responses so far: the first response of each kind counts."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = {}

    def note(self, exchange: Exchange) -> None:
        """Note the headers of a response; a request without a response is left out."""
        path = urlsplit(exchange.url).path
        if exchange.status is None or TECHNOLOGY not in path:
            return
        technology = path.rpartition(TECHNOLOGY)[2].partition("/")[0]
        kind = f"{technology} {exchange.method} {exchange.status}"
        self.found.setdefault(kind, forms_of(exchange.response_headers))

    def write(self, folder: Path) -> None:
        """Write the notes into a pack; those of an earlier run stay."""
        found = {**self.found, **read_headers(folder)}
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
        write_whole(folder / FILE, text.encode("utf-8", "backslashreplace"))


def forms_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the form of each header that the contract has a statement on; the names are in lower case."""
    forms = {name: form_of_url(headers[name]) for name in ("location", "x-location") if name in headers}
    if "content-type" in headers:
        forms["content-type"] = headers["content-type"].partition(";")[0].strip().lower()[:100]
    if "retry-after" in headers:
        forms["retry-after"] = "seconds" if headers["retry-after"].isdigit() else OTHER
    return forms


def form_of_url(text: str) -> str:
    """Return whether a text is an absolute URL or an absolute path."""
    if text.startswith(("http://", "https://")):
        return ABSOLUTE
    return PATH if text.startswith("/") and not text.startswith("//") else OTHER


def read_headers(folder: Path) -> dict[str, dict[str, str]]:
    """Return the headers in a pack; an empty mapping if it has none, or the file is damaged."""
    try:
        return msgspec.json.decode(read_bounded(folder / FILE, MAX_BYTES), type=dict[str, dict[str, str]])
    except (OSError, ValueError, RecursionError):
        return {}

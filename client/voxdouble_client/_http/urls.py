"""Where the appliance is, and which of the addresses that it hands out belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from voxdouble_client._errors import ContractError

ForeignLocation: TypeAlias = Literal["refuse", "rebase"]
"""What to do with an address of another origin: fail, or take its path to the configured appliance."""

Query: TypeAlias = Mapping[str, str | int | float | bool]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL_CHARACTERS = re.compile(r"[!#-;=?-\[\]_a-z~%]+")  # printable ASCII but space " < > \ ^ ` { | }
_TECHNOLOGY = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_TASK_PATH = re.compile(r"(?P<base>.*)/api/technology/(?P<technology>[a-z0-9/-]+)/(?P<task_id>[A-Za-z0-9._~-]+)")


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """An appliance's address: `origin` is scheme and authority, `path` is empty or a prefix like `/_ns/test`."""

    origin: str
    path: str

    @classmethod
    def parse(cls, url: str) -> BaseUrl:
        """ValueError where `url` is not an address that requests can be sent to."""
        parts = urlsplit(url) if _URL_CHARACTERS.fullmatch(url) else SplitResult("", "", "", "", "")
        if _origin(parts) is None or parts.query or parts.fragment:
            raise ValueError(
                f"An appliance's URL looks like http://host:8000, perhaps with a path, and has no user, query or"
                f" fragment; not {url!r}."
            )
        return cls(f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/"))

    def __str__(self) -> str:
        return self.origin + self.path

    def technology(self, technology: str, query: Query) -> str:
        """Make the URL that starts a task of the technology."""
        if not _TECHNOLOGY.fullmatch(technology):
            raise ValueError(
                f"A technology is named like speaker-identification-voiceprint-extraction, not {technology!r}."
            )
        text = urlencode(
            {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        )
        return f"{self}/api/technology/{technology}" + (f"?{text}" if text else "")

    def resolve(self, location: str, request_url: str, foreign: ForeignLocation) -> str:
        """Find the URL on this appliance that a `Location` means; ContractError where it means none.

        It may be absolute or a path (S8, S9), and is resolved against the URL of the request. The origin of what comes
        out is this appliance's own, character by character, so that no two parsers can differ about it.
        """
        try:
            parts = urlsplit(urljoin(request_url, location) if _URL_CHARACTERS.fullmatch(location) else "")
            origin = _origin(parts, ignore_user=foreign == "rebase")
        except ValueError:
            origin = None
        if origin is None:
            raise ContractError(f"The task's address {location!r} is not an HTTP URL.", url=request_url)
        path = parts.path
        if origin != _origin(urlsplit(self.origin)):
            if foreign == "refuse":
                error = ContractError(
                    f"The task's address {location!r} is not on the appliance {self}; nothing was sent there.",
                    url=request_url,
                )
                # A note, as tracebacks show it and the commands, which have no such setting, do not.
                error.add_note('With foreign_location="rebase" its path is taken to the appliance.')
                raise error
            path = self._rebased(path)
        return self.origin + path + (f"?{parts.query}" if parts.query else "")

    def _rebased(self, path: str) -> str:
        """Put the path below this appliance's own: who handed it out may not know the prefix that leads there."""
        if path.startswith(f"{self.path}/"):
            return path
        return self.path + path[max(path.find("/api/technology/"), 0) :]


def task_path(url: str) -> tuple[str, str, str] | None:
    """Split a task's URL: what lies before `/api/technology/`, the technology, the task id; None if it is not one."""
    match = _TASK_PATH.fullmatch(url.partition("?")[0])
    return (match["base"], match["technology"], match["task_id"]) if match else None


def _origin(parts: SplitResult, *, ignore_user: bool = False) -> tuple[str, str, int] | None:
    """Scheme, host and port; None where there are none, or where user and password stand before the host."""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or ("@" in parts.netloc and not ignore_user):
        return None
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]

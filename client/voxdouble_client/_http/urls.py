"""The appliance's URL, and the URLs of tasks on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from msgspec import Struct

from voxdouble_client._errors import ContractError

ForeignLocation: TypeAlias = Literal["refuse", "rebase"]
"""The treatment of a task URL of another origin: fail, or use its path on the configured appliance."""

Query: TypeAlias = Mapping[str, str | int | float | bool]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL_CHARACTERS = re.compile(r"[!#-;=?-\[\]_a-z~%]+")  # printable ASCII except space " < > \ ^ ` { | }
_TECHNOLOGY = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_TASK_PATH = re.compile(r"(?P<base>.*)/api/technology/(?P<technology>[a-z0-9/-]+)/(?P<task_id>[A-Za-z0-9._~-]+)")


class BaseUrl(Struct, frozen=True):
    """The appliance's URL: `origin` is scheme and authority, `path` is empty or a prefix like `/_ns/test`."""

    origin: str
    path: str

    @classmethod
    def parse(cls, url: str) -> BaseUrl:
        """Return the parsed URL; ValueError if no requests can be sent to it."""
        try:
            parts = urlsplit(url if _URL_CHARACTERS.fullmatch(url) else "")
            is_valid = _origin(parts) is not None and not parts.query and not parts.fragment
        except (TypeError, ValueError):  # not a text; a port above 65535; brackets without an IPv6 address
            is_valid = False
        if not is_valid:
            raise ValueError(
                "The appliance's URL must look like http://host:8000, may have a path, and must not have a user, query"
                f" or fragment; got {url!r}."
            )
        return cls(f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/"))

    def __str__(self) -> str:
        return self.origin + self.path

    def is_same(self, url: str) -> bool:
        """Return whether requests to another base URL go to the same place; False if none can be sent to it."""
        try:
            other = BaseUrl.parse(url)
        except ValueError:
            return False
        return (_origin(urlsplit(other.origin)), other.path) == (_origin(urlsplit(self.origin)), self.path)

    def technology(self, technology: str, query: Query) -> str:
        """Return the URL that starts a task of the technology."""
        if not _TECHNOLOGY.fullmatch(technology):
            raise ValueError(
                "The name of a technology must look like speaker-identification-voiceprint-extraction,"
                f" got {technology!r}."
            )
        text = urlencode(
            {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        )
        return f"{self}/api/technology/{technology}" + (f"?{text}" if text else "")

    def resolve(self, location: str, request_url: str, foreign: ForeignLocation) -> str:
        """Return the URL on this appliance to which a `Location` refers; ContractError if it cannot be used.

        The header has a URL or a path (S8, S9). It is resolved against the URL of the request. The returned URL has the
        origin of this appliance, character by character: parsers that read URLs in different ways find the same host.
        """
        try:
            parts = urlsplit(urljoin(request_url, location) if _URL_CHARACTERS.fullmatch(location) else "")
            origin = _origin(parts, ignore_user=foreign == "rebase")
        except ValueError:
            origin = None
        if origin is None:
            raise ContractError(f"The task's URL must be an HTTP URL or a path, got {location!r}.", url=request_url)
        path = parts.path
        if origin != _origin(urlsplit(self.origin)):
            if foreign == "refuse":
                error = ContractError(
                    f"The task's URL must be on the appliance {self}, got {location!r}; nothing was sent there.",
                    url=request_url,
                    foreign_location=True,
                )
                # Tracebacks show a note; the commands name their option --foreign-location instead.
                error.add_note('With foreign_location="rebase" the path of such a URL is taken to the appliance.')
                raise error
            path = self._rebased(path)
        return self.origin + path + (f"?{parts.query}" if parts.query else "")

    def _rebased(self, path: str) -> str:
        """Return the path below the prefix of this appliance; the sender may not know the prefix."""
        if path.startswith(f"{self.path}/"):
            return path
        return self.path + path[max(path.find("/api/technology/"), 0) :]


class TaskUrl(NamedTuple):
    """The parts of a task's URL; `base` is the part before `/api/technology/`, empty for a bare path."""

    base: str
    technology: str
    task_id: str


def task_url_parts(url: str) -> TaskUrl | None:
    """Return the parts of a task's URL or path, or None if it is not the URL of a task."""
    match = _TASK_PATH.fullmatch(url.partition("?")[0])
    return TaskUrl(**match.groupdict()) if match else None


def _origin(parts: SplitResult, *, ignore_user: bool = False) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None if scheme or host is missing, if the port is 0, or if the URL has a user."""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or ("@" in parts.netloc and not ignore_user):
        return None
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return (parts.scheme, parts.hostname, port) if port else None

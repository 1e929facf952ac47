"""The headers of every request: the client's own, and those that the caller adds."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping

OWN_NAMES = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that the client, its HTTP library or the proxy's URL sets, in lower case."""

NOT_SECRET = frozenset({"Accept", "Accept-Encoding"})
"""The headers that a trace may show; the token and the caller's own headers, such as an API key, are secret."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[!-~]([\t -~]*[!-~])?")
_TOKEN = re.compile(r"[!-~]+")


def common_headers(token: str | None, added: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers of every request; `token` is sent as a bearer token, `added` are the caller's.

    ValueError if one of them is not valid, or is set by the client itself. No message contains a value, which may be
    secret.
    """
    headers = {"User-Agent": _user_agent(), "Accept": "application/json", "Accept-Encoding": "identity"}
    if token is not None:
        if not _TOKEN.fullmatch(token):
            raise ValueError("`token` must be printable ASCII without spaces.")
        headers["Authorization"] = f"Bearer {token}"
    for name, value in (added or {}).items():
        _check(name, value)
        if name.lower() == "user-agent":
            del headers["User-Agent"]
        elif name.lower() in {own.lower() for own in headers}:
            raise ValueError(f"`headers` must have each header once, and {name!r} is set twice, perhaps by `token`.")
        headers[name] = value
    return headers


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"`headers` must have names of letters, digits and hyphens, got {name!r}.")
    if name.lower() in OWN_NAMES:
        raise ValueError(f"`headers` must not have {name!r}, which belongs to the connection or is the client's own.")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(f"`headers` must have values of printable ASCII without spaces around, and {name!r} has not.")


def _user_agent() -> str:
    version = importlib.metadata.version
    return f"voxdouble-client/{version('voxdouble')} python-requests/{version('requests')}"

"""The headers of every request: the client's own and the caller's."""

from __future__ import annotations

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
"""The headers that a trace may show. The caller's headers are secret, since one may be an API key; so is the token."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[!-~]([\t -~]*[!-~])?")
_TOKEN = re.compile(r"[!-~]+")


def common_headers(token: str | None, added: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers that every request has, without `User-Agent`.

    `token` is a bearer token, `added` are the caller's headers.

    ValueError if a header is malformed, is set twice, or belongs to the client. A value may be secret, so no message
    contains one.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    seen: dict[str, str] = {}  # the source of each header, by its name in lower case
    if token is not None:
        if not _TOKEN.fullmatch(token):
            raise ValueError("`token` must be printable ASCII without spaces.")
        headers["Authorization"] = f"Bearer {token}"
        seen["authorization"] = "`token`"
    for name, value in (added or {}).items():
        _check(name, value)
        if other := seen.get(name.lower()):
            raise ValueError(f"`headers` must have each header once, got {name!r} beside {other}.")
        headers[name] = value
        seen[name.lower()] = repr(name)
    return headers


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"`headers` must have names of letters, digits and !#$%&'*+-.^_`|~, got {name!r}.")
    if name.lower() in OWN_NAMES:
        raise ValueError(f"`headers` must not have {name!r}, which belongs to the connection or is the client's own.")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(
            "`headers` must have values of at least one character, all printable ASCII or tabs, without white space at"
            f" either end, and that of {name!r} is not one."
        )

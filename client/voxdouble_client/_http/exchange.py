"""A request and its response for the caller's tracing hook, without bodies and without the secrets of the request."""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """One attempt to send a request and its response, without their bodies; polls and retries are attempts too.

    `request_headers` has `Accept`, `Accept-Encoding`, `Content-Type` and `Content-Length` only. `status` is None if no
    complete response came; `error` is then the reason. The names in `response_headers` are in lower case, the values
    as received. `seconds` is the time to connect, send and receive.
    """

    method: str
    url: str
    request_headers: Mapping[str, str]
    status: int | None
    response_headers: Mapping[str, str]
    seconds: float
    error: Exception | None


OnExchange: TypeAlias = Callable[[Exchange], object]
"""Called after every attempt, in the thread of the request; its exceptions are logged and not raised."""

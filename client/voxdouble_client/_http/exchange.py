"""One request and its response as a caller's hook sees them, for tracing: without bodies and without secrets."""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct


class Exchange(Struct, frozen=True):
    """One attempt to send a request (polls and retries too) and its response, without their bodies.

    `request_headers` are those of the client, without the token and without the caller's own. `status` is None if no
    complete response came, and `error` then says why; the names of `response_headers` are in lower case. `seconds` is
    the time of the attempt: connecting, sending and receiving.
    """

    method: str
    url: str
    request_headers: Mapping[str, str]
    status: int | None
    response_headers: Mapping[str, str]
    seconds: float
    error: Exception | None


OnExchange: TypeAlias = Callable[[Exchange], object]
"""Called after every request, in the thread that sent it; its exceptions are logged and go no further."""

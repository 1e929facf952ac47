"""Why an exchange failed, said in our words: what requests and urllib3 wrap around a cause tells only of them."""

from __future__ import annotations

import re
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

from voxdouble_client._http.sockets import Unreached

_REFUSING_PROXY = re.compile(r"Tunnel connection failed: 4(?!08|29)")
"""How http.client tells what a proxy answered to CONNECT; "later" is no refusal."""

_IN_OUR_WORDS: dict[type[BaseException], str] = {
    RemoteDisconnected: "the connection was closed without an answer",
    BadStatusLine: "what came is no HTTP answer",
    IncompleteRead: "the answer was cut short",
    TimeoutError: "the other end was silent for too long",
}


def reason(error: Exception) -> str:
    """Say what happened, without a full stop."""
    causes = _causes(error)
    for kind, words in _IN_OUR_WORDS.items():
        if any(isinstance(cause, kind) for cause in causes):
            return words
    innermost = causes[-1]
    text = innermost.strerror if isinstance(innermost, OSError) and innermost.strerror else str(innermost)
    return text.rstrip(".") or type(innermost).__name__


def may_pass(error: Exception) -> bool:
    """Tell whether another try may do better.

    A certificate that is not trusted, an end that does not speak TLS, a proxy that refuses and a setting that cannot be
    used all stay so.
    """
    return not any(_stays(cause) for cause in _causes(error))


def _stays(cause: BaseException) -> bool:
    if isinstance(cause, ssl.SSLError):
        return not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
    return isinstance(cause, ValueError) or (type(cause) is OSError and _REFUSING_PROXY.search(str(cause)) is not None)


def was_reached(error: Exception) -> bool:
    """Tell whether there was a connection at all."""
    return not any(isinstance(cause, Unreached) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """List the error and what it was made from, outermost first."""
    chain = [error]
    while (inner := _inner(chain[-1])) is not None and inner not in chain:
        chain.append(inner)
    return chain


def _inner(error: BaseException) -> BaseException | None:
    wrapped = [error.__cause__, getattr(error, "reason", None), *error.args]
    return next((cause for cause in wrapped if isinstance(cause, BaseException)), None)

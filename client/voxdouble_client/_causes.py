"""Why an exchange failed, said in our words: what requests and urllib3 wrap around a cause tells only of them."""

from __future__ import annotations

import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

from voxdouble_client._sockets import Unreached

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
    """Tell whether another try may do better; a certificate that is not trusted stays so."""
    return not any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


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

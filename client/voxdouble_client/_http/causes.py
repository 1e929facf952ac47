"""The reason of a failed request, taken from the innermost exception of `requests` and urllib3."""

from __future__ import annotations

import re
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

from voxdouble_client._http.sockets import ConnectFailed

_PROXY_REFUSAL = re.compile(r"Tunnel connection failed: 4(?!08|29)")
"""The text of http.client for a refused CONNECT. A proxy's 408 and 429 mean "later" and are not permanent."""

_REASONS: dict[type[BaseException], str] = {
    RemoteDisconnected: "the connection was closed without a response",
    BadStatusLine: "the response is not HTTP",
    IncompleteRead: "the response was cut short",
    TimeoutError: "the other end was silent for too long",
}


_PLAIN_RESPONSE = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""The reasons that OpenSSL gives, by its version, for a response that is not TLS."""


_PASSING_ALERTS = frozenset({"SSLV3_ALERT_BAD_RECORD_MAC", "TLSV1_ALERT_INTERNAL_ERROR"})
"""Alerts of a server that got damaged data, or has a problem of its own, as a proxy that restarts."""


def reason(error: Exception) -> str:
    """Return the reason of the failure in words, without a full stop."""
    causes = _causes(error)
    if is_without_tls(tls_error(error)):
        return "the server does not speak TLS there; http:// in place of https:// may be right"
    for kind, words in _REASONS.items():
        if any(isinstance(cause, kind) for cause in causes):
            return words
    innermost = causes[-1]
    text = innermost.strerror if isinstance(innermost, OSError) and innermost.strerror else str(innermost)
    return text.rstrip(".") or type(innermost).__name__


def tls_error(error: Exception) -> ssl.SSLError | None:
    """Return the error of TLS among the causes, or None."""
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)


def is_without_tls(error: ssl.SSLError | None) -> bool:
    """Return whether the server responded, but not in TLS."""
    return getattr(error, "reason", None) in _PLAIN_RESPONSE


def is_transient(error: Exception) -> bool:
    """Return whether another try may succeed.

    Permanent causes are the failure of a TLS handshake, such as an untrusted certificate or a server without TLS, the
    refusal of a proxy, and an invalid setting.
    """
    return not any(_is_permanent(cause) for cause in _causes(error))


def _is_permanent(cause: BaseException) -> bool:
    if isinstance(cause, ssl.SSLError):
        was_closed = isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        return not was_closed and getattr(cause, "reason", None) not in _PASSING_ALERTS
    return isinstance(cause, ValueError) or (type(cause) is OSError and _PROXY_REFUSAL.search(str(cause)) is not None)


def was_connected(error: Exception) -> bool:
    """Return whether a connection was made before the error."""
    return not any(isinstance(cause, ConnectFailed) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and its causes, outermost first."""
    chain = [error]
    while (inner := _inner(chain[-1])) is not None and inner not in chain:
        chain.append(inner)
    return chain


def _inner(error: BaseException) -> BaseException | None:
    wrapped = [error.__cause__, getattr(error, "reason", None), *error.args]
    return next((cause for cause in wrapped if isinstance(cause, BaseException)), None)

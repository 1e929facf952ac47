"""Sends one request, and returns a complete response or raises."""

from __future__ import annotations

import logging
import threading
import time
from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError

from voxdouble_client._convert import InvalidResult, parsed
from voxdouble_client._errors import ContractError, TransportError
from voxdouble_client._http import sockets
from voxdouble_client._http.body import FileFailed
from voxdouble_client._http.causes import is_transient, reason, was_connected
from voxdouble_client._http.forks import renew_after_fork
from voxdouble_client._http.session import new_session
from voxdouble_client._http.wire import Request, Response

MAX_RESPONSE_BYTES = 512 << 20
"""Chosen: three times the size of 50,000 vectors of 128 numbers with every digit printed."""

MAX_OTHER_BYTES = 1 << 20
"""Chosen: the limit of responses that hold no result, which are the 202, errors and redirects."""

_log = logging.getLogger("voxdouble_client")
_log.addHandler(logging.NullHandler())  # whether the log is shown is up to the program


class Transport:
    """Sends requests to one appliance over pooled connections; safe to use from several threads.

    `token` is sent as a bearer token; `ca` is the path of a file or folder of certificates to trust instead of the
    usual ones; `proxy` is the URL of a proxy, instead of the environment's; with an empty text no proxy is used.
    """

    def __init__(self, *, token: str | None, ca: str | None, proxy: str | None) -> None:
        self._closed = threading.Event()
        self._active: set[sockets.Limits] = set()
        self._session = new_session()
        self._headers = {"User-Agent": _user_agent(), "Accept": "application/json", "Accept-Encoding": "identity"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._ca = ca
        self._proxies = {} if proxy is None else {"http": proxy, "https": proxy}
        renew_after_fork(self)

    def renew_after_fork(self) -> None:
        """Open new connections in a forked child: on shared ones it would get responses to the parent's requests."""
        self._session = new_session()
        self._active = set()
        closed, self._closed = self._closed.is_set(), threading.Event()
        if closed:
            self._closed.set()

    def close(self) -> None:
        """Close all connections; requests under way in other threads end, and nothing can be sent afterwards."""
        self._closed.set()
        for limits in list(self._active):
            limits.abort()
        self._session.close()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def wait_closed(self, seconds: float) -> None:
        """Wait for so many seconds, or until `close` is called."""
        self._closed.wait(seconds)

    def send(self, request: Request, seconds: float) -> Response:
        """Return the complete response within `seconds` of real time, or raise TransportError."""
        if self._closed.is_set():
            raise _closed_error(request)
        began = time.monotonic()
        if request.body is not None:
            request.body.rewind()
        try:
            with sockets.limited(seconds, request.stall) as limits:
                self._active.add(limits)
                if self._closed.is_set():
                    limits.abort()  # `close` may have looked at the active requests before
                try:
                    response = self._exchange(request)
                finally:
                    self._active.discard(limits)
        except FileFailed:
            if request.body is None or request.body.failure is None:
                raise
            raise request.body.failure from None
        except (OSError, ValueError, HTTPError, HTTPException) as error:  # all that the libraries below raise
            if self._closed.is_set():
                raise _closed_error(request) from error
            late = time.monotonic() - began >= seconds
            raise _transport_error(request, error, seconds if late else None) from error
        took = (time.monotonic() - began) * 1000
        _log.debug("%s: status %d, %d bytes, %.0f ms", request, response.status, len(response.body), took)
        return response

    def _exchange(self, request: Request) -> Response:
        headers = dict(self._headers)
        if request.body is not None:
            headers["Content-Type"] = request.body.content_type
        prepared = self._session.prepare_request(
            # `auth` keeps requests from looking for a password in .netrc and replacing the token with it.
            requests.Request(request.method, request.url, headers=headers, data=request.body, auth=_unchanged)
        )
        # `verify` must be set for each request: REQUESTS_CA_BUNDLE would override the session's.
        settings = self._session.merge_environment_settings(
            request.url, proxies=dict(self._proxies), stream=True, verify=self._ca or True, cert=None
        )
        received = self._session.send(prepared, allow_redirects=False, timeout=None, **settings)
        with received:
            headers = {name.lower(): value for name, value in received.headers.items()}
            return Response(request, received.status_code, headers, _complete_body(request, received))


def _unchanged(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _complete_body(request: Request, received: requests.Response) -> bytes:
    """Return the body; raise if it is not complete, as a body cut off by the end of the connection can look complete.

    A length or chunks prove that it is. Without either, the headers may have been cut as well, and only a JSON object,
    whose end is visible, is known to be complete.
    """
    raw = received.raw
    body = bytearray()
    limit = MAX_RESPONSE_BYTES if request.method == "GET" and received.status_code == 200 else MAX_OTHER_BYTES
    too_large = ContractError(
        f"The response to {request} must have at most {limit} bytes with status {received.status_code}, got more.",
        url=request.url,
    )
    if (raw.length_remaining or 0) > limit:
        raise too_large
    while chunk := raw.read(1 << 16, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise too_large
    if (encoding := received.headers.get("Content-Encoding", "identity")) != "identity":
        raise ContractError(
            f"The response to {request} is compressed with {encoding}, which was not requested.", url=request.url
        )
    framed = "chunked" in received.headers.get("Transfer-Encoding", "").lower() or raw.length_remaining is not None
    if not framed and not _is_json_object(body):
        raise HTTPException("the response has no length and may have been cut short")
    return bytes(body)


def _is_json_object(body: bytearray) -> bool:
    try:
        return isinstance(parsed(body), dict)
    except InvalidResult:
        return False


def _transport_error(request: Request, error: Exception, deadline: float | None) -> TransportError:
    # A GET changes nothing; the appliance cannot act on a POST of which it received no byte.
    may_have_run = request.body is not None and request.body.started
    why = reason(error) if deadline is None else f"there was no response within {round(deadline, 3):g} s"
    return TransportError(
        f"{request} failed: {why}.",
        url=request.url,
        may_have_run=may_have_run,
        timed_out=deadline is not None,
        transient=is_transient(error),
        reached=was_connected(error),
    )


def _closed_error(request: Request) -> TransportError:
    may_have_run = request.body is not None and request.body.started
    return TransportError(
        f"{request} failed: the client was closed.", url=request.url, may_have_run=may_have_run, transient=False
    )


def _user_agent() -> str:
    import importlib.metadata  # noqa: PLC0415  late: it would add a tenth to the import of this package

    return f"voxdouble-client/{importlib.metadata.version('voxdouble')} python-requests/{requests.__version__}"

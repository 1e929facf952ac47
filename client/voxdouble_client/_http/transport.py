"""The transport: sends one request, and returns its complete response or raises."""

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
from voxdouble_client._http.exchange import Exchange
from voxdouble_client._http.forks import renew_after_fork
from voxdouble_client._http.headers import NOT_SECRET
from voxdouble_client._http.proxy import Proxy
from voxdouble_client._http.session import new_session
from voxdouble_client._http.settings import HttpSettings
from voxdouble_client._http.wire import Request, Response

MAX_RESPONSE_BYTES = 512 << 20
"""Chosen: three times the size of 50,000 vectors of 128 numbers with every digit printed."""

MAX_OTHER_BYTES = 1 << 20
"""Chosen: the limit of responses without a result: the 202, errors and redirects."""

CHUNK_BYTES = 1 << 18

_log = logging.getLogger("voxdouble_client")
_log.addHandler(logging.NullHandler())  # the program decides whether the log is shown


class Transport:
    """Sends requests to one appliance over pooled connections; safe to use from several threads."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._closed = threading.Event()
        self._active: set[sockets.Limits] = set()
        self._pool_size = settings.pool_size
        self._session = new_session(self._pool_size)
        renew_after_fork(self)

    def renew_after_fork(self) -> None:
        """Open new connections in a forked child: shared ones would carry responses to the parent's requests."""
        self._session = new_session(self._pool_size)
        self._active = set()
        closed, self._closed = self._closed.is_set(), threading.Event()
        if closed:
            self._closed.set()

    def widen_pool(self, size: int) -> None:
        """Use a pool of `size` connections if that is more than now; those of the old one end with their requests."""
        if size > self._pool_size:
            self._pool_size = size
            self._session = new_session(size)

    def close(self) -> None:
        """Close all connections. Requests of other threads end with an error; later ones are not sent."""
        self._closed.set()
        for limits in list(self._active):
            limits.abort()
        self._session.close()

    def check_open(self, request: Request) -> None:
        """Raise TransportError if `close` was called, so that the request cannot be sent."""
        if self._closed.is_set():
            raise _closed_error(request, may_have_run=False, reached=False)

    def wait_closed(self, seconds: float) -> None:
        """Wait for so many seconds, or until `close` is called."""
        self._closed.wait(seconds)

    def send(self, request: Request, seconds: float) -> Response:
        """Return the complete response within `seconds` of real time, or raise TransportError or ContractError."""
        self.check_open(request)
        began = time.monotonic()
        try:
            response = self._send(request, seconds)
        except Exception as error:
            self._report(request, None, time.monotonic() - began, error)
            raise
        self._report(request, response, time.monotonic() - began, None)
        return response

    def _send(self, request: Request, seconds: float) -> Response:
        began = time.monotonic()
        if request.body is not None:
            request.body.rewind()
        try:
            with sockets.limited(seconds, request.stall) as limits:
                self._active.add(limits)
                if self._closed.is_set():
                    limits.abort()  # `close` may have aborted the active requests before this one was added
                try:
                    return self._exchange(request)
                finally:
                    self._active.discard(limits)
        except FileFailed:
            if request.body is None or request.body.failure is None:
                raise
            raise request.body.failure from None
        except (OSError, ValueError, HTTPError, HTTPException) as error:  # all that the libraries below raise
            if self._closed.is_set():
                raise _closed_error(
                    request, may_have_run=_may_have_run(request), reached=was_connected(error)
                ) from error
            late = time.monotonic() - began >= seconds
            raise _transport_error(request, error, seconds if late else None, self._settings.proxy) from error

    def _exchange(self, request: Request) -> Response:
        headers = {**self._settings.headers, **request.body_headers()}
        prepared = self._session.prepare_request(
            requests.Request(request.method, request.url, headers=headers, data=request.body)
        )
        received = self._session.send(
            prepared,
            allow_redirects=False,
            timeout=None,
            stream=True,
            verify=self._settings.verify,
            cert=self._settings.certificate,
            proxies={"all": self._settings.proxy.url} if self._settings.proxy else {},
        )
        with received:
            names = {name.lower(): value for name, value in received.headers.items()}
            via = f" through {self._settings.proxy}" if self._settings.proxy else ""
            return Response(request, received.status_code, names, _complete_body(request, received), via)

    def _report(self, request: Request, response: Response | None, seconds: float, error: Exception | None) -> None:
        if response is not None:
            size, took = len(response.body), 1000 * seconds
            _log.debug("%s: status %d, %d bytes, %.0f ms", request, response.status, size, took)
        if self._settings.on_exchange is None:
            return
        own = {name: value for name, value in self._settings.headers.items() if name in NOT_SECRET}
        exchange = Exchange(
            request.method,
            request.url,
            {**own, **request.body_headers()},
            None if response is None else response.status,
            {} if response is None else response.headers,
            seconds,
            error,
        )
        try:
            self._settings.on_exchange(exchange)
        except Exception:  # noqa: BLE001  a hook must not lose a task that was started
            _log.exception("`on_exchange` failed; the call goes on.")


def _complete_body(request: Request, received: requests.Response) -> bytes:
    """Return the complete body; HTTPException or HTTPError if it was cut.

    ContractError if it is too large or compressed.
    `Content-Length` or chunks prove that a body is complete. Without both, the connection may have been cut, even in
    the headers. Then only a JSON object is accepted, since its end can be seen.
    """
    raw = received.raw
    limit = MAX_RESPONSE_BYTES if request.method == "GET" and received.status_code == 200 else MAX_OTHER_BYTES
    too_large = ContractError(
        f"The response to {request} must have at most {limit} bytes with status {received.status_code}, got more.",
        url=request.url,
    )
    if (raw.length_remaining or 0) > limit:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    # A body of known length is read by one call, which copies nothing.
    while chunk := raw.read(raw.length_remaining or CHUNK_BYTES, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise too_large
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    encoding = received.headers.get("Content-Encoding", "")
    if any(coding.strip().lower() not in {"", "identity"} for coding in encoding.split(",")):
        raise ContractError(
            f"The response to {request} is compressed with {encoding}, which was not requested.", url=request.url
        )
    framed = "chunked" in received.headers.get("Transfer-Encoding", "").lower() or raw.length_remaining is not None
    if not framed and not _is_json_object(body):
        raise HTTPException("the response has no length and may have been cut short")
    return body


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(parsed(body), dict)
    except InvalidResult:
        return False


def _transport_error(request: Request, error: Exception, deadline: float | None, proxy: Proxy | None) -> TransportError:
    why = reason(error) if deadline is None else f"there was no response within {round(deadline, 3):g} s"
    reached = was_connected(error)
    if proxy is not None:
        why = f"{why} (through {proxy})" if reached else f"{proxy} was not reached: {why}"
    return TransportError(
        f"{request} failed: {why}.",
        url=request.url,
        may_have_run=_may_have_run(request),
        timed_out=deadline is not None,
        transient=is_transient(error),
        reached=reached,
    )


def _closed_error(request: Request, *, may_have_run: bool, reached: bool) -> TransportError:
    return TransportError(
        f"{request} failed: the client was closed; create another ApplianceClient.",
        url=request.url,
        may_have_run=may_have_run,
        transient=False,
        reached=reached,
    )


def _may_have_run(request: Request) -> bool:
    """Return whether this try may have started a task: not without a byte of the body, nor by a GET, which has none."""
    return request.body is not None and request.body.started

"""The only module that imports requests: sends one request, and returns a complete response or raises."""

from __future__ import annotations

import logging
import time
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from voxdouble_client._convert import InvalidResult, parsed
from voxdouble_client._errors import ContractError, TransportError
from voxdouble_client._http import sockets
from voxdouble_client._http.causes import is_transient, reason, was_connected
from voxdouble_client._http.wire import Request, Response

MAX_RESPONSE_BYTES = 512 << 20
"""Chosen: three times the size of 50,000 vectors of 128 numbers with every digit printed."""

_log = logging.getLogger("voxdouble_client")
_log.addHandler(logging.NullHandler())  # whether the log is shown is up to the program


class _Connection(HTTPConnection):
    def _new_conn(self) -> sockets.DeadlineSocket:
        return sockets.connect(self.host, self.port, list(self.socket_options or ()))


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> sockets.DeadlineSocket:
        return sockets.connect(self.host, self.port, list(self.socket_options or ()))

    def connect(self) -> None:
        self.ssl_context = create_urllib3_context()
        self.ssl_context.sslsocket_class = sockets.DeadlineTlsSocket
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' adapter on sockets that keep a deadline; it has no retries or timeouts of its own."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if not proxy.lower().startswith("http://"):
            raise InvalidProxyURL("a proxy must be an http:// URL; deadlines only hold through such a proxy")
        manager = super().proxy_manager_for(proxy, **kwargs)
        _use_own_pools(manager)
        return manager


def _use_own_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None for every response: requests would read the whole body even of a redirect not followed."""


class Transport:
    """Sends requests to one appliance over pooled connections; safe to use from several threads.

    `token` is sent as a bearer token; `ca` is the path of a file or folder of certificates to trust instead of the
    usual ones; `proxy` is the URL of a proxy, instead of the environment's; with an empty text no proxy is used.
    """

    def __init__(self, *, token: str | None, ca: str | None, proxy: str | None) -> None:
        self._closed = False
        self._session = _Session()
        self._session.headers.clear()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # they could grow without bound
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=64))
        self._headers = {"User-Agent": _user_agent(), "Accept": "application/json", "Accept-Encoding": "identity"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._ca = ca
        self._proxies = {} if proxy is None else {"http": proxy, "https": proxy}

    def close(self) -> None:
        """Close the pooled connections; nothing can be sent afterwards."""
        self._closed = True
        self._session.close()

    def send(self, request: Request, seconds: float) -> Response:
        """Return the complete response within `seconds` of real time, or raise TransportError."""
        if self._closed:
            raise RuntimeError("This client is closed; create another ApplianceClient.")
        began = time.monotonic()
        if request.body is not None:
            request.body.rewind()
        try:
            with sockets.limited(seconds, request.stall):
                response = self._exchange(request)
        except (OSError, ValueError, HTTPError, HTTPException) as error:  # all that the libraries below raise
            if request.body is not None and request.body.failure is not None:
                raise request.body.failure from None
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
    too_large = ContractError(f"The response to {request} has more than {MAX_RESPONSE_BYTES} bytes.", url=request.url)
    if (raw.length_remaining or 0) > MAX_RESPONSE_BYTES:
        raise too_large
    while chunk := raw.read(1 << 16, decode_content=False):
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
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


def _user_agent() -> str:
    import importlib.metadata  # noqa: PLC0415  late: it would add a tenth to the import of this package

    return f"voxdouble-client/{importlib.metadata.version('voxdouble')} python-requests/{requests.__version__}"

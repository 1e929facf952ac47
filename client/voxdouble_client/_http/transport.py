"""The one importer of requests: a request goes out, and comes back as a whole reply or a `TransportError`."""

from __future__ import annotations

import importlib.metadata
import logging
import time
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from voxdouble_client._errors import ContractError, TransportError
from voxdouble_client._http import sockets as _sockets
from voxdouble_client._http.causes import may_pass, reason, was_reached
from voxdouble_client._http.wire import Reply, Request

REPLY_LIMIT = 512 << 20
"""Bytes. Chosen: three times what 50,000 vectors of 128 numbers take when every number is printed in full."""

_log = logging.getLogger("voxdouble_client")
_log.addHandler(logging.NullHandler())  # what is logged is the program's to show


class _Connection(HTTPConnection):
    def _new_conn(self) -> _sockets.DeadlineSocket:
        return _sockets.connect(self.host, self.port, list(self.socket_options or ()))


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> _sockets.DeadlineSocket:
        return _sockets.connect(self.host, self.port, list(self.socket_options or ()))

    def connect(self) -> None:
        self.ssl_context = create_urllib3_context()
        self.ssl_context.sslsocket_class = _sockets.DeadlineTlsSocket
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """requests' adapter, on sockets that keep the deadline; it neither retries nor times out by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if not proxy.lower().startswith("http://"):
            raise InvalidProxyURL("a proxy has to be an http:// URL, as deadlines are kept through such a one only")
        manager = super().proxy_manager_for(proxy, **kwargs)
        _use_own_pools(manager)
        return manager


def _use_own_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See no redirect anywhere: even where it follows none, requests reads the body of one, without bound."""


class Transport:
    """Sends requests to one appliance, over pooled connections; safe from several threads.

    `token` goes out as a bearer token; `ca` is the path of a file or folder of certificates to trust instead of the
    usual ones; `proxy` the URL of a proxy, instead of those that the environment names.
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
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}

    def close(self) -> None:
        """Close the pooled connections; nothing is sent any more."""
        self._closed = True
        self._session.close()

    def send(self, request: Request, seconds: float) -> Reply:
        """Send, and give the whole reply, within `seconds` of real time; TransportError where there is none."""
        if self._closed:
            raise RuntimeError("This client is closed; make another ApplianceClient to send more.")
        began = time.monotonic()
        if request.body is not None:
            request.body.rewind()
        try:
            with _sockets.limited(seconds, request.stall):
                reply = self._exchange(request)
        except (OSError, ValueError, HTTPError, HTTPException) as error:  # all that the libraries below raise
            if request.body is not None and request.body.failure is not None:
                raise request.body.failure from None
            late = time.monotonic() - began >= seconds
            raise _transport_error(request, error, seconds if late else None) from error
        took = (time.monotonic() - began) * 1000
        _log.debug("%s %s: %d, %d bytes, %.0f ms", request.method, request.url, reply.status, len(reply.body), took)
        return reply

    def _exchange(self, request: Request) -> Reply:
        headers = dict(self._headers)
        if request.body is not None:
            headers["Content-Type"] = request.body.content_type
        prepared = self._session.prepare_request(
            # `auth` keeps requests from looking for a password in .netrc and putting it in the token's place.
            requests.Request(request.method, request.url, headers=headers, data=request.body, auth=_as_it_is)
        )
        # `verify` has to be said per request: REQUESTS_CA_BUNDLE would override the session's.
        settings = self._session.merge_environment_settings(
            request.url, proxies=dict(self._proxies), stream=True, verify=self._ca or True, cert=None
        )
        response = self._session.send(prepared, allow_redirects=False, timeout=None, **settings)
        with response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(request, response.status_code, headers, _whole_body(request, response))


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _whole_body(request: Request, response: requests.Response) -> bytes:
    """Read the body, if all of it comes; an answer broken off by the end of the connection can look like a whole one.

    A length or chunks prove it. Without them, the headers themselves may have been cut, and only a JSON object,
    whose end shows, is known to be whole.
    """
    raw = response.raw
    body = bytearray()
    too_big = ContractError(
        f"{request.method} {request.url} was answered with more than {REPLY_LIMIT} bytes.", url=request.url
    )
    if (raw.length_remaining or 0) > REPLY_LIMIT:
        raise too_big
    while piece := raw.read(1 << 16, decode_content=False):
        body += piece
        if len(body) > REPLY_LIMIT:
            raise too_big
    if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
        raise ContractError(
            f"{request.method} {request.url} was answered in {encoding}, which was not asked for.", url=request.url
        )
    framed = "chunked" in response.headers.get("Transfer-Encoding", "").lower() or raw.length_remaining is not None
    if not framed and not _is_json(body):
        raise HTTPException("the answer has no length and may have been cut short")
    return bytes(body)


def _is_json(body: bytearray) -> bool:
    try:
        return isinstance(orjson.loads(body), dict)
    except orjson.JSONDecodeError:
        return False


def _transport_error(request: Request, error: Exception, deadline: float | None) -> TransportError:
    # A GET changes nothing; of a POST the appliance cannot act on what it got no byte of.
    may_have_run = request.body is not None and request.body.started
    why = reason(error) if deadline is None else f"it was not answered within {round(deadline, 3):g} s"
    return TransportError(
        f"{request.method} {request.url} failed: {why}.",
        url=request.url,
        may_have_run=may_have_run,
        timed_out=deadline is not None,
        transient=may_pass(error),
        reached=was_reached(error),
    )


def _user_agent() -> str:
    return f"voxdouble-client/{importlib.metadata.version('voxdouble')} python-requests/{requests.__version__}"

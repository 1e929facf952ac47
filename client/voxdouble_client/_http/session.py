"""A session of the library `requests`: its sockets keep a deadline, and it has no retries, redirects or cookies."""

from __future__ import annotations

from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from voxdouble_client._http import sockets

VERSION = "0.1.0"
"""The version in pyproject.toml; to read it from the metadata of the package takes 8 ms."""


class _FinalResponse(HTTPResponse):
    """A response after interim ones such as 103; http.client skips only those with status 100."""

    def begin(self) -> None:
        super().begin()
        while 101 < self.status < 200:  # 101 is final: the connection speaks another protocol from then on
            self.headers = self.msg = None  # type: ignore[assignment]  # else `begin` returns at once
            super().begin()


class _Connection(HTTPConnection):
    response_class = _FinalResponse

    def _new_conn(self) -> sockets.DeadlineSocket:
        return sockets.connect(self.host, self.port, list(self.socket_options or ()))


class _TlsConnection(HTTPSConnection):
    response_class = _FinalResponse

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
    """The adapter of `requests` on sockets that keep a deadline; it has no retries or timeouts of its own."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_own_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        _use_own_pools(manager)
        return manager


def _use_own_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None for every response: for another value `requests` reads the whole body of the redirect."""


def new_session(pool_size: int) -> requests.Session:
    """Return a session that keeps up to `pool_size` connections, and reads neither the environment nor .netrc."""
    session = _Session()
    session.trust_env = False
    session.headers.clear()
    session.headers["User-Agent"] = f"voxdouble-client/{VERSION} python-requests/{requests.__version__}"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # they could grow without bound
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_maxsize=pool_size))
    return session

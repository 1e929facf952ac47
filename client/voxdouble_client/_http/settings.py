"""The settings of all requests of a client, checked before the first one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

from voxdouble_client._http.exchange import OnExchange
from voxdouble_client._http.headers import common_headers
from voxdouble_client._http.proxy import Proxy, proxy_for
from voxdouble_client._http.tls import Certificate, client_certificate, trusted_certificates

DEFAULT_POOL_SIZE = 64
MAX_POOL_SIZE = 1000
"""Chosen: a process may have 1,024 open files on most systems."""


class HttpSettings(Struct, frozen=True):
    """The settings of all requests: `headers` go with each, `verify` names the certificates to trust.

    `certificate` is the client's own, with its key. At most `pool_size` connections stay open between requests.
    """

    headers: Mapping[str, str]
    verify: str | bool
    certificate: tuple[str, str] | None
    proxy: Proxy | None
    pool_size: int
    on_exchange: OnExchange | None


def http_settings(
    url: str,
    *,
    token: str | None,
    ca: str | os.PathLike[str] | None,
    proxy: str | None,
    pool_size: int,
    headers: Mapping[str, str] | None,
    client_certificate_files: Certificate | None,
    on_exchange: OnExchange | None,
) -> HttpSettings:
    """Return the checked settings for requests to `url`; ValueError or FileNotFoundError if one cannot be used."""
    if not 1 <= pool_size <= MAX_POOL_SIZE:
        raise ValueError(f"`pool_size` must be a whole number from 1 to {MAX_POOL_SIZE}, got {pool_size}.")
    return HttpSettings(
        common_headers(token, headers),
        trusted_certificates(url, ca),
        client_certificate(url, client_certificate_files),
        proxy_for(url, proxy),
        pool_size,
        on_exchange,
    )

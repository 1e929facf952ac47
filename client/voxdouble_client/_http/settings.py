"""The settings of all requests of a client, checked when the client is created."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

from voxdouble_client._http.exchange import OnExchange
from voxdouble_client._http.headers import common_headers
from voxdouble_client._http.proxy import Proxy, proxy_for
from voxdouble_client._http.tls import Certificate, client_certificate, trusted_certificates
from voxdouble_client._whole_number import checked_whole_number

DEFAULT_POOL_SIZE = 64
MAX_POOL_SIZE = 1000
"""Chosen: below the 1,024 open files that most systems allow a process."""


class HttpSettings(Struct, frozen=True):
    """The settings of all requests.

    `headers` are sent with each request. `verify` is the file or folder of trusted certificates, or True for the usual
    ones. `certificate` has the files of the client's certificate and of its key. At most `pool_size` connections stay
    open between requests.
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
    return HttpSettings(
        common_headers(token, headers),
        trusted_certificates(url, ca),
        client_certificate(url, client_certificate_files),
        proxy_for(url, proxy),
        checked_whole_number("pool_size", pool_size, 1, MAX_POOL_SIZE),
        on_exchange,
    )

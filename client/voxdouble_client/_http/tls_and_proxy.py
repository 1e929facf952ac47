"""Validates sockets, TLS and proxy settings before anything is sent."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def check_certificates(url: str, ca: str | os.PathLike[str] | None) -> None:
    """Raise FileNotFoundError or ValueError if `ca`, or else the environment's bundle, holds no certificates."""
    if ca is not None:
        _load(os.fspath(ca), "`ca`")
    elif url.startswith("https:"):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # what requests reads, in its order
            if path := os.environ.get(name):
                if not Path(path).exists():
                    raise ValueError(
                        f"{name} in the environment must name a file of certificates; {path!r} is missing."
                    )
                _load(path, f"{name} in the environment")
                return


def _load(path: str, name: str) -> None:
    if not Path(path).exists():
        raise FileNotFoundError(f"There are no certificates at {path}.")
    if Path(path).is_dir():
        return  # the certificates in a folder are looked up by name when they are needed
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise ValueError(
            f"{name} must name a file of certificates in PEM form; {path!r} holds no certificate."
        ) from None


def check_proxy(url: str, proxy: str | None) -> None:
    """Raise ValueError if the proxy for `url`, given or from the environment, is not a usable http:// proxy."""
    if proxy is not None:
        if proxy:  # an empty text stands for no proxy
            _check_proxy_url(proxy)
        return
    parts = urlsplit(url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if found and not proxy_bypass(parts.netloc):
        _check_proxy_url(found if "://" in found else f"http://{found}")


def check_not_patched() -> None:
    """Raise RuntimeError if gevent has replaced the standard library's sockets."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and (monkey.is_module_patched("socket") or monkey.is_module_patched("ssl")):
        raise RuntimeError(
            "ApplianceClient must have the standard library's sockets, on which its deadlines hold, but gevent's monkey"
            " patching has replaced them. Use threads, or run the client in a process of its own."
        )


def _check_proxy_url(proxy: str) -> None:
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # The URL is not in the message: it may hold a password.
        raise ValueError(
            "A proxy must be an http:// URL like http://proxy:3128; deadlines only hold through such a proxy."
        )

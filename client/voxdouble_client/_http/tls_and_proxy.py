"""What a client is told of certificates and proxies, checked before anything is sent."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def check_certificates(url: str, ca: str | os.PathLike[str] | None) -> None:
    """FileNotFoundError or ValueError where no certificate can be had from `ca`, or else from the environment's."""
    if ca is not None:
        _load(os.fspath(ca), "ca")
    elif url.startswith("https:"):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # what requests reads, in its order
            if path := os.environ.get(name):
                if not Path(path).exists():
                    raise ValueError(f"The environment's {name} names {path!r}, where there are no certificates.")
                _load(path, f"the environment's {name}")
                return


def _load(path: str, name: str) -> None:
    if not Path(path).exists():
        raise FileNotFoundError(f"There are no certificates at {path}.")
    if Path(path).is_dir():
        return  # what is in a folder is looked up by name when it is needed
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise ValueError(f"{path!r}, which {name} names, holds no certificate in PEM form.") from None


def check_proxy(url: str, proxy: str | None) -> None:
    """ValueError where the proxy for `url`, given or the environment's, is not one through which deadlines hold."""
    if proxy is not None:
        _check_proxy_url(proxy)
        return
    parts = urlsplit(url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if found and not proxy_bypass(parts.netloc):
        _check_proxy_url(found if "://" in found else f"http://{found}")


def _check_proxy_url(proxy: str) -> None:
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(
            "A proxy is an http:// URL like http://proxy:3128, as deadlines are kept through such a one only."
        )

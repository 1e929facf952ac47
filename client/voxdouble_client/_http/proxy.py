"""The proxy of a client, chosen once for all requests, when the client is created."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct
from requests.utils import should_bypass_proxies


class Proxy(Struct, frozen=True):
    """The proxy at `url`, which may have a password; `source` is the setting that named it."""

    url: str
    source: str

    def __str__(self) -> str:
        """Return the proxy for messages, without its user and password."""
        parts = urlsplit(self.url)
        return f"the proxy {parts.scheme}://{parts.netloc.rpartition('@')[2]} from {self.source}"


def proxy_for(url: str, given: str | None) -> Proxy | None:
    """Return the proxy for requests to `url`, given or from the environment; ValueError if it is not an http:// proxy.

    An empty text stands for no proxy. `NO_PROXY` has the meaning that it has in `requests`; it may also have IPv6
    addresses and networks, with or without brackets.
    """
    if given is not None:
        return _checked(given, "`proxy`") if given else None
    proxies = getproxies()
    scheme = urlsplit(url).scheme
    found = proxies.get(scheme) or proxies.get("all")
    if not found or is_bypassed(url):
        return None
    return _checked(found if "://" in found else f"http://{found}", _source(found, scheme))


def is_bypassed(url: str) -> bool:
    """Return whether `NO_PROXY` covers `url`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").partition("%")[0]  # without the zone of a link-local address
    if ":" not in host:
        return should_bypass_proxies(url, no_proxy=None)
    entries = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(",")
    return any(_covers(entry.strip(), host, parts.port) for entry in entries) or bool(proxy_bypass(f"[{host}]"))


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Return whether an entry of NO_PROXY covers an IPv6 address: `::1`, `[::1]:8000`, `fd00::/8` or `[fd00::]/8`."""
    inside, _, outside = entry[1:].partition("]") if entry.startswith("[") else (entry, "", "")
    try:
        if outside.startswith(":") and int(outside[1:]) != port:
            return False
        bits = outside if outside.startswith("/") else ""
        return ip_address(host) in ip_network(inside + bits, strict=False)
    except ValueError:
        return False  # a name, or not valid


def _source(found: str, scheme: str) -> str:
    names = [f"{scheme}_proxy", "all_proxy"]
    for name in [*names, *map(str.upper, names)]:
        if os.environ.get(name) == found:
            return f"{name} in the environment"
    return "the settings of the system"


def _checked(proxy: str, source: str) -> Proxy:
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # The URL is not in the message: it may hold a password.
        raise ValueError(
            f"A proxy must be an http:// URL like http://proxy:3128, and {source} is not; deadlines only hold through"
            " such a proxy."
        )
    return Proxy(proxy, source)

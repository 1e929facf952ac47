"""Host names and addresses: the pattern of hosts in headers and options, the name of a host, loopback addresses."""

import ipaddress
import re

HOST = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?)(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)
PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
MAX_PORT = 65_535


def is_host(text: str) -> bool:
    """Return whether a text is a host name or an IPv6 address in brackets, with or without a port."""
    match = HOST.fullmatch(text)
    return match is not None and is_port(match["port"] or "0")


def is_port(text: str) -> bool:
    """Return whether a text is the number of a port."""
    return PORT.fullmatch(text) is not None and int(text) <= MAX_PORT


def host_name(host: str) -> str:
    """Return a Host header's value without its port, in lower case; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() and (name[:1] != "[" or name[-1:] == "]") else host).lower()


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

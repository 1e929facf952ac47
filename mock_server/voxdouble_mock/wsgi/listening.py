"""The listening socket, and messages for the reasons why a server cannot listen."""

import errno
import os
import socket
from typing import Any

LOCALHOST = "localhost"
FREE_PORT_TRIES = 20
"""The most ports that are tried for localhost: a port that is free on 127.0.0.1 can be in use on ::1."""
_MISSING = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""Errors of a machine without IPv6, or without IPv4."""
BACKLOG = 512  # cheroot's 5 makes bursts of connections wait for one or two seconds
_REASONS = {
    errno.EADDRINUSE: "another program uses this port already; stop it, or choose another port (0 takes any free one)",
    errno.EADDRNOTAVAIL: "this machine has no such address; use 127.0.0.1 for this machine only, 0.0.0.0 for all its "
    "addresses",
    errno.EACCES: "this user may not use this port; choose one from 1024 on",
}


def listen(host: str, port: int) -> list[socket.socket]:
    """Return the sockets that listen on a host name or address, with one port; port 0 takes any free one.

    localhost has two sockets, on 127.0.0.1 and ::1, since clients try either. Any other host has one.

    Raises :class:`OSError` with a sentence that names the reason and a remedy.
    """
    addresses = [] if host == LOCALHOST else _addresses(host, port)
    problem: OSError | None = None
    for _ in range(FREE_PORT_TRIES if host == LOCALHOST and port == 0 else 1):
        try:
            return [_listen_first(addresses)] if addresses else _listen_twice(port)
        except OSError as error:
            problem = error
    assert problem is not None
    reason = _REASONS.get(problem.errno or 0, os.strerror(problem.errno or 0))
    raise OSError(problem.errno, f"Cannot listen on {host_and_port(host, port)}: {reason}.") from problem


def _listen_twice(port: int) -> list[socket.socket]:
    """Return a socket on each loopback address that this machine has, both with one port."""
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            sockets.append(_listen(family, (address, sockets[0].getsockname()[1] if sockets else port)))
        except OSError as error:
            problem = problem or error
            if error.errno not in _MISSING:
                for one in sockets:
                    one.close()
                raise
    if problem and not sockets:
        raise problem
    return sockets


def _listen_first(addresses: list[tuple[int, Any]]) -> socket.socket:
    problem: OSError | None = None
    for family, address in addresses:
        try:
            return _listen(family, address)
        except OSError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def plain_address(address: str) -> str:
    """Return an IP address, without the prefix ::ffff: that a dual-stack socket adds to an IPv4 address."""
    return address.removeprefix("::ffff:") if "." in address else address


def host_and_port(host: str, port: int) -> str:
    """Return host and port as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        # As bytes: for a text, getaddrinfo imports the codec idna. Only names beyond ASCII need it.
        name = host.encode() if host.isascii() else host
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        message = f"Cannot listen on {host!r}: no such host is known; give a name or address of this machine."
        raise OSError(errno.EADDRNOTAVAIL, message) from error
    # Every client tries the IPv4 address of a name, in whichever order the resolver lists its addresses.
    return [(family, address) for family, _, _, _, address in sorted(found, key=lambda one: one[0] != socket.AF_INET)]


def _listen(family: int, address: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        reuse = os.name == "posix"  # not on Windows, where it would let two servers share a port
        if reuse and address[1]:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address[0] == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind(address)
        if reuse:
            # After a kill -9 the port can be bound again at once only if the sockets of the remaining connections had
            # this option too. For port 0 the option is not set before bind(): then the system picks a port without old
            # connections.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.listen(BACKLOG)
        sock.settimeout(0)  # a client that left before it was accepted must not block the others
    except OSError:
        sock.close()
        raise
    return sock

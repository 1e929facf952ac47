"""What a mock can be told when it is started: one frozen record, the same for the command and in process."""

import re
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from voxdouble_mock.core.clock import Pace, parse_pace
from voxdouble_mock.core.limits import Limits, check_seconds
from voxdouble_mock.hosts import is_host

TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one mock behaves; seconds are decimal, 0 allowed. A value that makes no sense is a ValueError."""

    pending: float | None = None
    """Seconds that every task is pending; None leaves each technology its own (C1)."""
    running: float | None = None
    task_lifetime: float = 3600.0
    """Seconds from a task's end until it is forgotten (C3)."""
    clock: str = "real"
    location: Literal["absolute", "path"] = "absolute"
    """Whether `Location` is a whole URL or the bare path (S8, S9)."""
    public_url: str | None = None
    """The base URL by which clients know this mock, where that is not what they send as Host."""
    token: str | None = None
    control_hosts: tuple[str, ...] = ()
    """Host names, beside those of this machine, that may reach the control routes."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded headers are believed."""
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.pace()
        check_seconds("task_lifetime", self.task_lifetime)
        for name in ("pending", "running"):
            if getattr(self, name) is not None:
                check_seconds(name, getattr(self, name))
        if self.location not in {"absolute", "path"}:
            raise ValueError(f"location is absolute or path, not {self.location!r}.")
        if self.token is not None and not TOKEN.fullmatch(self.token):
            raise ValueError("A token has printable ASCII characters without spaces, and at least one.")
        if self.seed is not None and (isinstance(self.seed, bool) or not isinstance(self.seed, int)):
            raise ValueError(f"A seed is a whole number, not {self.seed!r}.")
        for host in self.control_hosts:
            if not is_host(host):
                raise ValueError(f"A control host is a bare name such as mock or [::1], not {host!r}.")
        if self.public_url is not None:
            check_url(self.public_url)
        for peer in self.trusted_proxies:
            check_network(peer)

    @classmethod
    def of(cls, **options: Any) -> Self:
        """Make settings from options by name, limits among them; what is None keeps its default."""
        given = {name: value for name, value in options.items() if value is not None}
        limits = {name: given.pop(name) for name in [limit.name for limit in fields(Limits)] if name in given}
        return cls(**given, limits=Limits(**limits))

    def pace(self) -> Pace:
        """Give the pace with which every new namespace's clock starts."""
        return parse_pace(self.clock)


def check_url(url: str) -> None:
    """Refuse, with ValueError, what is not an http(s) base URL without query, fragment or credentials."""
    parts = urlsplit(url)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ValueError(f"A public URL looks like http://appliance.example:8000, not {url!r}.")


def check_network(peer: str) -> None:
    """Refuse, with ValueError, what is neither an address nor a network."""
    try:
        ip_network(peer, strict=False)
    except ValueError:
        raise ValueError(f"A trusted proxy is an address or network such as 10.0.0.0/8, not {peer!r}.") from None

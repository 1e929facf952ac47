"""The settings of a mock as frozen records. `Settings` is the same for `voxdouble serve` and in process."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from voxdouble_mock.core.clock import MAX_RATE, Pace, parse_pace
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.namespace_options import GENERATIONS, MEMBERS, Generation, Members, NamespaceOptions
from voxdouble_mock.hosts import MAX_PORT, is_host
from voxdouble_mock.options import (
    FLAG,
    INTEGER,
    SECONDS,
    TEXT,
    Kind,
    check_options,
    is_whole,
    matches,
    names_of,
    one_of,
    option,
    passes,
    unknown_name,
)


def is_base_url(url: object) -> bool:
    """Return whether a value is an http(s) URL without spaces, query, fragment or credentials."""
    text = str(url)
    try:
        parts = urlsplit(text)
        is_port = parts.port is None or parts.port > 0
    except ValueError:  # also for a port above 65,535
        return False
    excluded = "@" in parts.netloc or any(one in "?#" or one.isspace() or not one.isprintable() for one in text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_port and not excluded


PORT = Kind(f"a whole number from 0 to {MAX_PORT}", lambda value: is_whole(value) and 0 <= value <= MAX_PORT, "N", int)
CLOCK = Kind(
    f"real, manual or scale:N with N above 0 and at most {MAX_RATE}", passes(parse_pace), "real|manual|scale:N"
)
BASE_URL = Kind("a base URL such as http://appliance.example:8000", is_base_url, "URL")
TOKEN = Kind("one or more printable ASCII characters without spaces", matches(r"[!-~]+"), "TOKEN", secret=True)
HOST = Kind("a host name such as mock or [::1], with or without a port", is_host, "HOST")
NETWORK = Kind(
    "an IP address or network such as 10.0.0.0/8", passes(lambda peer: ip_network(peer, strict=False)), "ADDRESS"
)
STORE = Kind(
    "memory:, sqlite:PATH or redis://HOST:PORT/DB (rediss:// for TLS)",
    matches(r"memory:|sqlite:.+|rediss?://.+"),
    "memory:|sqlite:PATH|redis://HOST:PORT/DB",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The behaviour of one mock. Raises ValueError for a value that an option does not allow."""

    pending: float | None = option(
        None,
        SECONDS,
        "Time that every task is pending, by its clock.",
        default_text="by technology",
        statements="C1",
    )
    running: float | None = option(
        None,
        SECONDS,
        "Time that every task is running, by its clock.",
        default_text="by technology",
        statements="C1",
    )
    task_lifetime: float = option(
        3600.0,
        SECONDS,
        "Time from a task's end until it is forgotten (404), by its clock.",
        statements="C3",
    )
    clock: str = option("real", CLOCK, "Pace of the clock; with scale:60 a minute passes in each real second.")
    location: Literal["absolute", "path"] = option(
        "absolute",
        one_of("absolute", "path"),
        "Form of the header Location: a whole URL, or the path alone as in the vendor's reference.",
        statements="S8, S9",
    )
    public_url: str | None = option(
        None, BASE_URL, "Base URL in the header Location, where it differs from the Host that clients send."
    )
    token: str | None = option(
        None,
        TOKEN,
        "Token that every request but health checks and the console's pages must send, as Authorization: Bearer TOKEN.",
        statements="C26",
    )
    control_hosts: tuple[str, ...] = option(
        (), HOST, "Host name that may reach the control routes, besides this machine's own.", singular="control_host"
    )
    trusted_proxies: tuple[str, ...] = option(
        (), NETWORK, "Address or network of a proxy whose X-Forwarded headers are used.", singular="trusted_proxy"
    )
    store: str = option(
        "memory:",
        STORE,
        "Where tasks are kept: in memory, in a file that survives the mock, or on a Redis server for several mocks "
        "(with a password redis://:PASSWORD@HOST:PORT/DB, over TLS rediss://).",
    )
    seed: int | None = option(
        None, INTEGER, "Number from which task ids are derived, so that they repeat.", statements="C24"
    )
    generation: Generation = option(
        "e4",
        one_of(*GENERATIONS),
        "Generation of the vendor's interface; a namespace can have another, see PUT /_mock/options.",
        statements="C37, C38, C39, C40, C41",
    )
    members: Members = option(
        "absent",
        one_of(*MEMBERS),
        "How a GET shows `result`, `error` and vectors that have no value; a namespace can have another way, "
        "see PUT /_mock/options.",
        statements="C15, C44",
    )
    pack: str | None = option(
        None,
        TEXT,
        "Folder of a pack to replay, or the word example for the bundled one, see docs/capture.md; the mock has the "
        "pack's generation.",
        statements="C51",
    )
    packs: str | None = option(
        None,
        TEXT,
        "Folder whose subfolders are packs: a namespace can choose one by its name, see PUT /_mock/options.",
        statements="C51",
    )
    pack_only: bool = option(
        default=False,
        kind=FLAG,
        text="Reject recordings and voiceprints that are not in the pack.",
    )
    pack_timing: bool = option(default=False, kind=FLAG, text="Let captured tasks take the captured times.")
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        check_options(self)
        for name in ("pack_only", "pack_timing"):
            if getattr(self, name) and self.pack is None and self.packs is None:
                raise ValueError(f"`{name}` needs a `pack` or `packs`, got neither.")
        if self.seed is not None and self.store != "memory:":
            raise ValueError(
                f"`seed` needs the store memory:, since other stores keep earlier tasks; "
                f"got the store {self.store.partition(':')[0]}:."
            )

    @classmethod
    def of(cls, **options: Any) -> Self:
        """Return settings made from options by name, limits among them; None stands for the default.

        Raises TypeError for an unknown option and ValueError for a value that an option does not allow.
        """
        names = {*names_of(cls), *names_of(Limits)}
        for name in options:
            if name not in names:
                raise TypeError(unknown_name("option", name, sorted(names)))
        given = {name: value for name, value in options.items() if value is not None}
        limits = {name: given.pop(name) for name in names_of(Limits) if name in given}
        return cls(**given, limits=Limits(**limits))

    def pace(self) -> Pace:
        """Return the pace with which every new namespace's clock starts."""
        return parse_pace(self.clock)

    def namespace_options(self, pack: str = "") -> NamespaceOptions:
        """Return the options of every namespace that has none of its own; `pack` is the name of its pack."""
        return NamespaceOptions(self.generation, self.members, pack)


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The settings of `voxdouble serve` beside the mock's behaviour: where it listens, and what it loads and prints."""

    host: str = option(
        "127.0.0.1", TEXT, "Address to listen on; one that other machines reach needs --token or --no-token."
    )
    port: int = option(8000, PORT, "Port to listen on; 0 takes any free one.")
    scenario: str | None = option(None, TEXT, "Rules for tasks: the name of a bundled scenario, or a file.")
    no_token: bool = option(default=False, kind=FLAG, text="Serve other machines without a token.")
    verbose: bool = option(default=False, kind=FLAG, text="Log a line for each request on stderr.")

    def __post_init__(self) -> None:
        check_options(self)

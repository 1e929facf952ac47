"""What becomes known of the request at hand while it is answered: for faults, and for the log."""

from dataclasses import dataclass, field

from flask import g, request

from voxdouble_mock.core.fault import Fault
from voxdouble_mock.core.request_log import SHOWN, LoggedRequest
from voxdouble_mock.core.scenario import Choice, Facts

MAX_HEADERS = 50
SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as far as it has come."""

    technology: str | None = None
    task_id: str | None = None
    file_name: str | None = None
    sha256: str | None = None
    size: int | None = None
    fault: Fault | None = None
    choice: Choice = field(default_factory=lambda: Choice(None, (), ()))


def exchange() -> Exchange:
    """Give the notes on the request at hand."""
    if "exchange" not in g:
        g.exchange = Exchange()
    notes: Exchange = g.exchange
    return notes


def last_values() -> dict[str, str]:
    """Give the query's parameters; of a repeated one the last counts (C16)."""
    return {name: values[-1] for name, values in request.args.lists()}


def headers() -> dict[str, str]:
    """Give the request's headers, names in small letters, without those that hold secrets."""
    return {name.lower(): value for name, value in request.headers if name.lower() not in SECRET}


def facts() -> Facts:
    """Give what a scenario's rules can tell of the request at hand."""
    notes = exchange()
    return Facts(notes.technology or "", last_values(), headers(), notes.sha256 or "", notes.file_name or "")


def entry(number: int, at: float, status: int) -> LoggedRequest:
    """Write the request at hand down; what a caller chose is shortened."""
    notes = exchange()
    rule = notes.choice.rule
    return LoggedRequest(
        number=number,
        at=at,
        method=request.method[:SHOWN],
        path=request.path[:SHOWN],
        status=status,
        technology=notes.technology,
        task_id=notes.task_id and notes.task_id[:SHOWN],
        query=_shortened(last_values()),
        headers=_shortened(headers()),
        file_name=notes.file_name and notes.file_name[:SHOWN],
        sha256=notes.sha256,
        size=notes.size,
        rule=None if rule is None else rule.name or f"rule {len(notes.choice.misses) + 1}",
        misses=notes.choice.misses[:MAX_HEADERS],
        fault=None if notes.fault is None else str(notes.fault.__struct_config__.tag),
    )


def _shortened(members: dict[str, str]) -> dict[str, str]:
    return {name[:SHOWN]: value[:SHOWN] for name, value in list(members.items())[:MAX_HEADERS]}

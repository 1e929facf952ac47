"""The values that pass between the Redis store and its script: replies, and JSON texts of records, plans, entries."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace

import msgspec
from msgspec import Struct

from voxdouble_mock.core.clock import MANUAL, Clock, Mode, Pace, to_milliseconds
from voxdouble_mock.core.clock import start as start_clock
from voxdouble_mock.core.fault import ArmedFault
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import DROPPED_AT_ONCE, ENTRY_BYTES, MAX_ENTRIES, LoggedRequest
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.task import Task, stored_size
from voxdouble_mock.store.eviction import SEARCH_INTERVAL_MS, giving_way
from voxdouble_mock.store.records import NamespaceRecord, NamespaceSummary, Plan

_PLAN_NAMES = [one.name for one in fields(Plan) if one.name != "payload"]
_NO_CLOCK = start_clock(MANUAL, 0)
_plan = msgspec.json.Decoder(Plan).decode
_record = msgspec.json.Decoder(NamespaceRecord).decode
_scenario = msgspec.json.Decoder(Scenario).decode
_entry = msgspec.json.Decoder(LoggedRequest).decode
encode = msgspec.msgpack.encode


class Reply(Struct):
    """The first part of a step's reply. The step decides which members it has."""

    status: str
    now: int = 0
    opened: int = 0
    life: str = ""
    version: int = 0
    by_reset: bool = False
    mode: str = Mode.REAL
    rate: str = "1"
    anchor: int = 0
    shown: int = 0
    record: str | None = None
    """None if the mock knows the record by its life and version."""
    scenario: str = ""
    """The digest of the scenario."""
    size: int = 0
    """The size of the record in memory."""
    fault: int | None = None
    found: bool = False
    rule: int | None = None
    submitted: int = 0
    counts: list[int] = []
    counters: dict[str, int] = {}
    logged: int = 0
    total: int = 0
    namespaces: list[NamespaceSummary] = []
    schema: str = ""

    @property
    def clock(self) -> Clock:
        """The clock of the namespace."""
        return Clock(Pace(Mode(self.mode), float(self.rate)), self.anchor, self.shown)


class _StoredTask(Struct):
    number: int
    submitted: int
    digest: str
    size: int
    plan: str


class _StoredEntry(Struct):
    number: int
    at: int
    entry: str


read_reply = msgspec.msgpack.Decoder(Reply).decode
_stored_task = msgspec.msgpack.Decoder(_StoredTask).decode
_stored_entry = msgspec.msgpack.Decoder(_StoredEntry).decode


def constant_fields(limits: Limits, initial: NamespaceRecord, scenario: str) -> dict[str, object]:
    """Return the arguments that all steps of a mock have.

    `initial` is the record of a namespace that was created at the instant 1, in a store that was opened at 0. So its
    clock shows the script whether new clocks start at the opening. `scenario` is the digest of its scenario.
    """
    return {
        "idle": to_milliseconds(limits.namespace_idle),
        "max_namespaces": limits.max_namespaces,
        "giving_way": giving_way(limits),
        "search_interval": SEARCH_INTERVAL_MS,
        "max_tasks": limits.max_tasks,
        "max_stored": limits.max_stored,
        "max_control": limits.max_control,
        "max_entries": MAX_ENTRIES,
        "entry_bytes": ENTRY_BYTES,
        "max_logged": limits.max_logged,
        "dropped": DROPPED_AT_ONCE,
        "initial": {
            "mode": initial.clock.pace.mode,
            "rate": repr(initial.clock.pace.rate),
            "from_opening": initial.clock.shown == 0,  # else the clock shows the instant of the creation
            "record": record_text(initial),
            "scenario": scenario,
        },
    }


def digest(content: bytes) -> str:
    """Return the digest of a content; the content is stored under it."""
    return hashlib.sha256(content).hexdigest()


def record_text(record: NamespaceRecord) -> str:
    """Return a record without its clock, scenario, version and life, which are stored apart."""
    bare = replace(record, clock=_NO_CLOCK, scenario=None, version=0, life="", by_reset=False)
    return msgspec.json.encode(bare).decode()


def read_record(text: str, scenario: Scenario | None, reply: Reply) -> NamespaceRecord:
    """Return a whole record."""
    return replace(
        _record(text),
        clock=reply.clock,
        scenario=scenario,
        version=reply.version,
        life=reply.life,
        by_reset=reply.by_reset,
    )


def clock_fields(clock: Clock) -> dict[str, object]:
    """Return a clock as the script stores it."""
    return {"mode": clock.pace.mode, "rate": repr(clock.pace.rate), "anchor": clock.anchor, "shown": clock.shown}


def scenario_content(scenario: Scenario | None) -> bytes:
    """Return the content of a scenario; empty for none."""
    return b"" if scenario is None else msgspec.json.encode(scenario)


def read_scenario(content: bytes) -> Scenario:
    """Return the scenario with this content."""
    return _scenario(content)


def plan_text(plan: Plan) -> str:
    """Return a plan without its payload; the payload is stored apart."""
    members = {name: getattr(plan, name) for name in _PLAN_NAMES}
    return msgspec.json.encode({**members, "payload": b""}).decode()


def read_task(task_id: str, stored: bytes, payload: bytes) -> Task:
    """Return a stored task."""
    found = _stored_task(stored)
    return replace(_plan(found.plan), payload=payload).task(task_id, found.submitted)


def read_tasks(stored: Sequence[bytes]) -> list[Task]:
    """Return tasks in the order of submission, without their payloads, from alternating ids and stored tasks."""
    pairs = zip(stored[::2], stored[1::2], strict=True)
    ordered = sorted(pairs, key=lambda pair: _stored_task(pair[1]).number)
    return [read_task(task_id.decode(), text, b"") for task_id, text in ordered]


def entry_text(entry: LoggedRequest) -> str:
    """Return a log entry as the script stores it."""
    return msgspec.json.encode(entry).decode()


def read_entry(stored: bytes) -> LoggedRequest:
    """Return a stored log entry, numbered and dated."""
    found = _stored_entry(stored)
    return _entry(found.entry).numbered(found.number, found.at / 1000)


def fault_fields(armed: ArmedFault) -> dict[str, object]:
    """Return a fault at the address of a call, as the script counts it."""
    return {"number": armed.number, "nth": armed.spec.nth, "limit": armed.spec.limit, "until": armed.until}


def plan_fields(plans: Sequence[tuple[int | None, Plan | None]]) -> list[dict[str, object]]:
    """Return plans for the script; `content` is the place of the payload among its arguments."""
    found: list[dict[str, object]] = []
    content = 2
    for rule, plan in plans:
        if plan is None:
            found.append({"rule": rule})
            continue
        content += 1
        found.append(
            {
                "rule": rule,
                "task": plan_text(plan),
                "span": plan.timeline(0).expires,
                "digest": digest(plan.payload),
                "size": stored_size(plan.payload),
                "content": content,
                "counters": plan.counters,
            }
        )
    return found

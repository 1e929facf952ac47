"""The store on a Redis or Valkey server, for mocks on many hosts that behave as one appliance (P9).

Each method takes effect in one atomic step of `redis_steps.lua`, on the server's own clock. Most need one round trip;
`requests` and `clear_log` need two, and `change` too, or more if other changes come between. Records and tasks that
this process has read are cached by the life and the version of their namespace, and are not sent again. Log entries are
sent without waiting.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from voxdouble_mock.core.errors import StorageFull, Unavailable
from voxdouble_mock.core.fault import Call, at_address
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import Task
from voxdouble_mock.store import records
from voxdouble_mock.store import redis_values as values
from voxdouble_mock.store.eviction import record_size
from voxdouble_mock.store.reached_bounds import check_room
from voxdouble_mock.store.redis_cache import KnownRecord, RecordCache
from voxdouble_mock.store.redis_connection import RedisConnection
from voxdouble_mock.store.redis_values import Reply
from voxdouble_mock.store.task_cache import TaskCache

T = TypeVar("T")
SCHEMA = "3"
"""Increased with every change of the keys or their values."""
MAX_ATTEMPTS = 100
"""The attempts at a change, each of which fails only if another change was made in the meantime."""

log = logging.getLogger("voxdouble_mock")


class RedisStore:
    """See `Store`. `real_now` replaces the clock of the server, for tests.

    ValueError if the server cannot be reached, does not run the first step, or holds a store with another version of
    the schema.
    """

    def __init__(
        self,
        address: str,
        new_record: Callable[[int, int], records.NamespaceRecord],
        limits: Limits,
        real_now: Callable[[], int] | None = None,
    ) -> None:
        self._new_record = new_record
        self._limits = limits
        self._real_now = real_now
        initial = new_record(1, 0)  # created at 1, opened at 0: a clock that shows 0 starts at the opening
        self._initial = initial.scenario
        self._content = values.scenario_content(initial.scenario)
        digest = values.digest(self._content) if self._content else ""
        self._records = RecordCache(KnownRecord(None, initial.scenario, digest))
        self._tasks = TaskCache(limits.cache)
        self._constants = values.encode({"schema": SCHEMA, **values.constant_fields(limits, initial, digest)})
        self._prefix, self._steps = uuid.uuid4().hex, count()
        """The two parts of an id that each step sends, for the life of a namespace or a store that it creates."""
        self._life: str | None = None
        self._emptied = False
        self._connection = RedisConnection(address)
        try:
            self._open()
        except (ValueError, StorageFull, Unavailable) as error:
            self._connection.close()
            raise ValueError(str(error)) from error
        self._connection.report_losses()

    def begin(
        self, namespace: str, call: Call, offers: Callable[[records.NamespaceRecord], bool] = lambda _: True
    ) -> records.OpenRequest:
        cached = None if call.task_id is None else self._tasks.get(namespace, call.task_id)
        while True:
            known = self._records.get(namespace)
            counts = known.record is not None and offers(known.record)
            faults = at_address(known.record.faults, call) if known.record and counts else []
            reply, content, stored, payload = self._step(
                "begin",
                name=namespace,
                **known.fields,
                faults=[values.fault_fields(armed) for armed in faults],
                task=call.task_id,
                task_life=cached and cached[0],
            )
            record = self._record(namespace, known, reply, content)
            # If the script sent a record, it counted nothing. If that record has faults for this call, ask again.
            if reply.record is None or not (offers(record) and at_address(record.faults, call)):
                break
        task = cached[1] if cached and reply.found else None
        if stored:
            assert call.task_id is not None
            task = values.read_task(call.task_id, stored, payload)
            self._tasks.keep(namespace, record.life, task)
        fault = next((armed.spec.fault for armed in faults if armed.number == reply.fault), None)
        return records.OpenRequest(namespace, call, record, reply.now, fault, task)

    def submit(self, request: records.OpenRequest, draft: records.Draft) -> records.Stored | records.OpenRequest:
        task_id, known = str(uuid.uuid4()), self._records.get(request.namespace)
        plans = list(draft.plans.items())
        reply, content = self._step(
            "submit",
            *[plan.payload for _, plan in plans if plan],
            name=request.namespace,
            life=request.record.life,
            version=request.record.version,
            scenario=known.digest,
            met=[{"rule": rule, "nth": nth} for rule, nth in draft.met],
            plans=values.plan_fields(plans),
            task=task_id,
        )
        check_room(reply.status, self._limits)
        if reply.status == "changed":
            record = self._record(request.namespace, known, reply, content)
            return replace(request, record=record, now=reply.now)
        if reply.status == "reset":
            return records.Stored(draft.unstored_task(task_id, request, reply.now))
        plan, counts = draft.plans[reply.rule], dict(zip((rule for rule, _ in draft.met), reply.counts, strict=True))
        task = None if plan is None else plan.task(task_id, reply.submitted)
        if task is not None:
            self._tasks.keep(request.namespace, reply.life, task)
        return records.Stored(task, reply.rule, counts)

    def view(self, namespace: str, *, create: bool = False) -> records.View:
        known = self._records.get(namespace)
        reply, content = self._step("view", name=namespace, create=create, **known.fields)
        check_room(reply.status, self._limits)
        return records.View(self._record(namespace, known, reply, content), reply.counters, reply.now, reply.logged)

    def change(self, namespace: str, change: Callable[[records.View], records.Change[T]]) -> T:
        for _ in range(MAX_ATTEMPTS):
            view = self.view(namespace, create=True)
            changed = change(view)
            content = values.scenario_content(changed.record.scenario)
            same = changed.record.scenario is view.record.scenario and changed.record.faults is view.record.faults
            [reply] = self._step(
                "change",
                content,
                name=namespace,
                life=view.record.life,
                version=view.record.version,
                deleted=changed.deleted,
                new={
                    **values.clock_fields(changed.record.clock),
                    "record": values.record_text(changed.record),
                    "scenario": values.digest(content) if content else "",
                    "size": None if same else record_size(changed.record, self._initial),
                },
            )
            check_room(reply.status, self._limits)
            if reply.status == "done":
                return changed.value
        raise Unavailable("Too many changes of this namespace are made at one time.")

    def tasks(self, namespace: str) -> tuple[Sequence[Task], records.View]:
        known = self._records.get(namespace)
        reply, content, *stored = self._step("tasks", name=namespace, **known.fields)
        return values.read_tasks(stored), records.View(self._record(namespace, known, reply, content), {}, reply.now, 0)

    def log(
        self, namespace: str, entry: LoggedRequest, began: records.OpenRequest | None = None, *, create: bool = False
    ) -> None:
        arguments: dict[str, object] = {
            "name": namespace,
            "life": began and began.record.life,
            "create": create,
            "entry": values.entry_text(entry),
        }
        self._connection.send(self._arguments("log", arguments), self._constants)

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        self._await_entries()
        reply, *stored = self._step("requests", name=namespace)
        return [values.read_entry(one) for one in stored], reply.total

    def clear_log(self, namespace: str) -> None:
        self._await_entries()
        self._step("clear_log", name=namespace)

    def namespaces(self) -> list[records.NamespaceSummary]:
        [reply] = self._step("namespaces")
        return sorted(reply.namespaces, key=lambda one: one.name)

    def reset(self, namespace: str) -> None:
        self._step("reset", name=namespace)

    def state(self) -> records.StoreState:
        try:
            self._step("check")
        except (StorageFull, Unavailable):
            return "down"
        return "emptied" if self._emptied else "up"

    def close(self) -> None:
        self._connection.close()

    def _await_entries(self) -> None:
        """Return when entries that any process has sent are in the log.

        The server serves its connections in turn. When it runs a second step of this process, it has run the entries
        that were sent on other connections before the first one.
        """
        self._step("check")

    def _step(self, step: str, *contents: bytes, **arguments: object) -> Any:
        """Return the parts of a step's reply; opens the store again if it was emptied."""
        while True:
            head, *parts = self._connection.run(self._arguments(step, arguments), self._constants, *contents)
            reply = values.read_reply(head)
            if reply.status != "emptied":
                return [reply, *parts]
            self._open()

    def _arguments(self, step: str, arguments: dict[str, object]) -> bytes:
        arguments |= {"step": step, "store": self._life, "new_life": f"{self._prefix}{next(self._steps):x}"}
        if self._real_now is not None:
            arguments["now"] = self._real_now()
        return values.encode(arguments)

    def _open(self) -> None:
        """Make the store if it is new or was emptied, and read which life of it this is.

        Raises ValueError for another schema at the start, and Unavailable for a store that such a mock has made since.
        """
        [head] = self._connection.run(self._arguments("open", {}), self._constants, self._content)
        reply = values.read_reply(head)
        if self._life not in {None, reply.life}:
            if not self._emptied:
                log.error("The store %s was emptied: what was in it is lost.", self._connection.shown)
            self._emptied = True
        if reply.status == "schema":
            message = (
                f"The store {self._connection.shown} must have schema version {SCHEMA}, got {reply.schema}: use the "
                "version of voxdouble that wrote it, or another database number."
            )
            raise ValueError(message) if self._life is None else Unavailable(message)
        self._life = reply.life

    def _record(self, namespace: str, known: KnownRecord, reply: Reply, content: bytes) -> records.NamespaceRecord:
        """Return the record that a reply describes; that of a new namespace if it does not exist."""
        if reply.status == "missing":
            return self._new_record(reply.now, reply.opened)
        return self._records.read(namespace, known, reply, content)

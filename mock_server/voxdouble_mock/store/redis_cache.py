"""The records of the Redis store that this process has read. Safe for several threads."""

from dataclasses import dataclass

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.store import redis_values as values
from voxdouble_mock.store.record_cache import CachedRecords, SharedScenarios
from voxdouble_mock.store.records import NamespaceRecord


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """The record of a namespace that this process has read, with its scenario and the digest of the scenario.

    Before the first reading `record` is None, and `scenario` is the one with which namespaces start.
    """

    record: NamespaceRecord | None
    scenario: Scenario | None
    digest: str

    @property
    def fields(self) -> dict[str, object]:
        """Return the arguments by which the script leaves a record and a scenario that are known out of its reply."""
        record = self.record
        return {"life": record and record.life, "version": record and record.version, "scenario": self.digest}


class RecordCache:
    """The latest record of each namespace. `initial` has the scenario with which new namespaces start."""

    def __init__(self, initial: KnownRecord) -> None:
        self._initial = initial
        self._known = CachedRecords[KnownRecord]()
        self._scenarios = SharedScenarios()
        if initial.scenario is not None:
            self._scenarios.share(initial.digest, initial.scenario)

    def get(self, namespace: str) -> KnownRecord:
        """Return the record of a namespace as it was last read; `initial` if it was never read."""
        return self._known.get(namespace) or self._initial

    def read(self, namespace: str, known: KnownRecord, reply: values.Reply, content: bytes) -> NamespaceRecord:
        """Return the record that a reply describes, and keep it.

        `known` is the record whose life and version were sent with the step.
        """
        if reply.record is None:
            assert known.record is not None
            return known.record
        scenario = known.scenario if reply.scenario else None
        if content:
            scenario = self._scenarios.get(reply.scenario, lambda: values.read_scenario(content))
        record = values.read_record(reply.record, scenario, reply)
        self._known.keep(namespace, KnownRecord(record, scenario, reply.scenario), reply.size)
        return record

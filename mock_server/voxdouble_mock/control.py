"""What can be staged and watched in a namespace: its scenario, its faults, the log of its requests."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from voxdouble_mock.core.clock import read
from voxdouble_mock.core.errors import Detail, Unavailable, ValidationFailed
from voxdouble_mock.core.fault import ArmedFault, Call, Fault, FaultSpec, arm, next_fault
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.store import NamespaceRecord, Store
from voxdouble_mock.technologies import discover

MAX_FAULTS = 1_000


class Control:
    """Acts on the namespaces of one store; safe from several threads. Reads no clock: see `Appliance`."""

    def __init__(self, store: Store, real_now: Callable[[], int]) -> None:
        self._store = store
        self._real_now = real_now

    def scenario(self, namespace: str) -> Scenario | None:
        """Give the scenario that is set; does not bring a namespace to life, nor does any other look."""
        return self._record(namespace).scenario

    def set_scenario(self, namespace: str, scenario: Scenario | None) -> None:
        """Set a scenario, or none, for the requests from now on; refused where a rule names no technology."""
        for rule in scenario.rules if scenario else ():
            check_technology(rule.when.technology)
        self._update(namespace, lambda record: replace(record, scenario=scenario, seen=()))

    def faults(self, namespace: str) -> Sequence[ArmedFault]:
        """List the faults that are armed, in the order in which they are asked."""
        return self._record(namespace).faults

    def arm(self, namespace: str, spec: FaultSpec) -> None:
        """Arm a fault behind the others; refused where its address names no technology, or there are too many."""
        check_technology(spec.technology)
        real_now = self._real_now()

        def change(record: NamespaceRecord) -> NamespaceRecord:
            if len(record.faults) >= MAX_FAULTS:
                raise Unavailable(f"A namespace holds at most {MAX_FAULTS} armed faults: take some away first.")
            return replace(record, faults=(*record.faults, arm(spec, read(record.clock, real_now))))

        self._update(namespace, change)

    def disarm(self, namespace: str) -> None:
        """Take all faults away."""
        self._update(namespace, lambda record: replace(record, faults=()))

    def next_fault(self, namespace: str, technology: str, method: str, task_id: str | None) -> Fault | None:
        """Count a call to a technology, and tell which fault strikes it, if any."""
        real_now = self._real_now()
        struck: Fault | None = None

        def change(record: NamespaceRecord) -> NamespaceRecord:
            nonlocal struck
            call = Call(technology, method, read(record.clock, real_now), task_id)
            faults, struck = next_fault(record.faults, call)
            return replace(record, faults=faults)

        look = (
            self._store.peek if method == "GET" else self._store.record
        )  # what is started brings the namespace to life
        if look(namespace, real_now).faults:  # most have none, and nothing need be written
            self._update(namespace, change)
        return struck

    def log(self, namespace: str, entry: Callable[[int, float], LoggedRequest]) -> None:
        """Log a request; `entry` gets its number and the seconds that the namespace's clock shows."""
        real_now = self._real_now()
        at = read(self._store.peek(namespace, real_now).clock, real_now) / 1000
        self._store.log(namespace, lambda number: entry(number, at), real_now)

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        """Give the log that is kept, oldest first, and how many requests were logged in all."""
        return self._store.requests(namespace, self._real_now())

    def _record(self, namespace: str) -> NamespaceRecord:
        return self._store.peek(namespace, self._real_now())

    def _update(self, namespace: str, change: Callable[[NamespaceRecord], NamespaceRecord]) -> None:
        self._store.update(namespace, change, self._real_now())


def check_technology(name: str | None) -> None:
    """Refuse an address that no call can have."""
    if name is not None and name not in discover():
        message = f"There is no technology {name[:100]!r}. There are: {', '.join(discover())}."
        raise ValidationFailed([Detail(("body", "technology"), message, "technology")])

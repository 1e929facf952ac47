"""Control of the mock itself, apart from its clock: options, scenario, faults and request log of a namespace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voxdouble_mock.core.clock import read, to_seconds
from voxdouble_mock.core.errors import Detail, Unavailable, ValidationFailed
from voxdouble_mock.core.fault import ArmedFault, Call, Fault, FaultSpec, arm, next_fault
from voxdouble_mock.core.namespace_options import NamespaceOptions, OptionChanges
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.options import unknown_name
from voxdouble_mock.store import Change, LimitedStore, NamespaceRecord, NamespaceSummary
from voxdouble_mock.technologies import discover

MAX_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """The options that apply to a namespace, and whether any fault is armed there."""

    options: NamespaceOptions
    has_faults: bool


class Control:
    """The namespaces of one mock, as tests control them. Safe for several threads; reads no clock (see `Appliance`)."""

    def __init__(self, store: LimitedStore, options: NamespaceOptions, real_now: Callable[[], int]) -> None:
        self._store = store
        self._options = options
        self._real_now = real_now

    def conditions(self, namespace: str) -> Conditions:
        """Return the conditions under which a namespace answers; does not create the namespace."""
        record = self._store.peek(namespace, self._real_now())
        return Conditions(self._options.changed(record.options), bool(record.faults))

    def options(self, namespace: str) -> NamespaceOptions:
        """Return the options that apply to a namespace; does not create the namespace."""
        return self.conditions(namespace).options

    def change_options(self, namespace: str, changes: OptionChanges) -> None:
        """Change the options of a namespace; those that `changes` leaves out stay as they are."""
        self._update(namespace, lambda record: replace(record, options=record.options.updated(changes)))

    def scenario(self, namespace: str) -> Scenario | None:
        """Return the scenario of a namespace; does not create the namespace."""
        return self._store.peek(namespace, self._real_now()).scenario

    def set_scenario(self, namespace: str, scenario: Scenario | None) -> None:
        """Set the scenario for later requests; None removes it. Raises ValidationFailed for an unknown technology."""
        for rule in scenario.rules if scenario else ():
            check_technology(rule.when.technology)
        self._update(namespace, lambda record: replace(record, scenario=scenario, seen=()))

    def faults(self, namespace: str) -> Sequence[ArmedFault]:
        """Return the armed faults in order of precedence; does not create the namespace."""
        return self._store.peek(namespace, self._real_now()).faults

    def arm(self, namespace: str, spec: FaultSpec) -> None:
        """Arm a fault after the others.

        Raises ValidationFailed for an unknown technology, and Unavailable if too many faults are armed.
        """
        check_technology(spec.technology)
        real_now = self._real_now()

        def change(record: NamespaceRecord) -> NamespaceRecord:
            if len(record.faults) >= MAX_FAULTS:
                raise Unavailable(f"A namespace holds at most {MAX_FAULTS} armed faults: disarm some first.")
            return replace(record, faults=(*record.faults, arm(spec, read(record.clock, real_now))))

        self._update(namespace, change)

    def disarm(self, namespace: str) -> None:
        """Disarm all faults."""
        self._update(namespace, lambda record: replace(record, faults=()))

    def next_fault(
        self, namespace: str, technology: str | None, method: str, task_id: str | None = None
    ) -> Fault | None:
        """Count a call; return the fault that applies to it. Does not create the namespace.

        `technology` is None for a call outside the technologies.
        """
        real_now = self._real_now()
        if not self._store.peek(namespace, real_now).faults:  # the usual case, in which nothing needs to be stored
            return None

        def change(record: NamespaceRecord) -> Change[Fault | None]:
            call = Call(technology, method, read(record.clock, real_now), task_id)
            faults, fault = next_fault(record.faults, call)
            return Change(replace(record, faults=faults), fault)

        return self._store.transact(namespace, change, real_now)

    def create(self, namespace: str) -> None:
        """Create a namespace that does not exist, so that its log and its real clock begin now. Raises Unavailable."""
        self._store.record(namespace, self._real_now())

    def log(self, namespace: str, entry: Callable[[int, float], LoggedRequest], *, create: bool = False) -> None:
        """Log a request; `entry` gets its number and the time of the namespace's clock in seconds.

        With `create`, a namespace that does not exist is created if there is room for it; else nothing is logged.
        """
        real_now = self._real_now()
        at = to_seconds(read(self._store.peek(namespace, real_now).clock, real_now))
        self._store.log(namespace, lambda number: entry(number, at), real_now, create=create)

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        """Return the kept log entries, oldest first, and the number of requests since the log was last cleared."""
        return self._store.requests(namespace, self._real_now())

    def clear_log(self, namespace: str) -> None:
        """Delete all log entries; the numbers of later ones continue."""
        self._store.clear_log(namespace, self._real_now())

    def namespaces(self) -> Sequence[NamespaceSummary]:
        """Return a summary of each existing namespace, in the order of their names."""
        return self._store.namespaces(self._real_now())

    def _update(self, namespace: str, change: Callable[[NamespaceRecord], NamespaceRecord]) -> None:
        self._store.transact(namespace, lambda record: Change(change(record), None), self._real_now())


def check_technology(name: str | None) -> None:
    """Raise ValidationFailed for the name of an unknown technology; None stands for all technologies."""
    if name is not None and name not in discover():
        raise ValidationFailed(
            [Detail(("body", "technology"), unknown_name("technology", name, discover()), "technology")]
        )

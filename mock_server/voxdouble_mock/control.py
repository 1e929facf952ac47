"""Options, scenario, faults and request log of a namespace; `appliance` has its tasks and its clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from voxdouble_mock.core.clock import read
from voxdouble_mock.core.errors import Detail, NotFound, Unavailable, ValidationFailed
from voxdouble_mock.core.fault import FAULT_COUNTERS, ArmedFault, FaultSpec, arm, is_armed
from voxdouble_mock.core.namespace_options import NamespaceOptions, OptionChanges
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.scenario import RULE_COUNTERS, Scenario
from voxdouble_mock.options import unknown_name
from voxdouble_mock.packs.facts import PackError
from voxdouble_mock.packs.library import Library
from voxdouble_mock.scenarios.result_schemas import check_results
from voxdouble_mock.store import Change, NamespaceRecord, NamespaceSummary, OpenRequest, Store, View
from voxdouble_mock.technologies import all_technologies

MAX_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class CountedFault:
    """An armed fault, with two counts of calls at its address: all calls, and those to which the fault was applied."""

    armed: ArmedFault
    seen: int
    applied: int


class Control:
    """The namespaces of one mock, as tests control them. Safe for several threads."""

    def __init__(self, store: Store, options: NamespaceOptions, packs: Library) -> None:
        self._store = store
        self._options = options
        self._packs = packs

    def options_of(self, record: NamespaceRecord) -> NamespaceOptions:
        """Return the options that apply to a namespace with this record."""
        return self._options.changed(record.options)

    def record(self, namespace: str) -> NamespaceRecord:
        """Return the record of a namespace; does not create the namespace."""
        return self._store.view(namespace).record

    def options(self, namespace: str) -> NamespaceOptions:
        """Return the options that apply to a namespace; does not create the namespace."""
        return self.options_of(self._store.view(namespace).record)

    def change_options(self, namespace: str, changes: OptionChanges) -> None:
        """Change the options of a namespace; options that `changes` leaves out stay.

        A pack brings its generation. Raises ValidationFailed, with nothing changed: if a result of the scenario does
        not fit the new options, for an unknown pack, and if this change or an earlier one sets another generation than
        that of the pack (C51).
        """

        def change(view: View) -> Change[bool]:
            if (view.record.scenario, view.record.options) != (checked.scenario, checked.options):
                return Change(view.record, value=False)
            return Change(replace(view.record, options=updated), value=True)

        while True:  # until no other change comes between: the check may take long, so it is outside of the atomic step
            checked = self._store.view(namespace).record
            updated = self._updated(checked.options, changes)
            check_results(checked.scenario, self._options.changed(updated).generation)
            if self._store.change(namespace, change):
                return

    def _updated(self, present: OptionChanges, changes: OptionChanges) -> OptionChanges:
        """Return a namespace's own options after changes.

        If the namespace then has a pack of its own, the pack's generation is stored too; if it replays the server's
        pack, none is stored. If it replays no pack, the generation that a pack has brought is removed.
        """
        before, after = self._options.changed(present).pack, self._options.changed(present.updated(changes)).pack
        wanted = changes.generation if before else changes.generation or present.generation
        if not after:
            return structs.replace(present.updated(changes), generation=wanted)
        try:
            generation = self._packs.generation(after)
        except PackError as error:
            raise ValidationFailed([Detail(("body", "pack"), str(error), "option")]) from error
        if wanted not in {None, generation}:
            message = f"`generation` must be that of the pack {after}, {generation}, got {wanted}"
            if changes.generation is None:
                earlier = f"{message} from an earlier change: change both options together."
                raise ValidationFailed([Detail(("body", "pack"), earlier, "option")])
            raise ValidationFailed([Detail(("body", "generation"), f"{message}.", "option")])
        updated = present.updated(changes)
        return structs.replace(updated, generation=generation if updated.pack else None)

    def scenario(self, namespace: str) -> Scenario | None:
        """Return the scenario of a namespace; does not create the namespace."""
        return self._store.view(namespace).record.scenario

    def set_scenario(self, namespace: str, scenario: Scenario | None) -> None:
        """Set the scenario for later requests; None removes it.

        Raises ValidationFailed for an unknown technology, and for a result that does not fit the namespace's options.
        """

        def change(view: View) -> Change[bool]:
            if self.options_of(view.record).generation != generation:
                return Change(view.record, value=False)
            return Change(replace(view.record, scenario=scenario), value=True, deleted=(RULE_COUNTERS,))

        check_technologies(scenario)
        while True:  # until no other change comes between, as in change_options
            generation = self.options(namespace).generation
            check_results(scenario, generation)
            if self._store.change(namespace, change):
                return

    def faults(self, namespace: str) -> Sequence[CountedFault]:
        """Return the armed faults in order of precedence; does not create the namespace."""
        view = self._store.view(namespace)
        counters = view.counters
        return [
            CountedFault(armed, counters.get(armed.seen_counter, 0), counters.get(armed.applied_counter, 0))
            for armed in _still_armed(view)
        ]

    def arm(self, namespace: str, spec: FaultSpec) -> None:
        """Arm a fault after the others.

        Raises ValidationFailed for an unknown technology, and Unavailable if too many faults are armed.
        """
        check_technology(spec.technology)

        def change(view: View) -> Change[None]:
            record, kept = view.record, _still_armed(view)
            if len(kept) >= MAX_FAULTS:
                raise Unavailable(f"A namespace holds at most {MAX_FAULTS} armed faults: disarm some first.")
            new = arm(spec, read(record.clock, view.now), record.armed + 1)
            gone = tuple(armed.counter_prefix for armed in record.faults if armed not in kept)
            return Change(replace(record, faults=(*kept, new), armed=new.number), None, gone)

        self._store.change(namespace, change)

    def disarm(self, namespace: str) -> None:
        """Disarm all faults."""
        self._store.change(namespace, lambda view: Change(replace(view.record, faults=()), None, (FAULT_COUNTERS,)))

    def disarm_one(self, namespace: str, number: int) -> None:
        """Disarm the fault with this number. Raises NotFound if it is not armed, or no longer armed."""

        def change(view: View) -> Change[None]:
            kept = [armed for armed in _still_armed(view) if armed.number != number]
            gone = [armed.counter_prefix for armed in view.record.faults if armed not in kept]
            if len(kept) == len(_still_armed(view)):
                raise NotFound(f"No fault with the number {number} is armed.")
            return Change(replace(view.record, faults=tuple(kept)), None, tuple(gone))

        self._store.change(namespace, change)

    def create(self, namespace: str) -> None:
        """Create a namespace that does not exist, so that its log and its real clock begin now. Raises Unavailable."""
        self._store.view(namespace, create=True)

    def log(
        self, namespace: str, entry: LoggedRequest, request: OpenRequest | None = None, *, create: bool = False
    ) -> None:
        """Append an entry to the log. Nothing is logged if the namespace was reset after `request` began.

        With `create`, a namespace that does not exist is created if there is room. Without it nothing is logged there.
        """
        self._store.log(namespace, entry, request, create=create)

    def requests(self, namespace: str) -> tuple[Sequence[LoggedRequest], int]:
        """Return the kept log entries, oldest first, and the number of requests since the log was last cleared."""
        return self._store.requests(namespace)

    def clear_log(self, namespace: str) -> None:
        """Delete all log entries; the numbers of later ones continue."""
        self._store.clear_log(namespace)

    def namespaces(self) -> Sequence[NamespaceSummary]:
        """Return a summary of each existing namespace, in the order of their names."""
        return self._store.namespaces()


def _still_armed(view: View) -> list[ArmedFault]:
    now = read(view.record.clock, view.now)
    return [armed for armed in view.record.faults if is_armed(armed, view.counters, now)]


def check_technologies(scenario: Scenario | None) -> None:
    """Raise ValidationFailed if a scenario names an unknown technology."""
    for technology in scenario.technologies() if scenario else ():
        check_technology(technology)


def check_technology(name: str | None) -> None:
    """Raise ValidationFailed for the name of an unknown technology; None stands for all technologies."""
    if name is not None and name not in all_technologies():
        raise ValidationFailed(
            [Detail(("body", "technology"), unknown_name("technology", name, all_technologies()), "technology")]
        )

"""Whether a namespace offers a technology, and the refusal if it does not.

The generation of the namespace must serve the technology. If the technology is not computed, the scenario or the pack
of the namespace must have a result of it. A request for a technology that is not offered counts for no fault.
"""

from voxdouble_fixtures.generations import GENERATIONS, serves
from voxdouble_fixtures.other_technologies import at_path, message_for, other_technologies
from voxdouble_mock.core.errors import NotFound
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.http.current_request import namespace, path
from voxdouble_mock.http.json_responses import TASKS
from voxdouble_mock.http.services import Services
from voxdouble_mock.store import NamespaceRecord


def offers(services: Services, record: NamespaceRecord, technology: str) -> bool:
    """Return whether a namespace with this record offers a technology (C37, C50)."""
    options = services.control.options_of(record)
    return serves(options.generation, technology) and (
        technology not in other_technologies() or has_result(services, record.scenario, options.pack, technology)
    )


def offered_others(services: Services, scenario: Scenario | None, pack: str) -> frozenset[str]:
    """Return the technologies that are offered only because a scenario or a pack has a result of them (C50)."""
    return frozenset(name for name in other_technologies() if has_result(services, scenario, pack, name))


def has_result(services: Services, scenario: Scenario | None, pack: str, technology: str) -> bool:
    """Return whether a rule or a fact of a pack has a result of a technology (C50)."""
    rules = scenario.rules if scenario else ()
    if any(rule.when.technology == technology and rule.then.result is not None for rule in rules):
        return True
    replay = services.appliance.packs.replay(pack)
    return replay is not None and replay.has_result(technology)


def check_offered(services: Services, record: NamespaceRecord, technology: str) -> None:
    """Refuse the path of a technology that a namespace with this record does not offer (C37, C42)."""
    if not offers(services, record, technology):
        check_generation(services.control.options_of(record).generation, technology)
        raise NotFound(message_for(TASKS + technology))


def check_offered_path(services: Services) -> None:
    """Refuse the path of a technology that the namespace does not offer (C37, C42, C5), before the request has begun.

    The store is read only for technologies that some generation does not serve, or that are not computed.
    """
    if not path().startswith(TASKS):
        return
    other = at_path(path())
    technology = other.name if other else path().removeprefix(TASKS).partition("/")[0]
    if other or not all(serves(one, technology) for one in GENERATIONS):
        check_offered(services, services.control.record(namespace()), technology)


def check_generation(generation: Generation, technology: str) -> None:
    """Refuse the path of a technology that a generation does not serve (C37)."""
    if not serves(generation, technology):
        serving = ", ".join(one for one in GENERATIONS if serves(one, technology))
        raise NotFound(f"Generation {generation} does not serve {technology}, which is served in {serving}.")

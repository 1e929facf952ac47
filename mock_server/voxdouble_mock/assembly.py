"""Assembles a mock: store, appliance, control and application, on one real clock."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control, check_technologies
from voxdouble_mock.core.clock import Mode, start
from voxdouble_mock.core.errors import ValidationFailed
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.http import create_app
from voxdouble_mock.packs.library import Library, folder_of
from voxdouble_mock.scenarios.result_schemas import check_results
from voxdouble_mock.settings import Settings
from voxdouble_mock.store import NamespaceRecord, Store, open_store
from voxdouble_mock.technologies import all_technologies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

all_technologies()  # find the modules of the technologies now, since a test can replace the file system later


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one mock."""

    app: "WSGIApplication"
    appliance: Appliance
    control: Control
    store: Store


def settings_of(**options: Any) -> Settings:
    """Return settings made from options by name. With a pack, the generation is that of the pack.

    Raises TypeError for an unknown option, and ValueError for a value that an option does not allow or for another
    generation beside a pack.
    """
    if options.get("packs") is not None:
        options["packs"] = os.fspath(options["packs"])
    if options.get("pack") is None:
        return Settings.of(**options)
    from voxdouble_mock.packs.pack import read_header  # noqa: PLC0415 (late: few mocks have a pack)

    folder = folder_of(options["pack"])
    generation = read_header(folder).generation
    if options.get("generation") not in {None, generation}:
        raise ValueError(f"`generation` must be that of the pack, {generation}, got {options['generation']!r}.")
    return Settings.of(**{**options, "pack": os.fspath(folder), "generation": generation})


def assemble(
    settings: Settings, scenario: Scenario | None, real_now: Callable[[], int], host_time: Callable[[], int]
) -> Assembly:
    """Return a mock whose namespaces start with these settings and this scenario; ValueError for an invalid rule.

    `real_now` and `host_time` are those of `real_time`.
    """
    check_scenario(scenario, settings.generation)
    pace = settings.pace()

    def new_record(now: int, opened: int) -> NamespaceRecord:
        # A manual clock shows the instant at which the store was opened, not that of its namespace's first request:
        # otherwise the first reader would decide which time it shows.
        return NamespaceRecord(start(pace, opened if pace.mode is Mode.MANUAL else now), scenario=scenario)

    library = Library(settings.pack, settings.packs, only=settings.pack_only, timing=settings.pack_timing)
    store = open_store(settings.store, new_record, settings.limits, real_now, settings.seed, host_time=host_time)
    try:
        control = Control(store, settings.namespace_options(library.default), library)
        appliance = Appliance(settings, store, library)
        return Assembly(create_app(appliance, control), appliance, control, store)
    except BaseException:
        store.close()
        raise


def check_scenario(scenario: Scenario | None, generation: str) -> None:
    """Raise ValueError if a scenario names an unknown technology, or has a result that does not fit the generation."""
    try:
        check_technologies(scenario)
        check_results(scenario, generation)
    except ValidationFailed as error:
        raise ValueError(error.details[0].message) from error

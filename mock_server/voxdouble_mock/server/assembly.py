"""Puts a mock together: store, appliance, control and application, on one real clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voxdouble_mock.appliance import Appliance
from voxdouble_mock.control import Control
from voxdouble_mock.core.clock import start
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.core.settings import Settings
from voxdouble_mock.http import create_app
from voxdouble_mock.store import MemoryStore, NamespaceRecord, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one mock."""

    app: "WSGIApplication"
    appliance: Appliance
    control: Control
    store: Store


def assemble(settings: Settings, scenario: Scenario | None, real_now: Callable[[], int]) -> Assembly:
    """Make a mock whose namespaces start with these settings and this scenario."""
    store = MemoryStore(lambda now: NamespaceRecord(start(settings.pace(), now), scenario=scenario), settings.limits)
    appliance, control = Appliance(settings, store, real_now), Control(store, real_now)
    return Assembly(create_app(appliance, control), appliance, control, store)

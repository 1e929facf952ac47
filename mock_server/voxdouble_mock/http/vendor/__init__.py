"""The vendor's routes below /api/."""

from collections.abc import Callable, Mapping

from flask import Flask, Response

from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor import billing, system, tasks


def register(app: Flask, services: Services) -> Mapping[str, Callable[..., Response]]:
    """Add all of the vendor's routes; return the functions of those for polls by the path before a task's id."""
    system.register(app, services)
    billing.register(app, services)
    return tasks.register(app, services)

"""The vendor's routes below /api/."""

from flask import Flask

from voxdouble_mock.http.direct_routes import Routes
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor import billing, system, tasks


def register(app: Flask, services: Services) -> Routes:
    """Add all of the vendor's routes; return those of the technologies."""
    system.register(app, services)
    billing.register(app, services)
    return tasks.register(app, services)

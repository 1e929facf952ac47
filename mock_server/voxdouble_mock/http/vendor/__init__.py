"""The vendor's routes below /api/."""

from flask import Flask

from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor import billing, system, tasks


def register(app: Flask, services: Services) -> None:
    """Add all of the vendor's routes."""
    for module in (tasks, system, billing):
        module.register(app, services)

"""The console: pages in which a person sees and changes the work of the mock, and the files that they load.

The pages and files hold no data. Their scripts read and change the mock through the control routes.
"""

from flask import Flask

from voxdouble_mock.http.console import files, pages
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the routes of the console."""
    pages.register(app, services)
    files.register(app)

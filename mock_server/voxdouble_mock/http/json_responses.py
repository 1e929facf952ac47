"""JSON responses, and the URLs in them."""

from collections.abc import Sequence
from importlib.metadata import version

import orjson
from flask import Response

from voxdouble_mock.http.address import client_origin
from voxdouble_mock.http.current_request import prefix, root_path
from voxdouble_mock.settings import Settings

VERSION = version("voxdouble")
"""Read when the mock is imported, since a test can replace the file system later."""
TASKS = "/api/technology/"
"""The path below which the technologies have their routes."""


def json_response(value: object) -> Response:
    """Return a 200 response with a value as JSON."""
    return json_text_response(orjson.dumps(value))


def json_text_response(text: bytes | Sequence[bytes], status: int = 200) -> Response:
    """Return a response with JSON text, given whole or in pieces, which are sent without being copied."""
    return Response(text, status, content_type="application/json")


def task_location(settings: Settings, technology: str, task_id: str) -> str:
    """Return a task's URL as the client can reach it: by the scheme and Host that it used, or as set (S7 to S9)."""
    task = f"{TASKS}{technology}/{task_id}"
    if settings.location == "path":
        return root_path() + task
    if settings.public_url is not None:  # it replaces everything that a proxy in front has added
        return settings.public_url.rstrip("/") + prefix() + task
    return client_origin() + root_path() + task

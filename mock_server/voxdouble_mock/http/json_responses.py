"""JSON responses, and the URLs in them."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import orjson
from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.urls import iri_to_uri

from voxdouble_mock.http.address import client_origin
from voxdouble_mock.http.current_request import prefix, root_path
from voxdouble_mock.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

VERSION = version("voxdouble")
"""Read when the mock is imported, since a test can replace the file system later."""
TASKS = "/api/technology/"
"""The path below which the technologies have their routes."""


class JsonResponse(Response):
    """A response whose headers are sent as they are; werkzeug would parse its `Location` and compose it anew."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Return the headers; Content-Length is added if it is missing and the whole body is known."""
        headers = Headers(self.headers)
        if self.is_sequence and "Content-Length" not in headers:
            headers["Content-Length"] = str(sum(map(len, self.iter_encoded())))
        return headers


def json_response(value: object) -> Response:
    """Return a 200 response with a value as JSON."""
    return json_text_response(orjson.dumps(value))


def json_text_response(text: bytes | Sequence[bytes], status: int = 200) -> Response:
    """Return a response with JSON text, given whole or in pieces, which are sent without being copied."""
    return JsonResponse(text, status, content_type="application/json")


def task_location(settings: Settings, technology: str, task_id: str) -> str:
    """Return a task's URL: with the scheme and the Host of the client's request, or as the options say (S7 to S9)."""
    task = f"{TASKS}{technology}/{task_id}"
    if settings.location == "path":
        return root_path() + task
    if settings.public_url is not None:  # it replaces scheme, host and prefix, those of a proxy included
        return _ascii_url(settings.public_url).rstrip("/") + prefix() + task
    return client_origin() + root_path() + task


@lru_cache
def _ascii_url(url: str) -> str:
    """Return a URL as a header has it, with all characters outside ASCII encoded."""
    return iri_to_uri(url)

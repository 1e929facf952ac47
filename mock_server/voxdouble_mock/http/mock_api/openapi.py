"""GET /_mock/openapi.json: the OpenAPI document of the newest generation (C34)."""

from functools import cache

import orjson
import yaml
from flask import Flask, Response

from voxdouble_fixtures import data
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.routing import add_route


def register(app: Flask) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/openapi.json", get_document)


def get_document() -> Response:
    """Return the document."""
    return json_text_response(document_json())


@cache
def document_json() -> bytes:
    """Return the document, kept by hand as YAML, as JSON text."""
    text = data("contract", "openapi-e4.yaml")
    return orjson.dumps(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 (a safe loader)

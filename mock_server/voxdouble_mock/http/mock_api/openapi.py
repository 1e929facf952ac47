"""GET /_mock/openapi.json: the OpenAPI document of the namespace's generation (C34)."""

from functools import cache, partial

import orjson
from flask import Flask, Response

from voxdouble_fixtures import data
from voxdouble_fixtures.generations import publish
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/openapi.json", partial(get_document, services))


def get_document(services: Services) -> Response:
    """Return the document."""
    return json_text_response(document_json(services.control.options(namespace()).generation))


@cache
def document_json(generation: Generation) -> bytes:
    """Return the document of a generation as JSON text, made from that of the newest, which is kept by hand as YAML."""
    import yaml  # noqa: PLC0415 (late: few requests need it, and the start of a server does not wait for it)

    text = data("contract", "openapi-e4.yaml")
    newest = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (a safe loader)
    return orjson.dumps(publish(newest, generation))

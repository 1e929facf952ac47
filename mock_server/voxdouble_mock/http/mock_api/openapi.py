"""GET /_mock/openapi.json: the OpenAPI document of the namespace's generation (C34)."""

from functools import cache, partial

import orjson
from flask import Flask, Response

from voxdouble_fixtures.generations import publish
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.scenarios.contract_files import read_yaml


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/openapi.json", partial(get_document, services))


def get_document(services: Services) -> Response:
    """Return the document."""
    return json_text_response(document_json(services.control.options(namespace()).generation))


@cache
def document_json(generation: Generation) -> bytes:
    """Return the document of a generation as JSON text, made from that of the newest, which is kept by hand as YAML."""
    return orjson.dumps(publish(read_yaml("openapi-e4.yaml"), generation))

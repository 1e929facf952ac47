"""GET /_mock/openapi.json: the OpenAPI document of the namespace's generation (C34)."""

from functools import lru_cache, partial

import orjson
from flask import Flask, Response

from voxdouble_fixtures.generations import publish
from voxdouble_fixtures.other_operations import with_operations
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.offered import offered_others
from voxdouble_mock.scenarios.contract_files import read_yaml

MAX_DOCUMENTS = 16
"""The most documents that are kept as text."""


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/openapi.json", partial(get_document, services))


def get_document(services: Services) -> Response:
    """Return the document."""
    record = services.control.record(namespace())
    options = services.control.options_of(record)
    others = offered_others(services, record.scenario, options.pack)
    return json_text_response(document_json(options.generation, others))


@lru_cache(MAX_DOCUMENTS)
def document_json(generation: Generation, others: frozenset[str] = frozenset()) -> bytes:
    """Return the document of a generation as JSON text, made from the YAML document of the newest generation.

    `others` are technologies that are not computed; the document describes them too (C50).
    """
    return orjson.dumps(publish(with_operations(read_yaml("openapi-e4.yaml"), others), generation))

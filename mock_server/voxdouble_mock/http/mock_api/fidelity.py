"""GET /_mock/fidelity: the statements of the contract, each with its grade, its source, and the evidence for it."""

from functools import cache

import orjson
from flask import Flask, Response

from voxdouble_fixtures.statements import OBSERVED, entries, evidence
from voxdouble_mock.http.json_responses import json_text_response
from voxdouble_mock.http.routing import add_route


def register(app: Flask) -> None:
    """Add the route."""
    add_route(app, "GET", "/_mock/fidelity", get_fidelity)


def get_fidelity() -> Response:
    """Return the statements."""
    return json_text_response(fidelity_json())


@cache
def fidelity_json() -> bytes:
    """Return id, text, grade and source of each statement as JSON text; of an observed one also the evidence."""
    statements = [
        {
            "id": key,
            **{name: entry[name] for name in ("text", "grade", "source")},
            **({"evidence": evidence()[key]} if entry["grade"] == OBSERVED else {}),
        }
        for key, entry in entries().items()
    ]
    return orjson.dumps({"statements": statements})

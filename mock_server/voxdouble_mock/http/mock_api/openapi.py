"""The hand-kept OpenAPI document of the newest generation, as JSON."""

from functools import cache
from importlib.resources import files

import orjson
import yaml
from flask import Response

from voxdouble_mock.http.wire import raw_answer


@cache
def document_json() -> bytes:
    """Read the document from the contract data."""
    text = files("voxdouble_fixtures").joinpath("contract", "openapi-e4.yaml").read_text(encoding="utf-8")
    return orjson.dumps(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 (a safe loader)


def document() -> Response:
    """Answer with the document."""
    return raw_answer(document_json())

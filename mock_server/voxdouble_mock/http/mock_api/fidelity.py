"""What is imitated, and how sure we are: the statements of the contract, as the mock shows them."""

import tomllib
from functools import cache
from importlib.resources import files

import orjson
from flask import Response

from voxdouble_mock.http.wire import raw_answer


@cache
def fidelity_json() -> bytes:
    """Read the statements: id, text, grade and source of each."""
    text = files("voxdouble_fixtures").joinpath("contract", "statements.toml").read_text(encoding="utf-8")
    statements = [
        {"id": key, **{name: entry[name] for name in ("text", "grade", "source")}}
        for key, entry in tomllib.loads(text).items()
    ]
    return orjson.dumps({"statements": statements})


def fidelity() -> Response:
    """Answer with the statements."""
    return raw_answer(fidelity_json())

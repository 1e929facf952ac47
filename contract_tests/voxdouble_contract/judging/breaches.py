"""Checks of responses against the OpenAPI document and its rules: each breach is a finding about a statement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from voxdouble_contract.exchange import Exchange, brief, is_whole_number
from voxdouble_contract.judging.document import Pointer, document, node_at, resolve, statement_at, validator
from voxdouble_fixtures.generations import NEWEST

TASKS = "/api/technology/"
BY_STATUS = {
    400: "RequestInvalid",
    403: "RequestForbidden",
    404: "TaskNotFound",
    405: "MethodInvalid",
    413: "SizeLimitExceeded",
    422: "ValidationError",
    507: "StorageCapacityExceeded",
}
"""The described response for a status that the operation does not list, or for a method without an operation."""
PROXY_STATUSES = frozenset({413, 502, 503, 504})
"""Statuses for which a proxy in front of the appliance sends pages of its own, whose content no statement covers."""
MAX_DEPTH = 50
"""A body with more levels than the validator reads is checked down to this level; no schema describes a deeper one."""
MAX_MESSAGE = 120
"""The most characters of a validator's message that a reason shows."""


@dataclass(frozen=True)
class Breach:
    """A statement that a response broke, and how."""

    statement: str
    reason: str


def breaches(path: str, exchange: Exchange, generation: str = NEWEST) -> list[Breach]:
    """Return the statements that a response breaks, by the document of a generation.

    `path` is the requested one, below the base URL, without its query. Of a response that the document does not
    describe, or that a proxy sent, only the status is checked, against those that must never be sent.
    """
    found = list(forbidden_statuses(path, exchange))
    response = find_response(path, exchange, generation)
    if response is None or is_from_proxy(exchange):
        return found
    found += misplaced_location(path, exchange)
    described = node_at(response, generation)
    for name in described.get("headers", {}):
        found += check_header(name, resolve((*response, "headers", name), generation), exchange, generation)
    if "application/json" in described.get("content", {}) and exchange.method != "HEAD":
        found += check_body((*response, "content", "application/json", "schema"), exchange, generation)
    return found


def forbidden_statuses(path: str, exchange: Exchange) -> Iterator[Breach]:
    """Yield a breach for a status that must never be sent."""
    if exchange.status == 429:
        yield Breach("S58", "Got status 429.")
    if exchange.status == 422 and exchange.method == "GET" and path.startswith(TASKS):
        yield Breach("S21", "GET of a task got status 422.")
    if exchange.status == 507 and exchange.method == "POST" and path.endswith("-conversion"):
        yield Breach("S27", "The start of a conversion got status 507.")


def misplaced_location(path: str, exchange: Exchange) -> Iterator[Breach]:
    """Yield a breach if the `Location` of an accepted task does not lead to a task of the same technology."""
    location = exchange.headers.get("Location") if exchange.status == 202 else None
    if location is not None and not re.search(re.escape(path) + r"/[^/?#\s]+(?:[?#]\S*)?$", location):
        yield Breach("S7", f"Location: {brief(location)!r} does not end in {path}/TASK_ID.")


def is_from_proxy(exchange: Exchange) -> bool:
    """Return whether the response is a page of a proxy, whose content and headers no statement covers."""
    return exchange.json is None and (exchange.proxy_may_respond or exchange.status in PROXY_STATUSES)


def find_response(path: str, exchange: Exchange, generation: str) -> Pointer | None:
    """Return the pointer to the description of the response, or None if the document has none."""
    method, status = exchange.method.lower(), str(exchange.status)
    template = find_template(path, generation)
    if template is None:
        return None
    if status in document(generation)["paths"][template].get(method, {}).get("responses", ()):
        return resolve(("paths", template, method, "responses", status), generation)
    name = BY_STATUS.get(exchange.status)
    return ("components", "responses", name) if name else None


@cache
def templates(generation: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return the documented paths, each with a pattern of the paths it stands for."""
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in document(generation)["paths"]]


def find_template(path: str, generation: str) -> str | None:
    """Return the documented path that a path is an instance of."""
    return next((template for template, pattern in templates(generation) if pattern.fullmatch(path)), None)


def check_header(name: str, pointer: Pointer, exchange: Exchange, generation: str) -> Iterator[Breach]:
    """Yield the breaches of a header's description, if a statement stands behind it."""
    header, value = node_at(pointer, generation), exchange.headers.get(name)
    if "x-statement" not in header:
        return
    if value is None:
        if header.get("required"):
            yield Breach(header["x-statement"], f"The response has no header {name}.")
        return
    is_number = header["schema"]["type"] == "integer" and is_whole_number(value)
    for error in validator((*pointer, "schema"), generation).iter_errors(int(value) if is_number else value):
        yield Breach(statement_at(tuple(error.schema_path), generation), f"{name}: {describe(error)}")


def check_body(pointer: Pointer, exchange: Exchange, generation: str) -> Iterator[Breach]:
    """Yield one breach for each statement that the body breaks, with the first error found."""
    first: dict[str, str] = {}
    checked, body = validator(pointer, generation), exchange.json
    try:
        errors = list(checked.iter_errors(body))
    except ValueError:  # the validator reads at most 255 levels
        errors = list(checked.iter_errors(shallow(body, MAX_DEPTH)))
    for error in errors:
        place = "/".join(map(str, error.instance_path)) or "the body"
        first.setdefault(statement_at(tuple(error.schema_path), generation), f"{place}: {describe(error)}")
    for key, reason in first.items():
        yield Breach(key, reason)


def shallow(value: Any, levels: int) -> Any:
    """Return a JSON value whose lists and objects below so many levels are empty."""
    if isinstance(value, dict):
        return {name: shallow(item, levels - 1) for name, item in value.items()} if levels else {}
    if isinstance(value, list):
        return [shallow(item, levels - 1) for item in value] if levels else []
    return value


def describe(error: jsonschema_rs.ValidationError) -> str:
    """Return the validator's message, or a shorter one that shows long values as length and digest."""
    message = str(error.message)
    if len(message) <= MAX_MESSAGE and not isinstance(error.instance, list):
        return message
    return f"{brief(error.instance)} does not satisfy {error.schema_path[-1]!r} in the schema"

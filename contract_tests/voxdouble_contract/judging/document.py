"""Checks of responses against the OpenAPI document: each breach is a finding about a statement."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import quote

import jsonschema_rs
import yaml

from voxdouble_contract.exchange import Exchange, brief

Pointer: TypeAlias = tuple[str | int, ...]
"""Keys that lead from the document's root to a part of it."""

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
"""Statuses for which a proxy in front of the appliance sends pages of its own, on which no statement is made."""
MAX_MESSAGE = 120
"""Characters of a validator's message that a reason shows."""


@dataclass(frozen=True)
class Breach:
    """A statement that a response broke, and how."""

    statement: str
    reason: str


@cache
def document() -> Mapping[str, Any]:
    """Return the OpenAPI document of the newest generation."""
    text = files("voxdouble_fixtures").joinpath("contract", "openapi-e4.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def breaches(path: str, exchange: Exchange) -> list[Breach]:
    """Return the statements that a response breaks.

    `path` is the requested one, below the base URL. A response that the document does not describe breaks nothing.
    """
    found = list(forbidden_statuses(path, exchange))
    response = find_response(path, exchange)
    if response is None or is_from_proxy(exchange):
        return found
    described = node_at(response)
    for name in described.get("headers", {}):
        found += check_header(name, resolve((*response, "headers", name)), exchange)
    if "application/json" in described.get("content", {}) and exchange.method != "HEAD":
        found += check_body((*response, "content", "application/json", "schema"), exchange)
    return found


def forbidden_statuses(path: str, exchange: Exchange) -> Iterator[Breach]:
    """Yield a breach for a status that must never be sent."""
    if exchange.status == 429:
        yield Breach("S58", "Got status 429.")
    if exchange.status == 422 and exchange.method == "GET" and path.startswith(TASKS):
        yield Breach("S21", "GET of a task got status 422.")
    if exchange.status == 507 and exchange.method == "POST" and path.endswith("-conversion"):
        yield Breach("S27", "The start of a conversion got status 507.")


def is_from_proxy(exchange: Exchange) -> bool:
    """Return whether the response is a page of a proxy, which no statement covers."""
    return exchange.json is None and (exchange.proxy_may_respond or exchange.status in PROXY_STATUSES)


def find_response(path: str, exchange: Exchange) -> Pointer | None:
    """Return the pointer to the description of the response, or None if the document has none."""
    method, status = exchange.method.lower(), str(exchange.status)
    template = find_template(path)
    if template is None:
        return None
    if status in document()["paths"][template].get(method, {}).get("responses", ()):
        return resolve(("paths", template, method, "responses", status))
    name = BY_STATUS.get(exchange.status)
    return ("components", "responses", name) if name else None


@cache
def templates() -> list[tuple[str, re.Pattern[str]]]:
    """Return the documented paths, each with a pattern of the paths it stands for."""
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in document()["paths"]]


def find_template(path: str) -> str | None:
    """Return the documented path that a path is an instance of."""
    return next((template for template, pattern in templates() if pattern.fullmatch(path)), None)


def resolve(pointer: Pointer) -> Pointer:
    """Return the pointer that a reference at this pointer leads to, or the pointer itself."""
    node = node_at(pointer)
    return tuple(node["$ref"].removeprefix("#/").split("/")) if "$ref" in node else pointer


def node_at(pointer: Pointer) -> Any:
    """Return the part of the document at a pointer; a number, such as a status, may be the key of an object."""
    node: Any = document()
    for key in pointer:
        node = node[key if isinstance(node, list) else str(key)]
    return node


def check_header(name: str, pointer: Pointer, exchange: Exchange) -> Iterator[Breach]:
    """Yield the breaches of a header's description."""
    header, value = node_at(pointer), exchange.headers.get(name)
    if value is None:
        if header.get("required"):
            yield Breach(header["x-statement"], f"The response has no header {name}.")
        return
    is_number = header["schema"]["type"] == "integer" and value.isdigit()
    for error in validator((*pointer, "schema")).iter_errors(int(value) if is_number else value):
        yield Breach(statement_at(tuple(error.schema_path)), f"{name}: {error.message}")


def check_body(pointer: Pointer, exchange: Exchange) -> Iterator[Breach]:
    """Yield one breach for each statement that the body breaks, with the first error found."""
    first: dict[str, str] = {}
    for error in validator(pointer).iter_errors(exchange.json):
        place = "/".join(map(str, error.instance_path)) or "the body"
        first.setdefault(statement_at(tuple(error.schema_path)), f"{place}: {describe(error)}")
    for key, reason in first.items():
        yield Breach(key, reason)


def describe(error: jsonschema_rs.ValidationError) -> str:
    """Return the validator's message, or a shorter one that shows long values as length and digest."""
    message = str(error.message)
    if len(message) <= MAX_MESSAGE and not isinstance(error.instance, list):
        return message
    return f"{brief(error.instance)} does not satisfy {error.schema_path[-1]!r} in the schema"


@cache
def validator(pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of the schema at a pointer; its references lead through the whole document."""
    escaped = "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in pointer)
    return jsonschema_rs.Draft202012Validator(
        {"$id": "urn:document", **document(), "$ref": f"#/{quote(escaped, safe='/~')}"}, validate_formats=True
    )


def statement_at(pointer: Pointer) -> str:
    """Return the statement of a part of the document: the nearest `x-statement` on the way to the root."""
    for length in range(len(pointer), 0, -1):
        node = node_at(pointer[:length])
        if isinstance(node, dict) and "x-statement" in node:
            return str(node["x-statement"])
    raise LookupError(f"No `x-statement` in the document covers {'/'.join(map(str, pointer))}.")

"""The OpenAPI document as a judge: what an answer breaks of it is a finding about a statement."""

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
# A refusal of what a documented path has no operation for, such as another method, still has its status's form.
MESSAGE_SHOWN = 120
BY_STATUS = {
    400: "RequestInvalid",
    403: "RequestForbidden",
    404: "TaskNotFound",
    405: "MethodInvalid",
    413: "SizeLimitExceeded",
    422: "ValidationError",
    507: "StorageCapacityExceeded",
}
# The appliance's reverse proxy, ingress-nginx, sends these with its own pages; they say nothing about the appliance.
PROXY_STATUSES = frozenset({413, 502, 503, 504})


@dataclass(frozen=True)
class Breach:
    """A statement that an answer broke, and how."""

    statement: str
    reason: str


@cache
def document() -> Mapping[str, Any]:
    """Load the OpenAPI document of the newest generation."""
    text = files("voxdouble_fixtures").joinpath("contract", "openapi-e4.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def breaches(path: str, exchange: Exchange) -> list[Breach]:
    """Hold an answer against the document.

    `path` is the one asked for, below the base URL. What the document does not describe breaks nothing.
    """
    found = list(forbidden(path, exchange))
    response = find_response(path, exchange)
    if response is None or from_proxy(exchange):
        return found
    described = at(response)
    for name in described.get("headers", {}):
        found += check_header(name, resolve((*response, "headers", name)), exchange)
    if "application/json" in described.get("content", {}) and exchange.method != "HEAD":
        found += check_body((*response, "content", "application/json", "schema"), exchange)
    return found


def forbidden(path: str, exchange: Exchange) -> Iterator[Breach]:
    """Find the statuses that statements say never come."""
    if exchange.status == 429:
        yield Breach("S58", "The answer was 429.")
    if exchange.status == 422 and exchange.method == "GET" and path.startswith(TASKS):
        yield Breach("S21", "A GET of a task was answered 422.")
    if exchange.status == 507 and exchange.method == "POST" and path.endswith("-conversion"):
        yield Breach("S27", "The start of a conversion was answered 507.")


def from_proxy(exchange: Exchange) -> bool:
    """Whether the answer is a page of the proxy's, which no statement speaks of."""
    return exchange.json is None and (exchange.odd or exchange.status in PROXY_STATUSES)


def find_response(path: str, exchange: Exchange) -> Pointer | None:
    """Find where the document describes the answer to this method and path with this status; None where nowhere."""
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
    """List the documented paths, each with a pattern of what it stands for."""
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in document()["paths"]]


def find_template(path: str) -> str | None:
    """Find the documented path that a path is an instance of."""
    return next((template for template, pattern in templates() if pattern.fullmatch(path)), None)


def resolve(pointer: Pointer) -> Pointer:
    """Follow the reference that stands there, if one does."""
    node = at(pointer)
    return tuple(node["$ref"].removeprefix("#/").split("/")) if "$ref" in node else pointer


def at(pointer: Pointer) -> Any:
    """Look a part of the document up."""
    node: Any = document()
    for key in pointer:
        node = node[key]
    return node


def check_header(name: str, pointer: Pointer, exchange: Exchange) -> Iterator[Breach]:
    """Hold one header against its description."""
    header, value = at(pointer), exchange.headers.get(name)
    if value is None:
        if header.get("required"):
            yield Breach(header["x-statement"], f"The answer has no header {name}.")
        return
    number = header["schema"]["type"] == "integer" and value.isdigit()
    for error in validator((*pointer, "schema")).iter_errors(int(value) if number else value):
        yield Breach(statement_at(tuple(error.schema_path)), f"{name}: {error.message}")


def check_body(pointer: Pointer, exchange: Exchange) -> Iterator[Breach]:
    """Hold a body against its schema: one breach for each statement, with the first fault that was found."""
    first: dict[str, str] = {}
    for error in validator(pointer).iter_errors(exchange.json):
        where = "/".join(map(str, error.instance_path)) or "the body"
        first.setdefault(statement_at(tuple(error.schema_path)), f"{where}: {told(error)}")
    for key, reason in first.items():
        yield Breach(key, reason)


def told(error: jsonschema_rs.ValidationError) -> str:
    """Say what the schema minds; long values, voice data among them, as length and digest."""
    message = str(error.message)
    if len(message) <= MESSAGE_SHOWN and not isinstance(error.instance, list):
        return message
    return f"{brief(error.instance)} is not what the schema's {error.schema_path[-1]!r} wants"


@cache
def validator(pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
    """Compile the schema that stands there; references lead through the whole document."""
    escaped = "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in pointer)
    return jsonschema_rs.Draft202012Validator(
        {"$id": "urn:document", **document(), "$ref": f"#/{quote(escaped, safe='/~')}"}, validate_formats=True
    )


def statement_at(pointer: Pointer) -> str:
    """Name the statement on which a part of the document stands: the nearest `x-statement` on the way up."""
    for length in range(len(pointer), 0, -1):
        node = at(pointer[:length])
        if isinstance(node, dict) and "x-statement" in node:
            return str(node["x-statement"])
    raise LookupError(f"The document names no statement for {'/'.join(map(str, pointer))}.")

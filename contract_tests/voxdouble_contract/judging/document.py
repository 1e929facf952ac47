"""The OpenAPI document, and the rules and statements by which responses are judged."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import quote

import jsonschema_rs
import yaml

from voxdouble_fixtures import data
from voxdouble_fixtures.generations import NEWEST, derive, publish
from voxdouble_fixtures.merge_patch import merge_patch

Pointer: TypeAlias = tuple[str | int, ...]
"""Keys that lead from the document's root to a part of it."""


@cache
def document(generation: str = NEWEST) -> Mapping[str, Any]:
    """Return the OpenAPI document of a generation, as it is published."""
    return publish(read_yaml("openapi-e4.yaml"), generation)


@cache
def judged(generation: str = NEWEST) -> Mapping[str, Any]:
    """Return the document with the rules of `judging.yaml`, in which `x-statement` names the statement of a part."""
    merged: Mapping[str, Any] = merge_patch(derive(read_yaml("openapi-e4.yaml"), generation), read_yaml("judging.yaml"))
    return merged


@cache
def read_yaml(name: str) -> Mapping[str, Any]:
    """Return the content of a YAML file of the contract. All callers share it, and must not change it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
    content: Mapping[str, Any] = yaml.load(data("contract", name), loader)  # noqa: S506 (both loaders are safe)
    return content


def resolve(pointer: Pointer, generation: str = NEWEST) -> Pointer:
    """Return the pointer that a reference at this pointer leads to, or the pointer itself."""
    node = node_at(pointer, generation)
    return tuple(node["$ref"].removeprefix("#/").split("/")) if "$ref" in node else pointer


def node_at(pointer: Pointer, generation: str = NEWEST) -> Any:
    """Return the part of the judged document at a pointer; a number, such as a status, may be the key of an object."""
    node: Any = judged(generation)
    for key in pointer:
        node = node[key if isinstance(node, list) else str(key)]
    return node


@cache
def validator(pointer: Pointer, generation: str = NEWEST) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of the schema at a pointer; its references lead through the whole document."""
    escaped = "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in pointer)
    return jsonschema_rs.Draft202012Validator(
        {"$id": "urn:document", **judged(generation), "$ref": f"#/{quote(escaped, safe='/~')}"}, validate_formats=True
    )


def statement_at(pointer: Pointer, generation: str = NEWEST) -> str:
    """Return the statement of a part of the judged document: the nearest `x-statement` on the way to the root."""
    for length in range(len(pointer), 0, -1):
        node = node_at(pointer[:length], generation)
        if isinstance(node, dict) and "x-statement" in node:
            return str(node["x-statement"])
    raise LookupError(f"No `x-statement` in the judged document covers {'/'.join(map(str, pointer))}.")

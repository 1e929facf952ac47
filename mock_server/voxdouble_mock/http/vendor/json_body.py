"""The JSON body of the voiceprint technologies, and the lists of voiceprints in it (C8, C18)."""

import hashlib
import math
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import NoneType
from typing import Any

from voxdouble_mock.core.errors import Detail, Unavailable, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.errors import MAX_DETAILS
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.request_body import check_content_type, check_declared_length, declared_length, read_body
from voxdouble_mock.technologies._technology import VoiceprintTechnology

KINDS = {NoneType: "null", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A received JSON body, with its digest and size in bytes."""

    text: bytearray
    sha256: str
    size: int

    def parse(self) -> Any:
        """Return the body's value, and free the memory of its text."""
        value = parse_json(self.text)
        self.text.clear()
        return value


def check_size(limits: Limits) -> None:
    """Refuse a body whose declared length exceeds the limit, before it is read (S25)."""
    check_declared_length(limits.max_json)


def check_type() -> None:
    """Refuse every content type but that of JSON (C6)."""
    check_content_type("application/json")


@contextmanager
def receive(limits: Limits, quota: ByteQuota) -> Iterator[JsonBody]:
    """Receive the whole body; the memory that it reserves is released when the block ends."""
    reserved = 0
    text = bytearray()
    try:
        reserved = _reserve(declared_length() or 0, quota)
        for piece in read_body(limits.max_json, limits.max_upload_seconds):
            if len(text) + len(piece) > reserved:
                reserved += _reserve(len(piece), quota)
            text += piece
        yield JsonBody(text, hashlib.sha256(text).hexdigest(), len(text))
    finally:
        quota.release(reserved)


def _reserve(count: int, quota: ByteQuota) -> int:
    if not quota.reserve(count):
        raise Unavailable(f"This mock holds at most {quota.total} bytes of JSON bodies at one time.")
    return count


def voiceprint_lists(body: Any, technology: VoiceprintTechnology, limits: Limits) -> dict[str, list[bytes]]:
    """Return the technology's lists of voiceprints, decoded; unknown members are ignored (C17)."""
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(("body",), "The body must be a JSON object.", "object")])
    details: list[Detail] = []
    lists = {}
    for name in technology.lists:
        error = _list_error(name, body, technology.minimum, limits.max_list)
        if error is None:
            lists[name] = _decode(name, body[name], details)
        else:
            details.append(error)
    product = math.prod(map(len, lists.values()))
    if not details and technology.bounded_product and product > limits.max_matrix:
        factors = " times ".join(f"`{name}`" for name in technology.lists)
        message = f"{factors} must be at most {limits.max_matrix} scores, got {product}."
        details.append(Detail(("body",), message, "product"))
    if details:
        raise ValidationFailed(details)
    return lists


def _list_error(name: str, body: dict[str, Any], minimum: int, maximum: int) -> Detail | None:
    location = ("body", name)
    if name not in body:
        return Detail(location, f"`{name}` is required: a list of Base64 voiceprints.", "missing")
    if not isinstance(body[name], list):
        message = f"`{name}` must be a list of Base64 voiceprints, got {_kind(body[name])}."
        return Detail(location, message, "list")
    if not minimum <= len(body[name]) <= maximum:
        message = f"`{name}` must have {minimum} to {maximum} voiceprints, got {len(body[name])}."
        return Detail(location, message, "length")
    return None


def _decode(name: str, items: list[Any], details: list[Detail]) -> list[bytes]:
    """Return the decoded items; append a detail for each of the first ones that cannot be decoded (S37, C8)."""
    decoded = []
    for index, item in enumerate(items):
        try:
            decoded.append(b64decode(item.strip(" \t\r\n"), validate=True))
        except (AttributeError, ValueError):
            found = "malformed Base64" if isinstance(item, str) else _kind(item)
            message = f"A voiceprint must be a Base64 string, got {found}."
            details.append(Detail(("body", name, index), message, "base64"))
            if len(details) >= MAX_DETAILS:
                break
    return decoded


def _kind(value: object) -> str:
    return "a string" if isinstance(value, str) else KINDS[type(value)]

"""The lists of voiceprints in a JSON body: decoded at once from a usual body, else checked item by item (C8, C18)."""

import math
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from types import NoneType
from typing import Any

import msgspec

from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.errors import MAX_DETAILS
from voxdouble_mock.technologies._technology import VoiceprintTechnology

KINDS = {NoneType: "null", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
MAX_VOICEPRINT = 1 << 20
"""The most bytes of one voiceprint (C27)."""
MAX_BASE64 = -(-MAX_VOICEPRINT // 3) * 4


def decoded_at_once(text: bytes | bytearray, names: Sequence[str], most: int) -> dict[str, list[bytes]] | None:
    """Return the lists in a body of at most `most` strings that has these lists and no other members; else None.

    msgspec decodes JSON and Base64 in one step, and stops at the first value other than a Base64 string. Of two equal
    names it keeps the last list. Then the text has more than two quotes for each decoded string, and None is returned.
    """
    quotes = text.count(b'"')
    if quotes > 2 * most:
        return None
    try:
        decoded = _decoder(tuple(names)).decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    lists = {name: getattr(decoded, name) for name in names}
    strings = len(lists) + sum(map(len, lists.values()))
    return lists if quotes == 2 * strings else None


@cache
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    fields = [(name, list[bytes]) for name in names]
    return msgspec.json.Decoder(msgspec.defstruct("Lists", fields, forbid_unknown_fields=True))


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
        return bounds_error(name, minimum, maximum, str(len(body[name])))
    return None


def bounds_error(name: str, minimum: int, maximum: int, found: str) -> Detail:
    """Return the detail for a list with too few or too many voiceprints."""
    message = f"`{name}` must have {minimum} to {maximum} voiceprints, got {found}."
    return Detail(("body", name), message, "length")


def _decode(name: str, items: list[Any], details: list[Detail]) -> list[bytes]:
    """Return the decoded items; append a detail for each of the first ones that cannot be decoded (S37, C8)."""
    if items and isinstance(items[0], bytes) and max(map(len, items)) <= MAX_VOICEPRINT:
        return items  # decoded at once
    decoded = []
    for index, item in enumerate(items):
        if isinstance(item, bytes):  # decoded at once
            voiceprint, problem = item, ""
        else:
            voiceprint, problem = _decode_item(item)
        if not problem and len(voiceprint) > MAX_VOICEPRINT:
            problem = f"A voiceprint must have at most {MAX_VOICEPRINT} bytes, got {len(voiceprint)}."
        decoded.append(voiceprint)
        if problem:
            details.append(Detail(("body", name, index), problem, "base64"))
            if len(details) >= MAX_DETAILS:
                break
    return decoded


def _decode_item(item: Any) -> tuple[bytes, str]:
    """Return the bytes of a Base64 string, and the problem with it, or an empty text."""
    try:
        return b64decode(item.strip(" \t\r\n"), validate=True), ""
    except (AttributeError, ValueError):
        found = "malformed Base64" if isinstance(item, str) else _kind(item)
        return b"", f"A voiceprint must be a Base64 string, got {found}."


def _kind(value: object) -> str:
    return "a string" if isinstance(value, str) else KINDS[type(value)]

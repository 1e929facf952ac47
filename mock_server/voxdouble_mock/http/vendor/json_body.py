"""JSON bodies: parsed strictly (C7), and the lists of voiceprints in them checked and decoded (C8, C18)."""

import hashlib
import json
import math
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from types import NoneType
from typing import Any, NoReturn

from flask import request

from voxdouble_mock.core.errors import Detail, InvalidRequest, Unavailable, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.body import Budget, check_declared, declared_length, read_body
from voxdouble_mock.http.errors import MAX_DETAILS
from voxdouble_mock.http.exchange import exchange
from voxdouble_mock.technologies._technology import VoiceprintTechnology

MAX_DIGITS = 1_000
KINDS = {NoneType: "null", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}


def check_json_type() -> None:
    """Refuse any content type but JSON's (C6)."""
    if request.mimetype != "application/json":
        message = f"The content type is application/json, not {described_type()}."
        raise ValidationFailed([Detail(("header", "content-type"), message, "content-type")])


def described_type() -> str:
    """Put the request's content type in words."""
    return repr(request.mimetype[:100]) if request.mimetype else "none at all"


def check_json_size(limit: int) -> None:
    """Refuse a body that is too large by its own account, before it is read (S25)."""
    check_declared(request.environ, limit)


@contextmanager
def received_json(limits: Limits, storage: Budget) -> Iterator[Any]:
    """Receive and parse the whole body; what it takes of the memory for JSON is given back when the block ends."""
    taken = 0
    body = bytearray()
    try:
        taken = _reserve(declared_length(request.environ) or 0, limits, storage)
        for piece in read_body(request.environ, limits.max_json, limits.max_upload_seconds):
            if len(body) + len(piece) > taken:
                taken += _reserve(len(piece), limits, storage)
            body += piece
        notes = exchange()
        notes.sha256, notes.size = hashlib.sha256(body).hexdigest(), len(body)
        parsed = parse_json(body)
        body.clear()  # the text is not needed beside what it says
        yield parsed
    finally:
        storage.give_back(taken)


def _reserve(count: int, limits: Limits, storage: Budget) -> int:
    if not storage.take(count):
        raise Unavailable(f"This mock holds at most {limits.json_storage} bytes of JSON bodies at one time.")
    return count


def parse_json(body: bytes | bytearray) -> Any:
    """Parse UTF-8 JSON as RFC 8259 has it: no repeated name, no NaN, no nesting beyond reason."""
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
    except RecursionError:
        raise InvalidRequest("The JSON body is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8: byte {error.start} belongs to no character.") from error
    except ValueError as error:
        reason = "it begins with a byte order mark" if body.startswith(b"\xef\xbb\xbf") else error
        raise InvalidRequest(f"The body is not valid JSON: {reason}.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {repeated[:40]!r} is repeated in one object")
    return members


def _integer(digits: str) -> int | float:
    """Take a number of any length: Python reads integers of some thousand digits only when it is told to."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def voiceprint_lists(body: Any, technology: VoiceprintTechnology, limits: Limits) -> dict[str, list[bytes]]:
    """Check a voiceprint technology's body and decode its lists; unknown members are ignored (C17)."""
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(("body",), "The body is a JSON object.", "object")])
    details: list[Detail] = []
    lists = {}
    for name in technology.lists:
        fault = _list_fault(name, body, technology.minimum, limits.max_list)
        if fault is None:
            lists[name] = _decode(name, body[name], details)
        else:
            details.append(fault)
    product = math.prod(map(len, lists.values()))
    if not details and technology.bounded_product and product > limits.max_matrix:
        message = f"{' times '.join(technology.lists)} is at most {limits.max_matrix} scores, not {product}."
        details.append(Detail(("body",), message, "product"))
    if details:
        raise ValidationFailed(details)
    return lists


def _list_fault(name: str, body: dict[str, Any], minimum: int, maximum: int) -> Detail | None:
    where = ("body", name)
    if name not in body:
        return Detail(where, f"The member {name!r} is missing.", "missing")
    if not isinstance(body[name], list):
        return Detail(where, f"{name} is a list of Base64 voiceprints.", "list")
    if not minimum <= len(body[name]) <= maximum:
        return Detail(where, f"{name} holds {minimum} to {maximum} voiceprints, not {len(body[name])}.", "length")
    return None


def _decode(name: str, items: list[Any], details: list[Detail]) -> list[bytes]:
    """Decode all items, or note what is wrong with the first ones that cannot be (S37, C8)."""
    decoded = []
    for index, item in enumerate(items):
        try:
            decoded.append(b64decode(item.strip(" \t\r\n"), validate=True))
        except (AttributeError, ValueError):
            wrong = "malformed" if isinstance(item, str) else KINDS[type(item)]
            message = f"A voiceprint is a Base64 string; this one is {wrong}."
            details.append(Detail(("body", name, index), message, "base64"))
            if len(details) >= MAX_DETAILS:
                break
    return decoded

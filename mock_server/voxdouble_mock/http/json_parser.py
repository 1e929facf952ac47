"""Strict JSON, as RFC 8259 defines it (C7)."""

import json
from typing import Any, NoReturn

from voxdouble_mock.core.errors import InvalidRequest

MAX_DIGITS = 1_000


def parse_json(body: bytes | bytearray) -> Any:
    """Return the value of a body; InvalidRequest if it is not UTF-8 JSON, repeats a name, or is nested too deeply."""
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
    except RecursionError:
        raise InvalidRequest("The JSON body is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body must be UTF-8 text; its byte {error.start} is not.") from error
    except ValueError as error:
        reason = "it begins with a byte order mark" if body.startswith(b"\xef\xbb\xbf") else error
        raise InvalidRequest(f"The body must be valid JSON: {reason}.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the name {name[:40]!r} is repeated in one object")
            seen.add(name)
    return members


def _integer(digits: str) -> int | float:
    """Return an integer, or a float for very many digits: Python parses no integer of several thousand digits."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")

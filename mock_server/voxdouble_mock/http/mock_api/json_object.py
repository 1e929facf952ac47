"""Request bodies of the mock's own routes: a JSON object or text, of at most 1 MiB.

Parsing a body may take 200 times its bytes, so this memory is estimated, and reserved in the quota of JSON bodies until
the request has been answered (P7).
"""

from typing import Any

from voxdouble_mock.core.errors import Detail, Location, TooLarge, Unavailable, ValidationFailed
from voxdouble_mock.core.plain_data import STEP, InvalidData, storable
from voxdouble_mock.http.current_request import environ
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.request_body import check_content_encoding, read_body
from voxdouble_mock.http.services import Services
from voxdouble_mock.options import unknown_name

MAX_BYTES = 1 << 20
MAX_SECONDS = 30.0
BYTE_COST = 10
"""The memory of each byte of a body, with its copies as text and data."""
VALUE_COST = 450
"""The memory of a value while a body is parsed: a node of YAML with its place in the text, and the data."""
VALUE_SIGNS = b",:[{-?\n"
"""A YAML or JSON text has at most 1 more value than it has of these characters. The 1 is not reserved."""
RESERVED = "voxdouble.reserved"
"""The key in the environ of the number of reserved bytes."""


def read_members(services: Services, *names: str) -> dict[str, Any]:
    """Return the members of the request body, which may have these names only. Null members are left out."""
    found = read_object(services)
    details = [
        Detail(("body", name), unknown_name("member", name, names), "unknown") for name in found if name not in names
    ]
    if details:
        raise ValidationFailed(details)
    return found


def read_object(services: Services) -> dict[str, Any]:
    """Return the request body's JSON object without null members; an empty body counts as an empty object."""
    data = _read(services)
    body = parse_json(data) if data.strip() else {}
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(("body",), "The body must be a JSON object.", "object")])
    try:
        found: dict[str, Any] = storable(body)
    except InvalidData as error:
        raise ValidationFailed([Detail(location(error.path), error.message, "value")]) from error
    return found


def read_text(services: Services) -> str:
    """Return the request body's text."""
    try:
        return _read(services).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationFailed([Detail(("body",), f"The body must be UTF-8 text: {error}.", "text")]) from error


def location(path: str) -> Location:
    """Return the location of a value at a path such as fault.status."""
    steps = [match.groups() for match in STEP.finditer(path if path[:1] == "[" else f".{path}")]
    return ("body", *(name if name is not None else int(index) for name, index in steps if index != "..."))


def release(services: Services) -> None:
    """Release what the current request has reserved."""
    services.json_quota.release(environ().pop(RESERVED, 0))


def _read(services: Services) -> bytearray:
    check_content_encoding()
    body = bytearray()
    for piece in read_body(MAX_BYTES, MAX_SECONDS):
        _reserve(services, len(piece) * BYTE_COST)
        body += piece
    _reserve(services, VALUE_COST * (len(body) - len(body.translate(None, VALUE_SIGNS))))
    return body


def _reserve(services: Services, count: int) -> None:
    quota = services.json_quota
    if count > quota.total:
        raise TooLarge(f"The body has more values than fit into the {quota.total} bytes that all bodies may take.")
    if not quota.reserve(count):
        raise Unavailable(f"This mock holds at most {quota.total} bytes of bodies and their values at one time.")
    environ()[RESERVED] = environ().get(RESERVED, 0) + count

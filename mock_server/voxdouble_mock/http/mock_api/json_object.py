"""Request bodies of the mock's own routes: a JSON object or text, of at most 1 MiB."""

from typing import Any

from voxdouble_mock.core.errors import Detail, Location, ValidationFailed
from voxdouble_mock.core.plain_data import STEP, InvalidData, storable
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.request_body import check_content_encoding, read_body

MAX_BYTES = 1 << 20
MAX_SECONDS = 30.0


def read_object() -> dict[str, Any]:
    """Return the request body's JSON object without null members; an empty body counts as an empty object."""
    data = _read()
    body = parse_json(data) if data.strip() else {}
    if not isinstance(body, dict):
        raise ValidationFailed([Detail(("body",), "The body must be a JSON object.", "object")])
    try:
        found: dict[str, Any] = storable(body)
    except InvalidData as error:
        raise ValidationFailed([Detail(location(error.path), error.message, "value")]) from error
    return found


def read_text() -> str:
    """Return the request body's text."""
    try:
        return _read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationFailed([Detail(("body",), f"The body must be UTF-8 text: {error}.", "text")]) from error


def location(path: str) -> Location:
    """Return the location of a value at a path such as fault.status."""
    steps = [match.groups() for match in STEP.finditer(path if path[:1] == "[" else f".{path}")]
    return ("body", *(name if name is not None else int(index) for name, index in steps if index != "..."))


def _read() -> bytes:
    check_content_encoding()
    return b"".join(read_body(MAX_BYTES, MAX_SECONDS))

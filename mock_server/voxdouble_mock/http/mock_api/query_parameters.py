"""The query parameters of the mock's own routes: a reader for each name, and one refusal with all errors."""

from collections.abc import Callable, Mapping
from typing import Any

from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.patterns import Pattern
from voxdouble_mock.core.request_log import MAX_WHOLE_TEXT, shortened
from voxdouble_mock.options import unknown_name

MAX_NUMBER = (1 << 63) - 1
ASK_FOR_LESS = ", or ask for less with `limit`"
"""The advice in the refusal of a list that is too large at this moment."""


def read_parameters(parameters: Mapping[str, str], readers: Mapping[str, Callable[[str], object]]) -> dict[str, Any]:
    """Return the values of a query's parameters. Raises ValidationFailed with one detail for each invalid parameter."""
    values: dict[str, Any] = {}
    details = []
    for name, text in parameters.items():
        if name not in readers:
            details.append(Detail(("query", name[:100]), unknown_name("parameter", name, readers), "unknown"))
            continue
        try:
            values[name] = readers[name](text)
        except ValueError as error:
            details.append(Detail(("query", name), f"`{name}` must be {error}, got {text[:40]!r}.", "value"))
    if details:
        raise ValidationFailed(details)
    return values


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers. It raises ValueError; the message continues "must be"."""

    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_NUMBER)) else -1
        if not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def kept_pattern(text: str) -> Pattern:
    """Return the pattern that finds a text in tasks and log entries, which keep a long text as beginning and digest.

    Raises ValueError for a long text with * or ?, since it could find nothing; the message continues "must be".
    """
    kept = shortened(text)
    if kept != text and ("*" in text or "?" in text):
        raise ValueError(f"a pattern of at most {MAX_WHOLE_TEXT} bytes, or a longer text without * and ?")
    return Pattern(kept)


def one_of(*values: str) -> Callable[[str], str]:
    """Return a reader of one of the given texts. It raises ValueError; the message continues "must be"."""

    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"one of {', '.join(values)}")
        return text

    return read

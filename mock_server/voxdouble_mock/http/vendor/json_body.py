"""The JSON body of the voiceprint technologies, received within a bound on memory (P7).

The bound counts the memory that a body takes: the bytes that have arrived, and the objects that are parsed from them.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from voxdouble_mock.core.errors import Detail, TooLarge, Unavailable, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.json_parser import parse_json
from voxdouble_mock.http.request_body import check_content_type, check_declared_length, read_body
from voxdouble_mock.http.value_count import excess, most_values
from voxdouble_mock.http.vendor.voiceprint_lists import bounds_error, decoded_at_once, voiceprint_lists
from voxdouble_mock.technologies._technology import VoiceprintTechnology

COST = 2
"""The memory of a body with its decoded voiceprints, as a multiple of the body's bytes."""
VALUE_COST = 250
"""The most bytes that a parsed value takes, without its text."""
OTHER_VALUES = 100_000
"""The most values that a body may have in addition to those of its lists."""
_SURROGATE = re.compile(rb"\\u[dD][89abAB]")
"""The escape of the first half of a character beyond U+FFFF."""
_NOT_LATIN_1 = re.compile(rb"\\u(?!00)")
"""The escape of a character beyond U+00FF."""


@dataclass(slots=True)
class JsonBody:
    """A received JSON body, with its digest and size in bytes, and its reservation of memory."""

    text: bytearray
    sha256: str
    size: int
    quota: ByteQuota
    reserved: int

    def lists(self, technology: VoiceprintTechnology, limits: Limits) -> dict[str, list[bytes]]:
        """Return the technology's lists of voiceprints, and free the memory of the text.

        Raises a refusal if the body is malformed, violates the schema, or needs more memory than there is.
        """
        most = limits.max_list * len(technology.lists) + OTHER_VALUES
        lists = decoded_at_once(self.text, technology.lists, most)
        if lists is not None:
            self.text.clear()
            return voiceprint_lists(lists, technology, limits)
        over = excess(self.text, most, technology.lists, limits.max_list)
        if over is not None and over.name:
            raise ValidationFailed([bounds_error(over.name, technology.minimum, limits.max_list, "more")])
        if over is not None:
            message = f"The body must have at most {most} values, got more."
            raise ValidationFailed([Detail(("body",), message, "length")])
        self._reserve_for_parsing()
        body = parse_json(self.text)
        self.text.clear()
        return voiceprint_lists(body, technology, limits)

    def _reserve_for_parsing(self) -> None:
        """Reserve the memory of the text as a `str`, of the strings parsed from it, and of all other values."""
        widths = _width(self.text) + _parsed_width(self.text)
        cost = widths * self.size + VALUE_COST * most_values(self.text)
        if self.reserved + cost > self.quota.total:
            raise TooLarge(
                f"The JSON body of {self.size} bytes needs more memory than the {self.quota.total} bytes that all "
                "bodies may take: send it without escapes, with its lists only, or in parts."
            )
        self.reserved += _reserve(cost, self.quota)


def check_size(limits: Limits) -> None:
    """Refuse a body whose declared length exceeds the limit, before it is read (S25)."""
    check_declared_length(limits.max_json)


def check_type() -> None:
    """Refuse every content type but that of JSON (C6)."""
    check_content_type("application/json")


@contextmanager
def receive(limits: Limits, quota: ByteQuota) -> Iterator[JsonBody]:
    """Receive the whole body. Memory is reserved as the body arrives, and released when the block ends."""
    body = JsonBody(bytearray(), "", 0, quota, 0)
    digest = hashlib.sha256()
    try:
        for piece in read_body(limits.max_json, limits.max_upload_seconds):
            body.reserved += _reserve(COST * len(piece), quota)
            body.text += piece
            digest.update(piece)
        body.sha256, body.size = digest.hexdigest(), len(body.text)
        yield body
    finally:
        quota.release(body.reserved)


def _reserve(count: int, quota: ByteQuota) -> int:
    if not quota.reserve(count):
        raise Unavailable(f"This mock holds at most {quota.total} bytes of JSON bodies and their values at one time.")
    return count


def _width(text: bytearray) -> int:
    """Return the most bytes that Python needs for a character of this UTF-8 text as one `str`, its escapes included."""
    if text.isascii():
        return 1
    return 4 if text.translate(None, bytes(range(0xF0))) else 2


def _parsed_width(text: bytearray) -> int:
    """Return the most bytes that Python needs for a character while it parses the strings of this UTF-8 text.

    A string with escapes is built from pieces, with room for more, and is copied at its first wider character.
    """
    if b"\\" not in text:
        return _width(text)
    escaped = 4 if _SURROGATE.search(text) else 2 if _NOT_LATIN_1.search(text) else 1
    width = max(escaped, _width(text))
    return width if width == 1 else width * 3 // 2

"""Files of voiceprints: what `extract` or `merge` wrote, or the vendor's plain Base64 text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

INPUT_LIMIT = 1 << 30
"""Bytes. Chosen: ten times what 50,000 voiceprints take."""

_RAW = b"{i"
"""How the bytes of a voiceprint begin: a UBJSON object whose first key has a length of one byte or more."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def read_voiceprints(name: str, data: bytes, tell: Callable[[str], object]) -> list[str]:
    """Read the voiceprints of one file, in their order; ValueError says what is wrong with it.

    Lines that are null, where no answer came, are skipped, and `tell` is told how many.

    JSON is an answer as the appliance gave it, or one a line, with a voiceprint for each channel or a merged one; other
    text is one voiceprint in Base64, white space aside, as in the vendor's `.vp` files ([G-MER]).
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith(_RAW):
        raise ValueError(f"{name} is a voiceprint in its raw bytes; encode it in Base64, as the appliance gives it.")
    if data.lstrip()[:1] == b"{" or data.lstrip()[:4] == b"null":
        answers = list(_answers(name, data))
        given = [(place, raw) for place, raw in answers if raw is not None]
        if len(given) < len(answers):
            tell(f"{name}: {len(answers) - len(given)} lines are null, as no answer came; they are left out.")
        return [voiceprint for place, raw in given for voiceprint in _of_answer(place, raw)]
    text = b"".join(data.split())
    if not _BASE64.fullmatch(text):
        raise ValueError(f"{name} is neither JSON as extract writes it nor a voiceprint in Base64.")
    return [text.decode()]


def _answers(name: str, data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        yield name, orjson.loads(data)
    except orjson.JSONDecodeError:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                yield f"line {number} of {name}", _loaded(f"line {number} of {name}", line)


def _loaded(place: str, line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{place} is not JSON: {error.msg}.") from None


def _of_answer(place: str, raw: Any) -> list[str]:
    try:
        result = raw["result"]
        found = [part["voiceprint"] for part in ([result] if "voiceprint" in result else result["channels"])]
    except (KeyError, TypeError):
        raise ValueError(f"{place} holds no voiceprints; {_why_not(raw)}.") from None
    if not all(isinstance(voiceprint, str) for voiceprint in found):
        raise ValueError(f"{place} holds a voiceprint that is not a text.")
    return found


def _why_not(raw: Any) -> str:
    state = raw.get("task", {}).get("state") if isinstance(raw, dict) and isinstance(raw.get("task"), dict) else None
    if state in {"failed", "rejected"}:
        return f"its task {'was ' if state == 'rejected' else ''}{state}; take it out, or extract that recording again"
    return "it is the answer neither of an extraction nor of a merging that is done"

"""The input of commands: stdin, and files of voiceprints."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, Any

import click

from voxdouble_client._convert import InvalidResult, parsed

MAX_INPUT_BYTES = 1 << 30
"""Chosen: ten times the size of 50,000 voiceprints."""

_RAW_VOICEPRINT = b"{i"
"""The first bytes of a decoded voiceprint: a UBJSON object whose first key has a length of one byte or more."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def check_stdin(files: Sequence[str]) -> None:
    """Raise UsageError if stdin would be read twice, or is closed."""
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read only once, but - is given more than once.")
    if "-" in files and sys.stdin is None:
        raise click.UsageError("- is given, but stdin is closed.")


def stdin() -> IO[bytes]:
    """Return stdin without its buffer, whose lock a thread that still reads would hold when the interpreter exits."""
    buffered = sys.stdin.buffer
    raw: IO[bytes] = getattr(buffered, "raw", buffered)
    return raw


def voiceprints_in(files: Sequence[str]) -> list[str]:
    """Return the voiceprints of all files, in their order; UsageError if a file cannot be read."""
    check_stdin(files)
    warn = partial(click.echo, err=True)
    try:
        return [voiceprint for file in files for voiceprint in read_voiceprints(file, _content(file), warn)]
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _content(file: str) -> bytes:
    with click.open_file(file, "rb") as stream:
        data: bytes = stream.read(MAX_INPUT_BYTES + 1)
    if len(data) > MAX_INPUT_BYTES:
        raise ValueError(f"{file} must have at most {MAX_INPUT_BYTES} bytes, but is larger.")
    return data


def read_voiceprints(name: str, data: bytes, warn: Callable[[str], object]) -> list[str]:
    """Return the voiceprints of one file, in their order; ValueError if its content is not valid.

    JSON is an answer of the appliance, or one answer a line, with a voiceprint for each channel or a merged one; lines
    that are null, where no answer came, are skipped, and `warn` is called with their number. Other text is one
    voiceprint in Base64, with any white space, as in the vendor's `.vp` files.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith(_RAW_VOICEPRINT):
        raise ValueError(f"{name} must hold Base64 text, but holds a decoded voiceprint; encode it in Base64.")
    if data.lstrip()[:1] == b"{" or data.lstrip()[:4] == b"null":
        answers = list(_answers(name, data))
        present = [(place, raw) for place, raw in answers if raw is not None]
        if len(present) < len(answers):
            warn(f"{name}: {len(answers) - len(present)} lines are null (no answer came); they are skipped.")
        return [voiceprint for place, raw in present for voiceprint in _voiceprints_of(place, raw)]
    text = b"".join(data.split())
    if not _BASE64.fullmatch(text):
        raise ValueError(f"{name} must be JSON as `extract` writes it or a voiceprint in Base64, and is neither.")
    return [text.decode()]


def _answers(name: str, data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        yield name, parsed(data)
    except InvalidResult:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                yield f"line {number} of {name}", _loaded(f"line {number} of {name}", line)


def _loaded(place: str, line: bytes) -> Any:
    try:
        return parsed(line)
    except InvalidResult as invalid:
        raise ValueError(f"{place} is not JSON: {invalid}.") from None


def _voiceprints_of(place: str, raw: Any) -> list[str]:
    try:
        result = raw["result"]
        found = [part["voiceprint"] for part in ([result] if "voiceprint" in result else result["channels"])]
    except (KeyError, TypeError):
        raise ValueError(f"{place} has no voiceprints; {_explanation(raw)}.") from None
    if not all(isinstance(voiceprint, str) for voiceprint in found):
        raise ValueError(f"{place} has a voiceprint that is not a text.")
    return found


def _explanation(raw: Any) -> str:
    state = raw.get("task", {}).get("state") if isinstance(raw, dict) and isinstance(raw.get("task"), dict) else None
    if state in {"failed", "rejected"}:
        return f"its task {'was ' if state == 'rejected' else ''}{state}; remove it, or extract that recording again"
    return "it must be the answer of an extraction or a merging that is done"

"""The input of commands: stdin, and files of voiceprints."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, Any, NamedTuple

import click

from voxdouble_client._convert import InvalidResult, parsed
from voxdouble_client._http.wire import printable

MAX_INPUT_BYTES = 1 << 30
"""Chosen: ten times the size of 50,000 voiceprints."""

_RAW_VOICEPRINT = b"{i"
"""The first bytes of a decoded voiceprint: a UBJSON object with a first key of less than 128 bytes."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class Voiceprints(NamedTuple):
    """Voiceprints as Base64 texts, each with the name of its recording; several channels are named `name#channel`."""

    names: list[str]
    texts: list[str]


def check_stdin(files: Sequence[str]) -> None:
    """Raise UsageError if stdin would be read twice, or is closed."""
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read only once, but - is given more than once.")
    if "-" in files and sys.stdin is None:
        raise click.UsageError("- is given, but stdin is closed.")


def stdin() -> IO[bytes]:
    """Return stdin without its buffer: a thread that still reads at the exit would hold the lock of the buffer."""
    buffered = sys.stdin.buffer
    raw: IO[bytes] = getattr(buffered, "raw", buffered)
    return raw


def voiceprints_in(files: Sequence[str]) -> Voiceprints:
    """Return the voiceprints of all files, in their order.

    OSError if a file cannot be read. UsageError if the content of a file is not valid, or if no file holds a
    voiceprint.
    """
    check_stdin(files)
    warn = partial(click.echo, err=True)
    found = Voiceprints([], [])
    try:
        for file in files:
            for name, text in read_voiceprints(file, _content(file), warn):
                found.names.append(name)
                found.texts.append(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not found.texts:
        raise click.UsageError(f"The input must hold at least one voiceprint, and {', '.join(files)} holds none.")
    return found


def _content(file: str) -> bytes:
    with click.open_file(file, "rb") as stream:
        data: bytes = stream.read(MAX_INPUT_BYTES + 1)
    if len(data) > MAX_INPUT_BYTES:
        raise ValueError(f"{file} must have at most {MAX_INPUT_BYTES} bytes, but is larger.")
    return data


def read_voiceprints(name: str, data: bytes, warn: Callable[[str], object]) -> list[tuple[str, str]]:
    """Return the voiceprints of one file with their names, in their order; ValueError if its content is not valid.

    The content is JSON or one voiceprint in Base64. JSON is one answer of the appliance, or one object a line: an
    answer, or a line of `extract --resume`. An answer has a voiceprint for each channel, or a merged one. Recordings
    without a result are left out, and `warn` is called with the reason. Base64 may have white space, as in the vendor's
    `.vp` files. Text may be UTF-16.
    """
    if data.startswith(_RAW_VOICEPRINT):
        raise ValueError(f"{name} must hold Base64 text, but holds a decoded voiceprint; encode it in Base64.")
    data = in_utf8(name, data)
    if data.lstrip()[:1] == b"{" or data.lstrip()[:4] == b"null":
        return _voiceprints_of_answers(name, list(_answers(name, data)), warn)
    text = b"".join(data.split())
    if not _BASE64.fullmatch(text):
        raise ValueError(f"{name} must be JSON as `extract` writes it or a voiceprint in Base64, and is neither.")
    return [(name, text.decode())]


def in_utf8(name: str, data: bytes) -> bytes:
    """Return the text in UTF-8 without a byte order mark. UTF-16 must have one; PowerShell writes it so."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeDecodeError:
            raise ValueError(f"{name} begins as UTF-16 and must be UTF-16 to its end, and is not.") from None
    return data.removeprefix(codecs.BOM_UTF8)


def _answers(name: str, data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        yield name, parsed(data)
    except InvalidResult:
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.strip():
                yield f"line {number} of {name}", _loaded(f"line {number} of {name}", line)


def _loaded(place: str, line: bytes) -> Any:
    try:
        return parsed(line)
    except InvalidResult as invalid:
        raise ValueError(f"{place} is not JSON: {invalid}.") from None


def _voiceprints_of_answers(
    name: str, answers: list[tuple[str, Any]], warn: Callable[[str], object]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    missing = 0
    for place, raw in answers:
        missing += raw is None
        path, answer = (str(raw["path"]), raw.get("answer")) if isinstance(raw, dict) and "path" in raw else (name, raw)
        if path == name and len(answers) > 1:
            path = place
        if why := _no_result(raw, answer):
            warn(f"{path}: {why} It is left out.")
        elif raw is not None:
            voiceprints = _voiceprints_of(place, answer)
            found += [(path if len(voiceprints) == 1 else f"{path}#{channel}", text) for channel, text in voiceprints]
    if missing:
        lines = "1 line is" if missing == 1 else f"{missing} lines are"
        warn(f"{name}: {lines} null (no answer came) and skipped.")
    return found


def _no_result(raw: Any, answer: Any) -> str:
    """Return the reason why a recording has no result, from its line or its task; empty if it has a result."""
    error = raw.get("error") if isinstance(raw, dict) else None
    if isinstance(answer, dict) and isinstance(answer.get("task"), dict):
        state = answer["task"].get("state")
        if state not in {"failed", "rejected"}:
            return ""
        error = answer.get("error")
        what = "The task failed: " if state == "failed" else "The task was rejected: "
    else:
        what = ""
    message = error.get("message") if isinstance(error, dict) else None
    return f"{what}{printable(message)}" if isinstance(message, str) else what


def _voiceprints_of(place: str, raw: Any) -> list[tuple[Any, str]]:
    try:
        result = raw["result"]
        parts = [result] if "voiceprint" in result else result["channels"]
        found = [(part.get("channel_number", number), part["voiceprint"]) for number, part in enumerate(parts)]
    except (AttributeError, KeyError, TypeError):
        raise ValueError(
            f"{place} has no voiceprints; it must be the answer of an extraction or a merging that is done."
        ) from None
    if not all(isinstance(voiceprint, str) for _, voiceprint in found):
        raise ValueError(f"{place} has a voiceprint that is not a text.")
    return found

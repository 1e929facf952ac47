"""The lines of a batch's output: a recording, its task, and the answer or the error."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from voxdouble_client._errors import ApiError, TransportError
from voxdouble_client._models import TaskAnswer

UNACCEPTABLE_STATUSES = frozenset({400, 413, 415, 422})
"""The statuses with which an appliance refuses the recording itself; it would refuse the same recording again."""

Identity: TypeAlias = tuple[str, int | None, int | None]
"""The path, size and modification time of a recording."""


class Recording(Struct, frozen=True):
    """A recording of a batch.

    `file` is the path to open; `path` is its name in the output, relative to the folder that was searched. `size` is in
    bytes. `mtime_ns` is the time of the last modification in nanoseconds since 1970. Both are None if the file is
    missing.
    """

    file: str
    path: str
    size: int | None
    mtime_ns: int | None

    @property
    def identity(self) -> Identity:
        """The values by which a later run recognizes the recording."""
        return self.path, self.size, self.mtime_ns


class LineError(Struct, frozen=True, omit_defaults=True):
    """Why a recording has no answer; `type` is the class of the error; `final` is True if no later run tries again."""

    type: str
    message: str
    status: int | None = None
    final: bool = False


class Line(Struct, frozen=True):
    """One line of the output; `answer` is the appliance's last answer, as received but on one line."""

    path: str
    size: int | None = None
    mtime_ns: int | None = None
    task_id: str | None = None
    url: str | None = None
    answer: Raw = Raw()
    error: LineError | None = None

    @property
    def identity(self) -> Identity:
        """The identity of its recording."""
        return self.path, self.size, self.mtime_ns

    @property
    def answered(self) -> bool:
        """Whether it has an answer."""
        return bytes(self.answer) not in {b"", b"null"}

    @property
    def final(self) -> bool:
        """Whether the recording is finished: a later run does not try it again."""
        if self.answered:
            return _answers.decode(self.answer).task.state != "failed"
        return self.error is not None and self.error.final


class _Task(Struct):
    state: str


class _Answer(Struct):
    task: _Task


_answers = Decoder(_Answer)
_lines = Decoder(Line)


def recordings_of(files: Iterable[Any]) -> list[Recording]:
    """Return the recordings in the files; TypeError if one is not a path.

    ValueError if one is not a regular file, or is named twice: the output has one line for each path (P8).
    """
    recordings: dict[str, Recording] = {}
    for file in files:
        if not isinstance(file, (str, os.PathLike)):
            raise TypeError(f"With a journal every file must be a path, got {type(file).__name__}.")
        recording = recording_of(file)
        if recording.path in recordings:
            raise ValueError(f"With a journal `files` must name each file once, got {recording.path} twice.")
        recordings[recording.path] = recording
    return list(recordings.values())


def recording_of(file: str | os.PathLike[str], path: str | None = None) -> Recording:
    """Return the recording in a file; ValueError if that is not a regular file."""
    name = os.fspath(file)
    shown = printable_path(os.path.normpath(name) if path is None else path)
    try:
        found = Path(name).stat()
    except OSError:
        return Recording(name, shown, None, None)  # opening it for the upload raises the error
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"A recording of a batch with a journal must be a regular file, and {shown} is not.")
    return Recording(name, shown, found.st_size, found.st_mtime_ns)


def printable_path(path: str) -> str:
    """Return the path with `/` between its parts, and with bytes that are not UTF-8 as escapes."""
    return os.fsencode(path.replace(os.sep, "/")).decode("utf-8", "backslashreplace")


def line_of_answer(recording: Recording, url: str, answer: TaskAnswer) -> bytes:
    """Return the line of a recording whose task has ended."""
    return _encoded(Line(*recording.identity, answer.task_id, url, answer=Raw(on_one_line(answer))))


def on_one_line(answer: TaskAnswer) -> bytes:
    """Return the JSON of an answer without line ends: as received, or encoded again if it had line ends inside."""
    body = answer.body.strip()
    return encode(answer.raw) if b"\n" in body or b"\r" in body else body


def line_of_error(recording: Recording, error: Exception) -> bytes:
    """Return the line of a recording whose extraction ended in this error."""
    handle = getattr(error, "handle", None)
    status = error.status if isinstance(error, ApiError) else None
    final = handle is None and status in UNACCEPTABLE_STATUSES
    task_id, url = (handle.task_id, handle.url) if handle else (None, None)
    # The handle's own advice is not part of the line.
    text = str(error.args[0]) if isinstance(error, (ApiError, TransportError)) else str(error)
    return _encoded(Line(*recording.identity, task_id, url, error=LineError(type(error).__name__, text, status, final)))


def line_in(data: bytes) -> Line:
    """Return the line; ValueError if it is not a line of a batch's output."""
    line = _lines.decode(data)
    if line.answered == (line.error is not None):
        raise ValueError("it must have either `answer` or `error`")
    if line.answered:
        _answers.decode(line.answer)
    return line


def _encoded(line: Line) -> bytes:
    members = {name: getattr(line, name) for name in line.__struct_fields__}
    return encode({name: value for name, value in members.items() if value is not None and value != Raw()}) + b"\n"

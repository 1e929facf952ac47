"""Request bodies that are streamed: their length is known, their memory constant, and they can be sent again.

requests' own `files=` reads a file whole (627 MB for one of 300 MB); this hands it over in pieces.
"""

from __future__ import annotations

import io
import math
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import orjson

File: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes]
"""What can be uploaded: a path, the bytes, or a binary file object, which is sent from where it stands to its end."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes of the request's body sent so far, and in all; it starts over where the body is sent again."""

PIECE = 1 << 18
SPOOL_LIMIT = 2 << 30
"""Bytes. Chosen: four times the vendor's default upload limit ([LIM]: 500 MB); bounds the disk that a pipe can fill."""


@dataclass(frozen=True, slots=True)
class Part:
    """`size` bytes of `stream` from `start` on; `name` is for people and for the multipart file name."""

    stream: IO[bytes]
    start: int
    size: int
    name: str


class Body:
    """Parts one after the other, as requests wants a streamed body: iterable, with a length."""

    def __init__(self, parts: Sequence[Part], content_type: str, progress: Progress | None = None) -> None:
        self.content_type = content_type
        self.started = False
        """Whether any byte was handed over since `rewind`: the appliance may have acted on the request."""
        self.failure: Exception | None = None
        """What the file or the progress callback raised: requests would take their OSError for a network error."""
        self._parts = parts
        self._progress = progress
        self._length = sum(part.size for part in parts)

    def __len__(self) -> int:
        return self._length

    def rewind(self) -> None:
        """Make ready to be sent, for the first time or again."""
        self.started = False
        self.failure = None
        for part in self._parts:
            part.stream.seek(part.start)

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        try:
            for part in self._parts:
                for piece in _pieces(part):
                    self.started = True
                    yield piece
                    sent += len(piece)
                    if self._progress is not None:
                        self._progress(sent, self._length)
        except Exception as failure:
            self.failure = failure
            raise


def _pieces(part: Part) -> Iterator[bytes]:
    left = part.size
    while left:
        piece = part.stream.read(min(PIECE, left))
        if not piece:
            raise OSError(
                f"{part.name} became shorter while it was being sent: {left} of {part.size} bytes are missing."
            )
        left -= len(piece)
        yield piece


def json_body(value: Mapping[str, Any]) -> Body:
    """Make the body of a request in JSON."""
    check_numbers(value)
    return Body([_fixed(orjson.dumps(value))], "application/json")


def check_numbers(value: Any) -> None:
    """ValueError where a number has no JSON; orjson would write null for it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value!r} cannot be sent: JSON has no such number.")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    for part in inner:
        if not isinstance(part, str):
            check_numbers(part)


def _fixed(text: str | bytes) -> Part:
    data = text.encode() if isinstance(text, str) else text
    return Part(io.BytesIO(data), 0, len(data), "")


def _disposition(name: str) -> str:
    return f'Content-Disposition: form-data; name="{_quoted(name)}"'


def _quoted(text: str) -> str:
    """As browsers write names in a form: no name can end the quotes or the header line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode(errors="replace").decode()


@contextmanager
def form(files: Mapping[str, File], fields: Mapping[str, str], progress: Progress | None = None) -> Iterator[Body]:
    """Make the body of a form with file and text parts (RFC 7578); the files are open within the context.

    A pipe is copied to a temporary file first, as its length is not known. What the caller opened stays open.
    """
    with ExitStack() as stack:
        opened = {name: stack.enter_context(_opened(file)) for name, file in files.items()}
        boundary = secrets.token_hex(16)  # chance keeps it out of the files
        parts: list[Part] = []
        for name, text in fields.items():
            parts.append(_fixed(f"--{boundary}\r\n{_disposition(name)}\r\n\r\n{text}\r\n"))
        for name, file in opened.items():
            head = f'--{boundary}\r\n{_disposition(name)}; filename="{_quoted(file.name)}"\r\n\r\n'
            parts += [_fixed(head), file, _fixed("\r\n")]
        parts.append(_fixed(f"--{boundary}--\r\n"))
        yield Body(parts, f"multipart/form-data; boundary={boundary}", progress)


@contextmanager
def _opened(file: File) -> Iterator[Part]:
    if isinstance(file, bytes):
        yield Part(io.BytesIO(file), 0, len(file), "audio")
    elif isinstance(file, (str, os.PathLike)):
        with Path(file).open("rb") as stream, _measured(stream, Path(file).name) as part:
            yield part
    elif hasattr(file, "read"):
        name = getattr(file, "name", None)
        with _measured(file, Path(name).name if isinstance(name, str) else "audio") as part:
            yield part
    else:
        raise TypeError(f"A file is a path, bytes or a binary file object, not {type(file).__name__}.")


@contextmanager
def _measured(stream: IO[bytes], name: str) -> Iterator[Part]:
    if isinstance(stream.read(0), str):
        raise TypeError(f'{name} is open as text; open it in binary mode, "rb".')
    if stream.seekable():
        if _is_device(stream):
            raise ValueError(f"{name} is a device, which has no size; save what it gives to a file first.")
        start = stream.tell()
        end = stream.seek(0, os.SEEK_END)
        yield Part(stream, start, max(end - start, 0), name)
        return
    with tempfile.TemporaryFile() as spool:
        size = 0
        while piece := stream.read(PIECE):
            size += spool.write(piece)
            if size > SPOOL_LIMIT:
                raise ValueError(f"{name} is a pipe of more than {SPOOL_LIMIT} bytes; save it to a file first.")
        yield Part(spool, 0, size, name)


def _is_device(stream: IO[bytes]) -> bool:
    """Tell whether it is a character device, as /dev/zero, which lets itself be sought but has no end."""
    try:
        return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError):
        return False  # no file of the system's

"""Streamed request bodies, with a known length and in constant memory; a body can be sent again.

The argument `files=` of `requests` reads a whole file into memory (627 MB for a file of 300 MB).
"""

from __future__ import annotations

import io
import math
import os
import selectors
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

from msgspec import Struct, json

File: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes]
"""A file to upload: a path, bytes, or a binary file object, which is sent from its position to its end."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes of the request body sent so far and in all; begins again when the body is sent again."""

CHUNK_BYTES = 1 << 18
MAX_SPOOL_BYTES = 2 << 30
"""The most bytes of a pipe that are copied to disk. Chosen: four times the vendor's default upload limit of 500 MB."""


class Part(Struct, frozen=True):
    """`size` bytes of `stream` from position `start` on; `name` is the file name in the form and in messages."""

    stream: IO[bytes]
    start: int
    size: int
    name: str


class FileFailed(Exception):
    """The caller's file or progress callback failed while a body was sent; `Body.failure` is the exception."""


class Body:
    """The parts of a request body in their order; `requests` streams it, since it can be iterated and has a length."""

    def __init__(self, parts: Sequence[Part], content_type: str, progress: Progress | None = None) -> None:
        self.content_type = content_type
        self.started = False
        """Whether any byte was passed on for sending since `rewind`; the appliance may then have started a task."""
        self.failure: Exception | None = None
        """The exception of the file or of the progress callback. Iteration raises FileFailed instead: urllib3 takes an
        OSError for an error of the network, and a BrokenPipeError for an early response."""
        self._parts = parts
        self._progress = progress
        self._length = sum(part.size for part in parts)

    def __len__(self) -> int:
        return self._length

    def rewind(self) -> None:
        """Go back to the beginning, before each attempt to send the body."""
        self.started = False
        self.failure = None
        for part in self._parts:
            part.stream.seek(part.start)

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        try:
            for part in self._parts:
                for chunk in _chunks(part):
                    self.started = True
                    yield chunk
                    sent += len(chunk)
                    if self._progress is not None:
                        self._progress(sent, self._length)
        except Exception as failure:
            self.failure = failure
            raise FileFailed from failure


def _chunks(part: Part) -> Iterator[bytes]:
    left = part.size
    while left:
        chunk = _read(part.stream, min(CHUNK_BYTES, left), part.name)
        if not chunk:
            raise OSError(f"{part.name} became shorter during the upload: {left} of {part.size} bytes are missing.")
        left -= len(chunk)
        yield chunk


def json_body(value: Mapping[str, Any]) -> Body:
    """Return the body with this value as JSON; if it has floats, call `check_numbers` first."""
    return Body([_fixed(json.encode(value))], "application/json")


def check_numbers(value: Any) -> None:
    """Raise ValueError for NaN or an infinity anywhere in `value`: the encoder would write null."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"A number in JSON must be finite, got {value!r}.")
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    for member in members:
        if not isinstance(member, str):
            check_numbers(member)


def _fixed(text: str | bytes) -> Part:
    data = text.encode() if isinstance(text, str) else text
    return Part(io.BytesIO(data), 0, len(data), "")


@contextmanager
def form(files: Mapping[str, File], fields: Mapping[str, str], progress: Progress | None = None) -> Iterator[Body]:
    """Return a form body with file and text parts (RFC 7578); the files are open within the context.

    A pipe has no known length, so it is first copied to a temporary file. File objects of the caller stay open.
    """
    with ExitStack() as stack:
        opened = {name: stack.enter_context(_opened(file)) for name, file in files.items()}
        boundary = os.urandom(16).hex()  # random, so that no file contains it
        parts: list[Part] = []
        for name, text in fields.items():
            parts.append(_fixed(f"--{boundary}\r\n{_disposition(name)}\r\n\r\n{text}\r\n"))
        for name, file in opened.items():
            head = f'--{boundary}\r\n{_disposition(name)}; filename="{_quoted(file.name)}"\r\n\r\n'
            parts += [_fixed(head), file, _fixed("\r\n")]
        parts.append(_fixed(f"--{boundary}--\r\n"))
        yield Body(parts, f"multipart/form-data; boundary={boundary}", progress)


def _disposition(name: str) -> str:
    return f'Content-Disposition: form-data; name="{_quoted(name)}"'


def _quoted(text: str) -> str:
    """Return the name escaped as browsers do it in a form: no character of it ends the quotes or the header line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode(errors="replace").decode()


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
        raise TypeError(f"A file must be a path, bytes or a binary file object, got {type(file).__name__}.")


@contextmanager
def _measured(stream: IO[bytes], name: str) -> Iterator[Part]:
    if isinstance(stream.read(0), str):
        raise TypeError(f'{name} must be open in binary mode ("rb"), but it is open as text.')
    if hasattr(stream, "seekable") and stream.seekable():
        if _is_device(stream):
            raise ValueError(f"{name} must have a size, but it is a device; save its data to a file first.")
        start = stream.tell()
        end = stream.seek(0, os.SEEK_END)
        yield Part(stream, start, max(end - start, 0), name)
        return
    with tempfile.TemporaryFile() as spool:
        size = 0
        while chunk := _read(stream, CHUNK_BYTES, name):
            size += spool.write(chunk)
            if size > MAX_SPOOL_BYTES:
                raise ValueError(
                    f"{name} must have at most {MAX_SPOOL_BYTES} bytes, as it is a pipe; save it to a file first."
                )
        yield Part(spool, 0, size, name)


def _read(stream: IO[bytes], size: int, name: str) -> bytes:
    """Return the next bytes, or no bytes at the end of the file; wait for the data of a non-blocking stream."""
    read: Callable[[int], bytes | None] = stream.read
    while (chunk := read(size)) is None:  # nothing to read yet, which is not the end
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(stream, selectors.EVENT_READ)
                selector.select()
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{name} must be a blocking stream, or one that can be waited for: read() returned None, and {error}."
            ) from None
    return chunk


def _is_device(stream: IO[bytes]) -> bool:
    """Return whether the stream is a character device like /dev/zero, which is seekable but has no end."""
    try:
        return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError):
        return False  # not a file of the operating system

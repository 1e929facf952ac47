"""Files that only grow line by line: opened, locked, appended to, and read without an incomplete last line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LINE_BEGINNINGS = (b'{"options":', b'{"path":')
"""How the lines of both files begin; the incomplete line of a killed process is the beginning of one."""


class JournalError(OSError):
    """The output or the journal could not be written. The batch ends; the lines that were written stay."""


def opened(path: Path) -> IO[bytes]:
    """Return the file, opened to be read and appended to; ValueError if it is not a regular one."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError(f"The output of a batch with a journal must be a regular file, and {path} is not.")
        return path.open("ab+", buffering=0)
    except OSError as error:
        raise JournalError(error.errno, error.strerror, str(path)) from error


def lock_file(file: IO[bytes], path: Path) -> None:
    """Lock the file for this call; ValueError, which names the output `path`, if another call has locked it."""
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"{path} is being written by another run; wait for its end.") from None


def append(file: IO[bytes], data: bytes) -> None:
    """Append the data as a whole, or not at all; JournalError if it cannot be written."""
    end = file.seek(0, os.SEEK_END)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        with contextlib.suppress(OSError):
            file.truncate(end)
        raise JournalError(error.errno, error.strerror, file.name) from error


def whole_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of the file with their offsets; truncate the incomplete line of a killed process at the end.

    ValueError if the last line is incomplete and not the beginning of a line of a batch: the file is another one.
    """
    offset = 0
    with Path(file.name).open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                if not any(line.startswith(begin[: len(line)]) for begin in LINE_BEGINNINGS):
                    raise ValueError(f"The last line of {file.name} is not one of a batch; use another output.")
                file.truncate(offset)
                return
            yield offset, line
            offset += len(line)

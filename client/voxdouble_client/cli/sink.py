"""Where a command's output goes: stdout, or a file that is not touched before there is something to put in it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import IO

import click


class Sink:
    """A writable stream to `path`, or to stdout where that is `-`.

    A file is written beside its place and renamed at the end, so what stood there before is whole until then; what is
    no regular file (a pipe, a device) is written as it is.
    """

    def __init__(self, path: str) -> None:
        self._path = path if path == "-" else os.path.realpath(path)  # a link stays one
        self._stream: IO[bytes] | None = None
        self._beside: Path | None = None

    def write(self, data: bytes) -> int:
        """Write at once; the file beside is made with the first write."""
        if self._stream is None:
            self._stream = self._opened()
        self._stream.write(data)
        self._stream.flush()
        return len(data)

    def close(self, *, keep: bool) -> None:
        """Put the file in its place, or leave what is there where it is not worth keeping."""
        if self._stream is None or self._path == "-":
            return
        self._stream.close()
        if self._beside is None:
            return
        if not keep:
            self._beside.unlink()
            return
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(self._path, self._beside)
        self._beside.replace(self._path)

    def _opened(self) -> IO[bytes]:
        if self._path == "-":
            return sys.stdout.buffer
        place = Path(self._path)
        if place.exists() and not place.is_file():
            return place.open("wb")
        self._beside = place.with_name(f".{place.name[:200]}.{secrets.token_hex(4)}")
        return self._beside.open("xb")


def checked_place(_: click.Context, __: click.Parameter, path: str) -> str:
    """See that a file can be made there, without touching it."""
    folder = Path(os.path.realpath(path)).parent
    if path != "-" and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)) and not _special(path):
        raise click.BadParameter(f"no file can be made in {str(folder)!r}.")
    return path


def _special(path: str) -> bool:
    return Path(path).exists() and not Path(path).is_file()

"""The output stream of a command: stdout, or a file that is not touched before there is something to write."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import IO

import click


class OutputFile:
    """A writable stream to `path`, or to stdout if that is `-`.

    A regular file is written under a temporary name beside `path` and renamed at the end, so that what was there stays
    whole until then; a pipe or a device is written directly.
    """

    def __init__(self, path: str) -> None:
        self._path = path if path == "-" else os.path.realpath(path)  # a link stays a link
        self._stream: IO[bytes] | None = None
        self._temporary: Path | None = None

    def write(self, data: bytes) -> int:
        """Write at once, without buffering; the first write creates the temporary file, and an OSError deletes it."""
        try:
            if self._stream is None:
                self._stream = self._opened()
            self._stream.write(data)
            self._stream.flush()
        except OSError:
            self._delete_temporary()
            raise
        return len(data)

    def close(self, *, keep: bool) -> None:
        """Rename the temporary file to `path`, or delete it if it is not to be kept, or after an OSError."""
        if self._stream is None or self._path == "-":
            return
        try:
            self._stream.close()
            if keep and self._temporary is not None:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copymode(self._path, self._temporary)
                self._temporary.replace(self._path)
        finally:
            self._delete_temporary()

    def _delete_temporary(self) -> None:
        """Delete the temporary file if it is still there. Its stream may hold data that cannot be written."""
        if self._temporary is None:
            return
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.close()
        self._temporary.unlink(missing_ok=True)

    def _opened(self) -> IO[bytes]:
        if self._path == "-":
            return sys.stdout.buffer
        path = Path(self._path)
        if _is_special(self._path):
            return path.open("wb")
        self._temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
        return self._temporary.open("xb")


def writable_path(_: click.Context, __: click.Parameter, path: str) -> str:
    """Return the path of an option; BadParameter if no file can be created there. Nothing is touched."""
    folder = Path(os.path.realpath(path)).parent
    if path != "-" and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)) and not _is_special(path):
        raise click.BadParameter(f"a file must be writable in its folder, but {str(folder)!r} does not allow it.")
    return path


def _is_special(path: str) -> bool:
    return Path(path).exists() and not Path(path).is_file()

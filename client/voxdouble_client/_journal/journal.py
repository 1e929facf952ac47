"""The two files of a batch: its output, which grows line by line, and beside it the journal of starts.

A run only appends to both, usually one line by one write. A killed process leaves whole lines, and at most one torn
line at the end. The next run first removes the torn line. From the output it also removes the lines of recordings that
it tries again. The journal is locked during the run, except on Windows.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from msgspec import Struct
from msgspec.json import Decoder, encode

from voxdouble_client._http.urls import BaseUrl
from voxdouble_client._journal.files import JournalError, append, lock_file, opened, whole_lines
from voxdouble_client._journal.lines import Identity, Line, Recording, line_in

SUFFIX = ".journal"
"""The suffix of the journal, after the name of the output."""

LEAVE_SECONDS = 2.0
"""Chosen: the longest wait of an interrupted run for the 202 of its starts.

The next run repeats the starts whose 202 was not received.
"""


class Abandoned(JournalError):
    """The caller has left the batch; raised in the threads of its recordings."""


class _Entry(Struct, omit_defaults=True):
    """One line of the journal: the options and the appliance of the batch, a start before it is sent, or a task's URL.

    `appliance` is the base URL; a journal of an earlier version has none.
    """

    options: dict[str, Any] | None = None
    path: str = ""
    size: int | None = None
    mtime_ns: int | None = None
    url: str | None = None
    appliance: str | None = None


_entries = Decoder(_Entry)


class Journal:
    """The output and the journal of one batch. Threads share them; a second call is refused, except on Windows.

    `path` is the output, `appliance` and `options` are the base URL and the query of its requests. ValueError if the
    files were begun with other options or on another appliance.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        appliance: BaseUrl,
        options: Mapping[str, Any],
        recordings: Sequence[Recording],
    ) -> None:
        self._path = Path(os.path.realpath(path))
        self._lock = threading.Condition()
        self._starting = 0
        self._abandoned = False
        self._kept: dict[Identity, tuple[int, int]] = {}  # offset and length of each line that stays
        self._urls: dict[Identity, str | None] = {}
        self._starts = opened(self._path.with_name(self._path.name + SUFFIX))
        try:
            lock_file(self._starts, self._path)
            begun = self._read_starts(appliance, dict(options))
            self._output = opened(self._path)
            try:
                self._read_output(recordings)
                if not begun:
                    append(self._starts, encode(_Entry(dict(options), appliance=str(appliance))) + b"\n")
            except BaseException:
                self._output.close()
                raise
        except BaseException:
            self._starts.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files, after at most two seconds for the 202 of starts under way.

        The next run waits for the tasks that were started.
        """
        with self._lock:
            self._abandoned = True
            self._lock.wait_for(lambda: not self._starting, LEAVE_SECONDS)
            self._output.close()
            self._starts.close()

    def is_finished(self, recording: Recording) -> bool:
        """Return whether the recording has its final line."""
        return recording.identity in self._kept

    def line(self, recording: Recording) -> Line:
        """Return the line of a finished recording."""
        offset, length = self._kept[recording.identity]
        with self._path.open("rb") as output:
            output.seek(offset)
            return line_in(output.read(length))

    def task_url(self, recording: Recording) -> str | None:
        """Return the URL of the unfinished task of the recording, or None if no such task is known."""
        return self._urls.get(recording.identity)

    def starting(self, recording: Recording) -> None:
        """Record that the start is about to be sent; `started` must follow."""
        with self._lock:
            self._check_open()
            append(self._starts, encode(_Entry(None, *recording.identity)) + b"\n")
            self._starting += 1

    def started(self, recording: Recording, url: str | None) -> None:
        """Record the URL of the task that was started; None if the start failed."""
        with self._lock:
            self._starting -= 1
            self._lock.notify_all()
            if url is not None and not self._starts.closed:
                append(self._starts, encode(_Entry(None, *recording.identity, url)) + b"\n")

    def finish(self, line: bytes) -> None:
        """Append the line of a recording to the output."""
        with self._lock:
            self._check_open()
            append(self._output, line)

    def _check_open(self) -> None:
        if self._abandoned:
            raise Abandoned("The caller has left the batch.")

    def _read_starts(self, appliance: BaseUrl, options: dict[str, Any]) -> bool:
        """Read the journal; return False if it is empty. The batch is checked before an incomplete line is removed."""
        begun = False
        for _, line in whole_lines(self._starts):
            entry = self._entry(line)
            if begun:
                self._urls[entry.path, entry.size, entry.mtime_ns] = entry.url
            else:
                self._check_batch(entry, appliance, options)
                begun = True
        return begun

    def _entry(self, line: bytes) -> _Entry:
        try:
            return _entries.decode(line)
        except ValueError:
            raise ValueError(f"{self._starts.name} must be the journal of a batch, and is another file.") from None

    def _check_batch(self, begun: _Entry, appliance: BaseUrl, options: dict[str, Any]) -> None:
        if begun.appliance is not None and not appliance.is_same(begun.appliance):
            raise ValueError(
                f"{self._path} was begun on the appliance {begun.appliance}, and cannot go on with {appliance}; use"
                f" another output for another appliance. If it is the same appliance and only its URL has changed,"
                f" replace the old URL in {self._starts.name} by the new one."
            )
        if begun.options != options:
            raise ValueError(
                f"{self._path} was begun with the options {begun.options}, and cannot go on with {options}; use"
                f" the same options, or another output."
            )

    def _read_output(self, recordings: Sequence[Recording]) -> None:
        """Index the lines; remove those of `recordings` that have changed, or are tried again."""
        wanted = {recording.path: recording.identity for recording in recordings}
        complete = True
        for number, (position, data) in enumerate(whole_lines(self._output), 1):
            try:
                line = line_in(data)
            except ValueError as error:
                raise ValueError(
                    f"Line {number} of {self._path} is not one of a batch ({error}); remove it, or use another output."
                ) from None
            if line.identity in self._kept or not self._stays(line, wanted.get(line.path)):
                complete = False
                continue
            self._kept[line.identity] = position, len(data)
        if not complete:
            self._replace_output()

    def _stays(self, line: Line, wanted: Identity | None) -> bool:
        if wanted is None:
            return True  # the recording is not in this call, so nothing would replace the line
        if line.final:
            return line.identity == wanted
        if line.answered:
            self._urls.pop(line.identity, None)  # that task has ended
        elif line.url is not None:
            # The URL in the journal has priority: the user may have corrected it there.
            self._urls.setdefault(line.identity, line.url)
        return False

    def _replace_output(self) -> None:
        """Replace the output by a new file with the lines that stay."""
        temporary = self._path.with_name(f".{self._path.name[:200]}.{secrets.token_hex(4)}")
        kept: dict[Identity, tuple[int, int]] = {}
        try:
            with self._path.open("rb") as old, temporary.open("xb") as copy:
                for identity, (offset, length) in self._kept.items():
                    old.seek(offset)
                    kept[identity] = copy.tell(), length
                    copy.write(old.read(length))
                copy.flush()
                os.fsync(copy.fileno())
            temporary.chmod(self._path.stat().st_mode & 0o7777)
            self._output.close()
            temporary.replace(self._path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise JournalError(error.errno, error.strerror, str(self._path)) from error
        self._kept = kept
        self._output = opened(self._path)

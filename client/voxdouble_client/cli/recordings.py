"""The recordings of a command: files, folders, and lists of files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from voxdouble_client._journal.lines import Recording, recording_of
from voxdouble_client.cli.inputs import check_stdin, in_utf8

EXTENSIONS = (".flac", ".mp3", ".oga", ".ogg", ".opus", ".wav")
"""The suffixes of recordings in a folder, in upper or lower case."""


def recordings_in(paths: Sequence[str]) -> list[Recording]:
    """Return the recordings: the files among the paths and those below the folders, named by their path in the folder.

    UsageError if two different files have one name, a file is not a regular file, or a folder has no recording.
    """
    found = [recording for path in paths for recording in _recordings_at(path)]
    files: dict[str, str] = {}
    for recording in found:
        if (other := files.setdefault(recording.path, recording.file)) != recording.file:
            raise click.UsageError(
                f"Every recording must have a path of its own, and {recording.path} is that of {other} and of"
                f" {recording.file}; write them to two outputs."
            )
    return list({recording.path: recording for recording in found}.values())


def listed_files(list_file: str | None, others: Sequence[str]) -> list[str]:
    """Return the paths in a list of files, one on each line; an empty list without `list_file`.

    UsageError if the list is empty or not text, or if there is neither a list nor another file.
    """
    if list_file is None:
        if not others:
            raise click.UsageError("At least one FILE or FOLDER is needed, or --files-from.")
        return []
    check_stdin([list_file, *others])
    with click.open_file(list_file, "rb") as stream:
        try:
            text = os.fsdecode(in_utf8(list_file, stream.read()))
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    paths = [line for line in text.replace("\r\n", "\n").split("\n") if line]
    if not paths:
        raise click.UsageError(f"{list_file} must list files, one a line, and is empty.")
    return paths


def expanded(paths: Sequence[str]) -> list[str]:
    """Return the paths, with each folder replaced by the recordings below it."""
    return [file for path in paths for file in (_files_below(path) if _is_folder(path) else [path])]


def _recordings_at(path: str) -> list[Recording]:
    try:
        if not _is_folder(path):
            return [recording_of(path)]
        return [recording_of(file, os.path.relpath(file, path)) for file in _files_below(path)]
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _is_folder(path: str) -> bool:
    return path != "-" and Path(path).is_dir()


def _files_below(folder: str) -> list[str]:
    """Return the recordings below a folder, sorted; links to folders are not followed."""
    files = list(_walk(folder))
    if not files:
        raise click.UsageError(f"{folder} must hold recordings ({', '.join(EXTENSIONS)}), and holds no such file.")
    return files


def _walk(folder: str) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=fail):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(EXTENSIONS):
                yield os.path.join(place, name)  # noqa: PTH118  a path as the user gave it

"""What commands read: stdin, and files of voiceprints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import IO

import click

from voxdouble_client.cli.voiceprint_files import INPUT_LIMIT, read_voiceprints


def check_stdin(files: Sequence[str]) -> None:
    """Refuse to read stdin twice."""
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read once only; - stands there twice.")
    if "-" in files and sys.stdin is None:
        raise click.UsageError("stdin is closed, so there is nothing to read for -.")


def stdin() -> IO[bytes]:
    """Give stdin without its buffer, whose lock would break the interpreter's end if a thread still reads then."""
    buffered = sys.stdin.buffer
    raw: IO[bytes] = getattr(buffered, "raw", buffered)
    return raw


def voiceprints_in(files: Sequence[str]) -> list[str]:
    """Read the voiceprints of all files, in their order; UsageError where one cannot be read."""
    check_stdin(files)
    try:
        return [
            voiceprint
            for file in files
            for voiceprint in read_voiceprints(file, _content(file), partial(click.echo, err=True))
        ]
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _content(file: str) -> bytes:
    with click.open_file(file, "rb") as stream:
        data: bytes = stream.read(INPUT_LIMIT + 1)
    if len(data) > INPUT_LIMIT:
        raise ValueError(f"{file} is larger than {INPUT_LIMIT} bytes.")
    return data

"""The command `voxdouble fixtures`: lists or copies the bundled recordings."""

import os
from pathlib import Path

import click

import voxdouble_fixtures
from voxdouble_mock.options import unknown_name


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
@click.argument("names", nargs=-1, metavar="[NAME...]")
def fixtures(folder: Path | None, names: tuple[str, ...]) -> None:
    """List the bundled recordings, or copy all or the named ones to DIR. DIR is created if it is missing.

    An existing file is kept, unless it is an interrupted copy: the beginning of the bundled file.
    """
    if folder is None:
        for recording in voxdouble_fixtures.recordings():
            click.echo(f"{recording.file}\t{recording.seconds:.2f} s\t{describe(recording)}")
        return
    known = [recording.file for recording in voxdouble_fixtures.recordings()]
    for name in names:
        if name not in known:
            raise click.UsageError(unknown_name("recording", name, known))
    for name in names or known:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            copied = copy(name, folder / name)
        except OSError as error:
            raise click.ClickException(f"{name} cannot be copied to {folder}: {error.strerror}.") from error
        if copied:
            click.echo(folder / name)
        else:
            click.echo(f"Kept the existing {folder / name}.", err=True)


def copy(name: str, target: Path) -> bool:
    """Copy a recording; return False if the target is another file, or complete already, and is kept.

    The bytes are written under a temporary name, so that no other process sees an incomplete recording.
    """
    content = voxdouble_fixtures.path(name).read_bytes()
    if target.exists() and not is_beginning(target, content):
        return False
    written = target.with_name(f".{name}.{os.getpid()}")
    try:
        written.write_bytes(content)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)
    return True


def is_beginning(file: Path, content: bytes) -> bool:
    """Return whether a file holds a part of some bytes, from their first on, and not all of them."""
    if not file.is_file() or file.stat().st_size >= len(content):
        return False
    return content.startswith(file.read_bytes())


def describe(recording: voxdouble_fixtures.Recording) -> str:
    """Return the speakers of a recording, or why its task ends rejected."""
    if recording.rejected:
        return f"ends rejected: {recording.rejected}"
    return ", ".join(recording.speakers) or "no speech"

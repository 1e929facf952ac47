"""The command `voxdouble fixtures`: lists or copies the bundled recordings."""

import shutil
from pathlib import Path

import click

import voxdouble_fixtures


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
def fixtures(folder: Path | None) -> None:
    """List the bundled recordings, or copy them to DIR, which is created if it is missing. Existing files are kept."""
    if folder is None:
        for recording in voxdouble_fixtures.recordings():
            click.echo(f"{recording.file}\t{recording.seconds:.2f} s\t{describe(recording)}")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy_to(folder)
    except OSError as error:
        raise click.ClickException(f"The recordings cannot be copied to {folder}: {error.strerror}.") from error


def copy_to(folder: Path) -> None:
    """Copy all recordings to a folder, and keep existing files."""
    for recording in voxdouble_fixtures.recordings():
        target = folder / recording.file
        if target.exists():
            click.echo(f"Kept the existing {target}.", err=True)
        else:
            shutil.copyfile(voxdouble_fixtures.path(recording.file), target)
            click.echo(target)


def describe(recording: voxdouble_fixtures.Recording) -> str:
    """Return the speakers of a recording, or why its task ends rejected."""
    if recording.rejected:
        return f"ends rejected: {recording.rejected}"
    return ", ".join(recording.speakers) or "no speech"

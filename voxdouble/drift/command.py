"""The command `voxdouble drift`: the changes between two reports of `verify`, or two packs of `capture`."""

import json
import sys
from pathlib import Path

import click

from voxdouble.drift.drift import Drift, DriftError
from voxdouble.drift.packs import drift_of_packs
from voxdouble.drift.page import page
from voxdouble.drift.reports import FILE, drift_of_reports
from voxdouble.drift.text import summary
from voxdouble_mock.packs.facts import HEADER

CHANGED = 1
"""Exit status if something has changed; times alone do not count."""


@click.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with a plot of the times.")
def drift(old: Path, new: Path, *, as_json: bool, html: Path | None) -> None:
    """Print the changes from OLD to NEW: two reports of `verify --report`, or two packs of `capture`.

    A report is the folder or its conformance.json. Exit status 0: no change; 1: changes; the times to the states are
    shown, and do not count. 2: usage, or OLD or NEW is neither a report nor a pack.
    """
    try:
        found = drift_of(old, new)
    except DriftError as error:
        raise click.UsageError(str(error)) from None
    if html is not None:
        try:
            html.write_text(page(found), encoding="utf-8", errors="replace")
        except OSError as error:
            raise click.ClickException(f"{html} cannot be written: {error.strerror or error}.") from None
    click.echo(json.dumps(found.as_json(), indent=1) if as_json else summary(found))
    sys.exit(CHANGED if found.changes else 0)


def drift_of(old: Path, new: Path) -> Drift:
    """Return the drift between two reports, or two packs. Raises DriftError for anything else."""
    are_packs = [(one / HEADER).is_file() for one in (old, new)]
    if all(are_packs):
        return drift_of_packs(old, new)
    if any(are_packs):
        pack = old if are_packs[0] else new
        raise DriftError(f"OLD and NEW must both be packs, or both be reports; only {pack} is a pack.")
    return drift_of_reports(*(one / FILE if one.is_dir() else one for one in (old, new)))

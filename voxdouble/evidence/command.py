"""The command `voxdouble evidence`: what the record of an appliance shows about the contract."""

from collections import Counter
from pathlib import Path

import click

from voxdouble.evidence.record import RecordError
from voxdouble.verify_input import check_extra
from voxdouble_mock.packs.writing import write_whole


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def evidence(folder: Path) -> None:
    """Write evidence.toml into DIR, a record of `verify --record`: what an appliance shows about each statement.

    It names statement, version, date and the digest of the exchanges, and the change of the contract where a statement
    does not hold. Only the record of an appliance is evidence. Exit status 2: usage, or another kind of record.
    """
    check_extra()
    from voxdouble.evidence.evidence import FILE, evidence_of, evidence_text

    try:
        found = evidence_of(folder)
        write_whole(folder / FILE, evidence_text(found).encode())
    except RecordError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{folder / FILE} cannot be written: {error.strerror or error}.") from None
    counts = Counter(entry["verdict"] for entry in found.values())
    shown = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("passed", "failed", "differs"))
    click.echo(f"{folder / FILE}: {len(found)} statements: {shown}.")
    for key, entry in found.items():
        if "change" in entry:
            click.echo(f"  {entry['verdict']}: {key}: {entry['reason']}")
    if any("change" in entry for entry in found.values()):
        click.echo(f"The change of the contract that each of these would mean is in {FILE}.")

"""The command `voxdouble capture`: records what an appliance answers to recordings, in a pack that mocks replay."""

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import msgspec

from voxdouble.capture_headers import HeaderNotes
from voxdouble.capture_run import Budget, BudgetUsed, Capture, Kept
from voxdouble.capture_subject import Recording, probe, recordings_of
from voxdouble_client import ApplianceClient, ApplianceError, Exchange
from voxdouble_mock.packs.facts import FACTS, HEADER, Header
from voxdouble_mock.packs.pack import Pack, PackError, header_text, read_header, write_whole

GENERATIONS = ("auto", "e1", "e2", "e3", "e4")
INCOMPLETE = 1
"""Exit status if the budget was used up or the appliance failed before all facts were recorded."""


@click.command()
@click.argument("url")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="PACK",
    help="Folder of the pack; it is created if it is missing.",
)
@click.option("--token", envvar="APPLIANCE_TOKEN", show_envvar=True, help="Bearer token to send; it is never kept.")
@click.option("--ca", type=click.Path(exists=True), help="Certificates to trust instead of the usual ones.")
@click.option("--with-results", is_flag=True, help="Keep voiceprints, vectors, scores and ages: BIOMETRIC DATA.")
@click.option("--with-names", is_flag=True, help="Keep the names of the files, not their digests only.")
@click.option("--with-audio", is_flag=True, help="Copy the recordings into the pack.")
@click.option(
    "--kind",
    type=click.Choice(["appliance", "mock", "example"]),
    help="Kind of the pack.  [default: mock if URL is a mock of this project, else appliance]",
)
@click.option(
    "--generation",
    type=click.Choice(GENERATIONS),
    default="auto",
    show_default=True,
    help="Generation of the interface; found out by requests by default.",
)
@click.option("--max-tasks", type=click.IntRange(1), default=2000, show_default=True, help="Tasks at most in this run.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for each task.")
def capture(url: str, files: tuple[Path, ...], output: Path, **options: Any) -> None:
    """Record in the folder PACK what the appliance at URL answers to recordings; `serve --pack PACK` replays it.

    A run that was ended goes on where it was: finished facts are not asked for again. Exit status 1: not all facts are
    recorded yet; 2: usage, or URL is a mock and --kind is appliance.
    """
    token, ca, timeout = options["token"] or None, options["ca"], options["timeout"]
    locations: list[bool] = []
    headers = HeaderNotes()

    def note(exchange: Exchange) -> None:
        headers.note(exchange)
        if exchange.status == 202:
            locations.append("location" in exchange.response_headers)

    try:
        with ApplianceClient(url, token=token, ca=ca, timeout=timeout, on_exchange=note) as client:
            recordings = recordings_of(files)
            subject = probe(url, token, ca)
            if subject.mock and options["kind"] == "appliance":
                raise click.UsageError("URL is a mock, and its answers must not be called real: leave out --kind.")
            kind = options["kind"] or ("mock" if subject.mock else "appliance")
            kept = Kept(
                results=options["with_results"],
                names=options["with_names"],
                audio=options["with_audio"],
                secrets=tuple(one for one in (token, url.rstrip("/")) if one),
            )
            announce(kind, kept, recordings, output)
            run = Capture(client, output, recordings, kept, Budget(options["max_tasks"]))
            generation = options["generation"]
            if generation == "auto":
                generation = known_generation(output) or run.find_generation(locations)
            prepare(output, kind, subject.version, generation, kept)
            try:
                run.record(generation)
            finally:
                headers.write(output)
    except BudgetUsed as error:
        click.echo(f"{error} Run the command again to go on.", err=True)
        raise click.exceptions.Exit(INCOMPLETE) from None
    except ApplianceError as error:
        click.echo(f"The capture is not complete: {error} Run the command again to go on.", err=True)
        raise click.exceptions.Exit(INCOMPLETE) from None
    except (PackError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"{output}: {len(Pack(output).entries)} facts, generation {generation}, kind {kind}.")
    sys.exit(INCOMPLETE if run.failed else 0)


def announce(kind: str, kept: Kept, recordings: list[Recording], output: Path) -> None:
    """Print on stderr, before anything is recorded, the contents that the pack will have."""
    told = [
        f"The pack {output} (kind {kind}) will hold facts about {len(recordings)} recordings:",
        "technologies, states and their times, members, errors, lengths and digests;",
        "voiceprints, vectors, scores, genders, ages;" if kept.results else "voice data as lengths and digests only;",
        "the names of the files;" if kept.names else "no names of files;",
        "copies of the recordings." if kept.audio else "no recordings.",
    ]
    click.echo(" ".join(told), err=True)
    if kept.results or kept.audio:
        click.echo("WARNING: this pack holds biometric data. Share it as you would share the recordings.", err=True)


def known_generation(output: Path) -> str | None:
    """Return the generation of a pack that an earlier run began; None without one."""
    return read_header(output).generation if (output / HEADER).exists() else None


def prepare(output: Path, kind: str, told_version: str, generation: str, kept: Kept) -> None:
    """Make the folder and the header of the pack; raise PackError if it is another kind of pack already."""
    if not (output / HEADER).exists() and output.exists() and any(output.iterdir()):
        raise PackError(f"PACK must be a new or empty folder, or a pack; {output} holds other files.")
    (output / FACTS).mkdir(parents=True, exist_ok=True)
    header = msgspec.convert(
        {
            "format": 1,
            "kind": kind,
            "version": told_version,
            "generation": generation,
            "date": datetime.now(UTC).date().isoformat(),
            "tool": f"voxdouble {version('voxdouble')}",
            "results": kept.results,
        },
        Header,
    )
    if (output / HEADER).exists():
        earlier = read_header(output)
        for name in ("kind", "version", "generation", "results"):
            old, new = getattr(earlier, name), getattr(header, name)
            if old != new:
                found = f"it has the {name} {old!r}, and this capture {new!r}"
                raise PackError(f"The pack {output} cannot be continued, since {found}: take another folder.")
        return
    write_whole(output / HEADER, header_text(header).encode())

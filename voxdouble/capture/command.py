"""The command `voxdouble capture`: records what an appliance answers to recordings, in a pack that mocks replay."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import msgspec
from requests.utils import get_environ_proxies

from voxdouble.capture.budget import Budget, BudgetUsed
from voxdouble.capture.headers import HeaderNotes
from voxdouble.capture.privacy import cleaner_for
from voxdouble.capture.run import Capture, KeptData
from voxdouble.capture.sources import Recording, probe, recordings_of
from voxdouble.capture.technologies import RecordingRequest, also_request
from voxdouble.resends import Resends
from voxdouble.target_checks import check_is_appliance, open_session
from voxdouble_client import ApplianceClient, ApplianceError, Exchange
from voxdouble_client.cli.options import foreign_location_option
from voxdouble_client.cli.run import option_hint
from voxdouble_mock.packs.facts import FACTS, HEADER, Header, PackError
from voxdouble_mock.packs.pack import Pack, read_header
from voxdouble_mock.packs.writing import check_own, header_text, write_whole

GENERATIONS = ("auto", "e1", "e2", "e3", "e4")
INCOMPLETE = 1
"""Exit status if a fact is missing: the budget was used up, a recording changed, or the appliance refused or failed."""


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
@foreign_location_option
@click.option("--with-results", is_flag=True, help="Keep voiceprints, vectors, scores and ages: BIOMETRIC DATA.")
@click.option("--with-names", is_flag=True, help="Keep the names of the files, not their digests only.")
@click.option("--with-audio", is_flag=True, help="Copy the recordings into the pack.")
@click.option(
    "--also",
    metavar="TECHNOLOGY[?QUERY]",
    multiple=True,
    help="Another technology of recordings, such as speech-to-text?language=en; may be repeated.",
)
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
@click.option("--max-uploads", type=click.IntRange(0), default=1000, show_default=True, help="Uploads at most.")
@click.option(
    "--max-audio", type=click.FloatRange(0), default=36000.0, show_default=True, help="Seconds of audio at most."
)
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for each task.")
def capture(url: str, files: tuple[Path, ...], output: Path, **options: Any) -> None:
    """Record in the folder PACK what the appliance at URL answers to recordings; `serve --pack PACK` replays it.

    A run that was ended goes on where it was: finished facts are not asked for again. Exit status 1: not all facts are
    recorded; 2: usage, or URL cannot be reached, is not the base URL of an appliance, or is a mock and --kind is
    appliance.
    """
    token, ca = options["token"] or None, options["ca"]
    options["also"] = [also_request(one) for one in options["also"]]
    locations: list[bool] = []
    headers = HeaderNotes()
    budget = Budget(options["max_tasks"], options["max_uploads"], options["max_audio"])
    resends = Resends(budget.take_again)

    def note(exchange: Exchange) -> None:
        headers.note(exchange)
        resends.note(exchange)
        if exchange.status == 202:
            locations.append("location" in exchange.response_headers)

    try:
        with ApplianceClient(
            url,
            token=token,
            ca=ca,
            timeout=options["timeout"],
            foreign_location=options["foreign_location"],
            on_exchange=note,
            sleep=resends.sleep,
        ) as client:
            run = Capture(
                client,
                output,
                recordings_of(files),
                kept=KeptData(
                    results=options["with_results"], names=options["with_names"], audio=options["with_audio"]
                ),
                budget=budget,
                cleaner=cleaner_for(url, token),
            )
            header = begin(run, url, output, options, locations)
            try:
                run.record(header.generation, options["also"])
            except ValueError as error:  # of a recording or an answer: the usage was right
                click.echo(f"The capture is not complete: {error}", err=True)
                raise click.exceptions.Exit(INCOMPLETE) from None
            finally:
                headers.write(output)
    except BudgetUsed as error:
        click.echo(f"{error} Run the command again to go on.", err=True)
        raise click.exceptions.Exit(INCOMPLETE) from None
    except ApplianceError as error:
        hint = option_hint(error)
        click.echo(f"The capture is not complete: {error}{hint} Run the command again to go on.", err=True)
        raise click.exceptions.Exit(INCOMPLETE) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error}.") from None
    pack = Pack(output)
    click.echo(f"{output}: {len(pack.entries)} facts, generation {header.generation}, kind {header.kind}.")
    if run.missing:
        click.echo(f"{run.missing} facts are missing, see above.", err=True)
    if not pack.entries:
        click.echo("A pack must have a fact; the appliance serves none of the technologies, see above.", err=True)
    sys.exit(INCOMPLETE if run.missing or not pack.entries else 0)


def begin(run: Capture, url: str, output: Path, options: dict[str, Any], locations: list[bool]) -> Header:
    """Announce the contents of the pack, make its folder and its header, and return the header."""
    # Through a proxy of the environment, if the client too uses one.
    with open_session(options["token"], options["ca"], get_environ_proxies(url)) as session:
        check_is_appliance(session, url.rstrip("/"))
        appliance = probe(session, url)
    if appliance.mock and options["kind"] == "appliance":
        raise click.UsageError("URL is a mock, and its responses must not be called real: leave out --kind.")
    kind = options["kind"] or ("mock" if appliance.mock else "appliance")
    announce(kind, run, options["also"], output)
    check_own(output)
    properties = {
        "kind": kind,
        "version": run.cleaner.clean(appliance.version),
        "results": run.kept.results,
    }
    check_continued(output, properties)  # before a task is started
    generation = options["generation"]
    if generation == "auto":
        generation = run.find_generation(locations)
    check_continued(output, {"generation": generation})
    header = msgspec.convert(
        {
            "format": 1,
            **properties,
            "generation": generation,
            "date": datetime.now(UTC).date().isoformat(),
            "tool": f"voxdouble {version('voxdouble')}",
        },
        Header,
    )
    prepare(output, header)
    return header


def announce(kind: str, run: Capture, also: Sequence[RecordingRequest], output: Path) -> None:
    """Print on stderr, before anything is recorded, the contents that the pack will have."""
    kept, recordings = run.kept, run.recordings
    others = "".join(f", {one.technology}" for one in also)
    told = [
        f"The pack {output} (kind {kind}) will hold facts about {shown(recordings)}{others and ' with' + others[1:]}:",
        "technologies, states and their times, members, errors, lengths and digests;",
        "voiceprints, vectors, scores, genders, ages;" if kept.results else "voice data as lengths, digests and types;",
        "the names of the files;" if kept.names else "no names of files;",
        "copies of the recordings." if kept.audio else "no recordings.",
    ]
    click.echo(" ".join(told), err=True)
    if kept.results or kept.audio:
        click.echo("WARNING: this pack holds biometric data. Share it as you would share the recordings.", err=True)


def shown(recordings: Sequence[Recording]) -> str:
    """Return the number and the length of recordings."""
    seconds = sum(one.audio_seconds or 0.0 for one in recordings)
    number = "1 recording" if len(recordings) == 1 else f"{len(recordings)} recordings"
    return f"{number} ({seconds:.0f} s of audio over all channels)"


def check_continued(output: Path, properties: Mapping[str, object]) -> None:
    """Raise PackError if the folder has other files, or a pack whose header differs from one of these properties."""
    if not (output / HEADER).exists():
        if output.exists() and any(output.iterdir()):
            raise PackError(f"PACK must be a new or empty folder, or a pack; {output} holds other files.")
        return
    earlier = read_header(output)
    for name, new in properties.items():
        old = getattr(earlier, name)
        if old != new:
            found = f"it has the {name} {old!r}, and this capture {new!r}"
            if name == "results":
                found = f"it was made {'with' if old else 'without'} --with-results"
            raise PackError(f"The pack {output} cannot be continued, since {found}: take another folder.")


def prepare(output: Path, header: Header) -> None:
    """Make the folder and the header of the pack, unless an earlier run did."""
    (output / FACTS).mkdir(parents=True, exist_ok=True)
    if not (output / HEADER).exists():
        write_whole(output / HEADER, header_text(header).encode())

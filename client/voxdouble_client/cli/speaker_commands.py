"""The commands `compare`, `merge`, `gender` and `age`, in the manner of `cli` and with its exit codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from voxdouble_client._http.body import File
from voxdouble_client._task import TaskHandle
from voxdouble_client.cli.commands import (
    INPUT,
    Settings,
    appliance_options,
    channel_options,
    of_texts,
    output_option,
)
from voxdouble_client.cli.inputs import check_stdin, stdin, voiceprints_in
from voxdouble_client.cli.outputs import is_array
from voxdouble_client.cli.run import Job, Report
from voxdouble_client.cli.sink import checked_place

SECONDS = click.FloatRange(min=0)

Start = Callable[..., TaskHandle[Any]]

voiceprints_option = click.option(
    "--voiceprints",
    "of_voiceprints",
    is_flag=True,
    help="The files hold voiceprints, as `convert` reads them; all of them make one task.",
)
answer_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    callback=checked_place,
    default="-",
    help="Write here instead of on stdout.",
)
speech_option = click.option("--max-speech-length", type=SECONDS, help="Judge by so many seconds of speech at most.")


@click.command()
@click.argument("voiceprints_a", type=INPUT)
@click.argument("voiceprints_b", type=INPUT)
@output_option
@appliance_options(url_required=True)
def compare(settings: Settings, voiceprints_a: str, voiceprints_b: str, output: str) -> None:
    """Score each voiceprint of one file with each of another, in one task; - is stdin.

    The scores stand row by row: a row for each voiceprint of VOICEPRINTS_B, a column for each of VOICEPRINTS_A. The
    files are such as `convert` reads. A file named .npy gets the scores as one array of rows and columns.
    """
    check_stdin([voiceprints_a, voiceprints_b])
    columns, rows = voiceprints_in([voiceprints_a]), voiceprints_in([voiceprints_b])
    client = settings.client()
    start = partial(client.start_voiceprint_comparison, columns, rows, timeout=settings.timeout)
    settings.run([of_texts("compare", start)], output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@answer_option
@appliance_options(url_required=True)
def merge(settings: Settings, files: tuple[str, ...], output: str) -> None:
    """Merge at least two voiceprints of one speaker into one; - is stdin.

    The files are such as `convert` reads, and what comes out can be read by it, by `compare` and by `merge` again.
    """
    _no_array(output)
    voiceprints = voiceprints_in(files)
    client = settings.client()
    start = partial(client.start_voiceprint_merging, voiceprints, timeout=settings.timeout)
    settings.run([of_texts("merge", start)], output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@voiceprints_option
@channel_options
@click.option("--range-from", type=SECONDS, help="Hear the recording from this second on.")
@click.option("--range-to", type=SECONDS, help="Hear the recording up to this second.")
@speech_option
@answer_option
@appliance_options(url_required=True)
def gender(settings: Settings, files: tuple[str, ...], *, of_voiceprints: bool, output: str, **asked: Any) -> None:
    """Identify the gender of speakers from recordings, or from voiceprints; - is stdin.

    One recording gives one JSON object, as the appliance answers it; several give one a line, in their order.
    """
    _no_array(output)
    client = settings.client()
    if of_voiceprints:
        jobs = _of_voiceprints("gender", client.start_gender_identification_of_voiceprints, files, asked, settings)
    else:
        jobs = _of_recordings(client.start_gender_identification, files, asked, settings)
    settings.run(jobs, output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@voiceprints_option
@channel_options
@speech_option
@answer_option
@appliance_options(url_required=True)
def age(settings: Settings, files: tuple[str, ...], *, of_voiceprints: bool, output: str, **asked: Any) -> None:
    """Estimate the age of speakers from recordings, or from voiceprints; - is stdin.

    One recording gives one JSON object, as the appliance answers it; several give one a line, in their order.
    """
    _no_array(output)
    client = settings.client()
    if of_voiceprints:
        jobs = _of_voiceprints("age", client.start_age_estimation_of_voiceprints, files, asked, settings)
    else:
        jobs = _of_recordings(client.start_age_estimation, files, asked, settings)
    settings.run(jobs, output)


def _of_recordings(start: Start, files: Sequence[str], asked: dict[str, Any], settings: Settings) -> list[Job]:
    check_stdin(files)

    def begin(file: str, report: Report) -> TaskHandle[Any]:
        source: File = stdin() if file == "-" else file
        return start(source, timeout=settings.timeout, progress=lambda sent, total: report(0.9 * sent / total), **asked)

    return [Job(file, partial(begin, file)) for file in files]


def _of_voiceprints(
    name: str, start: Start, files: Sequence[str], asked: dict[str, Any], settings: Settings
) -> list[Job]:
    if any(value not in (None, []) for value in asked.values()):
        raise click.UsageError("Channels, ranges and lengths are for recordings; a voiceprint is judged as it is.")
    voiceprints = voiceprints_in(files)
    return [of_texts(name, partial(start, voiceprints, timeout=settings.timeout))]


def _no_array(output: str) -> None:
    if is_array(output):
        raise click.UsageError("A .npy file is for vectors and scores; name another file.")

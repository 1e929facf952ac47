"""The commands: data on stdout, messages for people on stderr.

Exit codes: 0 done; 1 a task failed or was rejected, the appliance refused, or an unexpected error; 2 usage; 3 not
reached; 4 timeout, the task goes on; 5 the appliance broke its contract; 130, 143 or 129 interrupted by a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

import click

from voxdouble_client._errors import ApplianceError
from voxdouble_client._http.wire import printable
from voxdouble_client._models import FINAL_STATES
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import MAX_VOICEPRINTS
from voxdouble_client._technologies.voiceprint_extraction import extract_recordings, query
from voxdouble_client.cli.batch import run_batch
from voxdouble_client.cli.inputs import check_stdin, voiceprints_in
from voxdouble_client.cli.jobs import Job, job_of_voiceprints, jobs_of_recordings
from voxdouble_client.cli.options import (
    INPUT,
    INPUT_OR_FOLDER,
    ApplianceOptions,
    appliance_options,
    array_output_option,
    channel_options,
    concurrency_option,
    json_output_option,
    plot_option,
    score_output_option,
    skip_silent_option,
    speech_options,
    voiceprints_option,
)
from voxdouble_client.cli.outputs import is_array
from voxdouble_client.cli.recordings import expanded, listed_files, recordings_in
from voxdouble_client.cli.run import REFUSED, SUCCESS, exit_code
from voxdouble_client.cli.waveform_picture import picture_of


@click.command()
@click.argument("files", nargs=-1, type=INPUT_OR_FOLDER, metavar="FILE|FOLDER...")
@click.option("--files-from", type=INPUT, help="Extract the files and folders in this list as well, one a line.")
@click.option("--vector", "include_vector_voiceprint", is_flag=True, help="Request the vectors as well.")
@click.option(
    "--resume",
    is_flag=True,
    help="Write a line for each recording as it ends; go on after an earlier run on the same appliance; needs -o.",
)
@concurrency_option
@skip_silent_option
@channel_options
@array_output_option
@plot_option
@appliance_options(url_required=True)
def extract(
    options: ApplianceOptions,
    *,
    files: tuple[str, ...],
    files_from: str | None,
    concurrency: int,
    skip_silent: bool,
    include_vector_voiceprint: bool,
    resume: bool,
    output: str,
    plot: str | None,
    **channels: Any,
) -> None:
    """Extract the voiceprints of recordings; - is stdin.

    A folder stands for the .flac, .mp3, .oga, .ogg, .opus and .wav files in it and below it. One file gives one JSON
    object, as the appliance sends it; several give one a line, in their order. With --resume a line has the path of the
    recording below the folder, its size and time, its task, and the answer or the error.

    --plot needs the extra `plot`. It marks speech as the mock finds it, since an appliance tells its length only.
    """
    paths = [*files, *listed_files(files_from, files)]
    if resume:
        if plot is not None:
            raise click.UsageError("--plot is for a few recordings; it cannot be used with --resume.")
        if skip_silent:
            raise click.UsageError("--skip-silent is for `convert`, which makes vectors of the lines.")
        _resume(
            options, paths, output, concurrency, query(include_vector_voiceprint=include_vector_voiceprint, **channels)
        )
    if is_array(output) and not include_vector_voiceprint:
        raise click.UsageError("A .npy or .npz file is for vectors; request them with --vector.")
    start = partial(
        options.client().start_voiceprint_extraction,
        include_vector_voiceprint=include_vector_voiceprint,
        timeout=options.timeout,
        **channels,
    )
    recordings = expanded(paths)
    options.run(
        jobs_of_recordings(start, recordings),
        output,
        concurrency=concurrency,
        skip_silent=skip_silent,
        vectors=include_vector_voiceprint,
        picture=picture_of(recordings, plot),
    )


def _resume(
    options: ApplianceOptions, files: Sequence[str], output: str, concurrency: int, chosen: dict[str, str | bool]
) -> NoReturn:
    if output == "-" or is_array(output):
        raise click.UsageError("--resume needs -o with a file for JSON lines; `convert` makes vectors of it.")
    if "-" in files:
        raise click.UsageError("--resume needs files that it can find again, and - is stdin.")
    recordings = recordings_in(files)
    outcomes = extract_recordings(options.client(), recordings, chosen, output, concurrency=concurrency, ordered=False)
    raise click.exceptions.Exit(run_batch(outcomes, len(recordings), vectors="include_vector_voiceprint" in chosen))


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@skip_silent_option
@array_output_option
@appliance_options(url_required=True)
def convert(options: ApplianceOptions, *, files: tuple[str, ...], skip_silent: bool, output: str) -> None:
    """Convert voiceprints to vectors, in one task; - is stdin.

    A file is JSON as `extract` writes it, one object or several lines, or a voiceprint in Base64 text.
    """
    voiceprints = voiceprints_in(files)
    if len(voiceprints.texts) > MAX_VOICEPRINTS:
        raise click.UsageError(
            f"One conversion takes 1 to {MAX_VOICEPRINTS} voiceprints, got {len(voiceprints.texts)}."
        )
    start = partial(options.client().start_voiceprint_conversion, voiceprints.texts, timeout=options.timeout)
    options.run([job_of_voiceprints("convert", start, voiceprints.names)], output, skip_silent=skip_silent)


@click.command()
@click.argument("voiceprints_a", type=INPUT)
@click.argument("voiceprints_b", type=INPUT)
@score_output_option
@appliance_options(url_required=True)
def compare(options: ApplianceOptions, voiceprints_a: str, voiceprints_b: str, output: str) -> None:
    """Score each voiceprint of one file with each of another, in one task; - is stdin.

    The scores come row by row: a row for each voiceprint of VOICEPRINTS_B, a column for each of VOICEPRINTS_A. The
    files are those that `convert` reads. A .npy file gets the scores as one array of rows and columns; a .png or .svg
    file a picture of them, with names, for which the extra `plot` is needed.
    """
    check_stdin([voiceprints_a, voiceprints_b])
    columns, rows = voiceprints_in([voiceprints_a]), voiceprints_in([voiceprints_b])
    start = partial(options.client().start_voiceprint_comparison, columns.texts, rows.texts, timeout=options.timeout)
    options.run([job_of_voiceprints("compare", start, rows.names, columns.names)], output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@json_output_option
@appliance_options(url_required=True)
def merge(options: ApplianceOptions, files: tuple[str, ...], output: str) -> None:
    """Merge at least two voiceprints of one speaker into one; - is stdin.

    The files are those that `convert` reads. All commands that take voiceprints can read the output.
    """
    start = partial(options.client().start_voiceprint_merging, voiceprints_in(files).texts, timeout=options.timeout)
    options.run([job_of_voiceprints("merge", start)], output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@voiceprints_option
@channel_options
@speech_options
@json_output_option
@appliance_options(url_required=True)
def gender(
    options: ApplianceOptions, files: tuple[str, ...], *, of_voiceprints: bool, output: str, **parameters: Any
) -> None:
    """Identify the gender of speakers from recordings, or from voiceprints; - is stdin.

    One recording gives one JSON object, as the appliance sends it; several give one a line, in their order.
    """
    client = options.client()
    if of_voiceprints:
        start = client.start_gender_identification_of_voiceprints
        jobs = _one_job_of_voiceprints("gender", start, files, parameters, options)
    else:
        jobs = jobs_of_recordings(
            partial(client.start_gender_identification, timeout=options.timeout, **parameters), files
        )
    options.run(jobs, output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@voiceprints_option
@channel_options
@speech_options
@json_output_option
@appliance_options(url_required=True)
def age(
    options: ApplianceOptions, files: tuple[str, ...], *, of_voiceprints: bool, output: str, **parameters: Any
) -> None:
    """Estimate the age of speakers from recordings, or from voiceprints; - is stdin.

    One recording gives one JSON object, as the appliance sends it; several give one a line, in their order.
    """
    client = options.client()
    if of_voiceprints:
        jobs = _one_job_of_voiceprints("age", client.start_age_estimation_of_voiceprints, files, parameters, options)
    else:
        jobs = jobs_of_recordings(partial(client.start_age_estimation, timeout=options.timeout, **parameters), files)
    options.run(jobs, output)


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="TASK_URL...")
@array_output_option
@appliance_options(url_required=False)
def wait(options: ApplianceOptions, urls: tuple[str, ...], output: str) -> None:
    """Wait for tasks that were started before; the output is that of `extract`."""
    options.run([Job(url, partial(lambda handle, _: handle, options.task(url)), [url]) for url in urls], output)


@click.command()
@click.argument("task_url")
@appliance_options(url_required=False)
def state(options: ApplianceOptions, task_url: str) -> None:
    """Print a task's state, as one word; exit code 1 if the task failed or was rejected."""
    try:
        name = options.task(task_url).state()
    except ApplianceError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(exit_code(error)) from None
    click.echo(printable(name))
    raise click.exceptions.Exit(REFUSED if name in FINAL_STATES - {"done"} else SUCCESS)


def _one_job_of_voiceprints(
    name: str,
    start: Callable[..., TaskHandle[Any]],
    files: tuple[str, ...],
    parameters: dict[str, Any],
    options: ApplianceOptions,
) -> list[Job]:
    if any(value not in (None, []) for value in parameters.values()):
        raise click.UsageError("The options for channels, ranges and lengths are for recordings, not for voiceprints.")
    return [job_of_voiceprints(name, partial(start, voiceprints_in(files).texts, timeout=options.timeout))]

"""The commands `extract`, `convert`, `wait` and `state`: data on stdout, all that is for people on stderr.

Exit codes: 0 done; 1 a task failed or was rejected, or the appliance refused; 2 usage; 3 unreachable; 4 out of time
with the task still running; 5 the appliance broke its contract; 130 interrupted.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NoReturn

import click

from voxdouble_client._arguments import MOST_VOICEPRINTS
from voxdouble_client._client import ApplianceClient
from voxdouble_client._errors import ApplianceError, ContractError
from voxdouble_client._http.body import File
from voxdouble_client._http.urls import task_path
from voxdouble_client._http.wire import printable
from voxdouble_client._models import FINAL_STATES
from voxdouble_client._task import TaskHandle
from voxdouble_client.cli.inputs import check_stdin, stdin, voiceprints_in
from voxdouble_client.cli.outputs import is_array, output_for
from voxdouble_client.cli.run import INTERRUPTED, REFUSED, SUCCESS, Job, Report, Run, exit_code, give_up_stdout
from voxdouble_client.cli.sink import checked_place

INPUT = click.Path(exists=True, dir_okay=False, allow_dash=True)


@dataclass(frozen=True)
class Settings:
    """The options that all commands share."""

    url: str | None
    token: str | None
    ca: str | None
    timeout: float

    def client(self, url: str | None = None) -> ApplianceClient:
        """Make the client of the appliance, which is at `url` where no option names it."""
        try:
            return ApplianceClient(self.url or url or "", token=self.token, ca=self.ca, timeout=self.timeout)
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def task(self, url: str) -> TaskHandle[Any]:
        """Take up a task; where no option names the appliance, the task's own URL does."""
        parts = task_path(url)
        if parts is None or not (self.url or parts[0]):
            raise click.UsageError(f"{url!r} is not the whole URL of a task.")
        try:
            return self.client(parts[0]).task(url)
        except (ContractError, ValueError):
            raise click.UsageError(f"The task {url!r} is not on the appliance {self.url or parts[0]}.") from None

    def run(self, jobs: Sequence[Job], output: str) -> NoReturn:
        """Run the jobs, write what comes of them, and end with the exit code."""
        token = ["--token", "TOKEN"] if self.token else []
        run = Run(self.timeout, [*(["--ca", self.ca] if self.ca else []), *token])
        run.do(jobs, output_for(output, several=len(jobs) > 1))
        raise click.exceptions.Exit(run.code)


def appliance_options(*, url_required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the shared options, as its first argument."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--url", envvar="APPLIANCE_URL", required=url_required, show_envvar=True, help="The appliance.")
        @click.option("--token", envvar="APPLIANCE_TOKEN", show_envvar=True, help="Sent as a bearer token.")
        @click.option("--ca", type=click.Path(exists=True), help="Certificates to trust instead of the usual ones.")
        @click.option(
            "--timeout",
            type=float,
            default=3600.0,
            show_default=True,
            help="Seconds for each task, from its start to its end.",
        )
        @functools.wraps(command)
        def call(url: str | None, token: str | None, ca: str | None, timeout: float, **others: Any) -> None:
            logging.basicConfig(format="%(message)s")  # on stderr: that a request is tried again
            logging.getLogger("urllib3").setLevel(logging.ERROR)  # what it warns of is an error of ours soon after
            try:
                command(Settings(url or None, token or None, ca, timeout), **others)
            except KeyboardInterrupt:
                click.echo("Interrupted.", err=True)
                raise click.exceptions.Exit(INTERRUPTED) from None
            except OSError as error:  # the caller's own file, or stdout
                give_up_stdout()
                raise click.UsageError(f"{error}.") from None

        return call

    return decorate


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    callback=checked_place,
    default="-",
    help="Write here instead of on stdout; a file named .npy gets the vectors or scores as one array.",
)


def channel_numbers(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    """Read a list like 0,1."""
    try:
        numbers = [int(number) for number in value.split(",") if value]
    except ValueError:
        numbers = [-1]
    if any(number < 0 for number in numbers):
        raise click.BadParameter(f"{value!r} is no list of channels like 0,1.")
    return numbers


def channel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command on recordings the options that choose their channels."""
    mode = click.option("--channel-mode", type=click.Choice(["split", "mix"]), help="One result a channel, or of all.")
    some = click.option(
        "--channels", default="", callback=channel_numbers, help="Some channels only, counted from 0, like 0,1."
    )
    return mode(some(command))


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@click.option("--vector", is_flag=True, help="Ask for the vectors too.")
@channel_options
@output_option
@appliance_options(url_required=True)
def extract(
    settings: Settings,
    *,
    files: tuple[str, ...],
    vector: bool,
    channel_mode: Literal["split", "mix"] | None,
    channels: list[int],
    output: str,
) -> None:
    """Extract the voiceprints of recordings; - is stdin.

    One file gives one JSON object, as the appliance answers it; several give one a line, in their order.
    """
    check_stdin(files)
    if is_array(output) and not vector:
        raise click.UsageError("A .npy file is for vectors; ask for them with --vector.")
    client = settings.client()

    def start(file: str, report: Report) -> TaskHandle[Any]:
        source: File = stdin() if file == "-" else file
        return client.start_voiceprint_extraction(
            source,
            include_vector_voiceprint=vector,
            channel_mode=channel_mode,
            channels=channels,
            timeout=settings.timeout,
            progress=lambda sent, total: report(0.9 * sent / total),
        )

    settings.run([Job(file, partial(start, file)) for file in files], output)


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT)
@output_option
@appliance_options(url_required=True)
def convert(settings: Settings, files: tuple[str, ...], output: str) -> None:
    """Convert voiceprints to vectors, in one task; - is stdin.

    A file is JSON as `extract` writes it, one object or several lines, or a voiceprint in Base64 text.
    """
    voiceprints = voiceprints_in(files)
    if not 0 < len(voiceprints) <= MOST_VOICEPRINTS:
        raise click.UsageError(f"One conversion takes 1 to {MOST_VOICEPRINTS} voiceprints, not {len(voiceprints)}.")
    client = settings.client()
    start = partial(client.start_voiceprint_conversion, voiceprints, timeout=settings.timeout)
    settings.run([of_texts("convert", start, rows=len(voiceprints))], output)


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="TASK_URL...")
@output_option
@appliance_options(url_required=False)
def wait(settings: Settings, urls: tuple[str, ...], output: str) -> None:
    """Wait for tasks that were started before, and give their answers as `extract` does."""
    jobs = [Job(url, partial(lambda handle, _: handle, settings.task(url))) for url in urls]
    settings.run(jobs, output)


@click.command()
@click.argument("task_url")
@appliance_options(url_required=False)
def state(settings: Settings, task_url: str) -> None:
    """Tell the state of a task, in one word; exit code 1 if it ended badly."""
    try:
        name = settings.task(task_url).state()
    except ApplianceError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(exit_code(error)) from None
    click.echo(printable(name))
    raise click.exceptions.Exit(REFUSED if name in FINAL_STATES - {"done"} else SUCCESS)


def of_texts(name: str, start: Callable[[], TaskHandle[Any]], rows: int = 0) -> Job:
    """Make the job of a task that is made of texts; they are sent in one go."""

    def begin(report: Report) -> TaskHandle[Any]:
        report(0.0)
        return start()

    return Job(name, begin, rows)

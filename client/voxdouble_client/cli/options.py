"""The options that commands share."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from voxdouble_client._client import ApplianceClient
from voxdouble_client._errors import ContractError
from voxdouble_client._http.urls import ForeignLocation, task_url_parts
from voxdouble_client._task import TaskHandle
from voxdouble_client.cli.jobs import Job
from voxdouble_client.cli.output_file import writable_path
from voxdouble_client.cli.outputs import BothOutputs, Output, is_array, output_for
from voxdouble_client.cli.pictures import SUFFIXES, check_can_draw, is_picture
from voxdouble_client.cli.run import Run, abandon_stdout, option_hint
from voxdouble_client.cli.signals import interrupt_code, signals_interrupt

INPUT = click.Path(exists=True, dir_okay=False, allow_dash=True)
INPUT_OR_FOLDER = click.Path(exists=True, allow_dash=True)
SECONDS = click.FloatRange(min=0)

foreign_location_option = click.option(
    "--foreign-location",
    type=click.Choice(["refuse", "rebase"]),
    default="refuse",
    show_default=True,
    help="If the URL of a task has another origin: fail, or take its path to the appliance.",
)
"""The option of every command that polls tasks."""


@dataclass(frozen=True)
class ApplianceOptions:
    """The options that name the appliance, and the clients, handles and runs that use them."""

    url: str | None
    token: str | None
    ca: str | None
    timeout: float
    foreign_location: ForeignLocation

    def client(self, url: str | None = None) -> ApplianceClient:
        """Return the client of the appliance; `url` is used if no option names the appliance."""
        try:
            return ApplianceClient(
                self.url or url or "",
                token=self.token,
                ca=self.ca,
                timeout=self.timeout,
                foreign_location=self.foreign_location,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def task(self, url: str) -> TaskHandle[Any]:
        """Return the handle of a task; without an option its URL names the appliance too."""
        parts = task_url_parts(url)
        if parts is None or not (self.url or parts.base):
            raise click.UsageError(f"The argument must be the complete URL of a task, got {url!r}.")
        try:
            return self.client(parts.base).task(url)
        except (ContractError, ValueError) as error:
            raise click.UsageError(
                f"The task must be on the appliance {self.url or parts.base}, got {url!r}.{option_hint(error)}"
            ) from None

    def run(
        self,
        jobs: Sequence[Job],
        output: str,
        *,
        concurrency: int = 4,
        skip_silent: bool = False,
        vectors: bool = False,
        picture: Output | None = None,
    ) -> NoReturn:
        """Run the jobs, write the output, and exit with the code of the run.

        `vectors` is True if vectors were requested: a result without them is then reported. `picture` is a second
        output, or None.
        """
        resume_options = [*(["--ca", self.ca] if self.ca else []), *(["--token", "TOKEN"] if self.token else [])]
        if self.foreign_location == "rebase":
            resume_options += ["--url", self.url or "", "--foreign-location", "rebase"]
        run = Run(self.timeout, resume_options, concurrency)
        chosen = output_for(output, several=len(jobs) > 1, skip_silent=skip_silent, vectors=vectors)
        run.run(jobs, chosen if picture is None else BothOutputs(chosen, picture))
        raise click.exceptions.Exit(run.code)


def appliance_options(*, url_required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator that gives a command its ApplianceOptions as the first argument."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(
            "--url", envvar="APPLIANCE_URL", required=url_required, show_envvar=True, help="URL of the appliance."
        )
        @click.option("--token", envvar="APPLIANCE_TOKEN", show_envvar=True, help="Bearer token to send.")
        @click.option("--ca", type=click.Path(exists=True), help="Certificates to trust instead of the usual ones.")
        @click.option(
            "--timeout",
            type=float,
            default=3600.0,
            show_default=True,
            help="Seconds for each task, from its start to its end.",
        )
        @foreign_location_option
        @functools.wraps(command)
        def call(
            url: str | None,
            token: str | None,
            ca: str | None,
            timeout: float,
            foreign_location: ForeignLocation,
            **others: Any,
        ) -> None:
            logging.basicConfig(format="%(message)s")  # to stderr: warnings about retries
            # The client raises an error or logs a retry for each warning of urllib3.
            logging.getLogger("urllib3").setLevel(logging.ERROR)
            try:
                with signals_interrupt():
                    command(ApplianceOptions(url or None, token or None, ca, timeout, foreign_location), **others)
            except KeyboardInterrupt as interrupt:
                click.echo("Interrupted.", err=True)
                raise click.exceptions.Exit(interrupt_code(interrupt)) from None
            except OSError as error:  # the user's own file, or stdout
                abandon_stdout()
                raise click.UsageError(f"{error}.") from None

        return call

    return decorate


def _json_path(context: click.Context, parameter: click.Parameter, path: str) -> str:
    if is_array(path):
        raise click.BadParameter("a .npy or .npz file is for vectors and scores, which this command does not return.")
    return _array_path(context, parameter, path)


def _array_path(context: click.Context, parameter: click.Parameter, path: str) -> str:
    if is_picture(path):
        raise click.BadParameter("a .png or .svg file is for the scores of `compare`.")
    return writable_path(context, parameter, path)


def _score_path(context: click.Context, parameter: click.Parameter, path: str) -> str:
    if is_picture(path):
        check_can_draw()
    return writable_path(context, parameter, path)


def _picture_path(context: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    if path is None:
        return None
    if not is_picture(path):
        raise click.BadParameter(f"the name of a picture must end in {' or '.join(SUFFIXES)}, got {path!r}.")
    check_can_draw()
    return writable_path(context, parameter, path)


def _output_option(
    check: Callable[[click.Context, click.Parameter, str], str], text: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, writable=True, allow_dash=True),
        callback=check,
        default="-",
        help=text,
    )


ARRAYS = (
    "Write to this file instead of stdout; a .npy file gets the vectors or scores as one array,"
    " a .npz file their names as well."
)
array_output_option = _output_option(_array_path, ARRAYS)
score_output_option = _output_option(_score_path, f"{ARRAYS} A .png or .svg file gets a picture of the scores.")
json_output_option = _output_option(_json_path, "Write to this file instead of stdout.")


def channel_numbers(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    """Return the numbers in a list like 0,1."""
    try:
        numbers = [int(number) for number in value.split(",") if value]
    except ValueError:
        numbers = [-1]
    if any(number < 0 for number in numbers):
        raise click.BadParameter(f"the value must be a list of channels like 0,1, got {value!r}.")
    return numbers


def channel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that choose channels to a command for recordings."""
    mode = click.option(
        "--channel-mode", type=click.Choice(["split", "mix"]), help="One result for each channel, or one for all."
    )
    some = click.option(
        "--channels", default="", callback=channel_numbers, help="Only these channels, counted from 0, like 0,1."
    )
    return mode(some(command))


concurrency_option = click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many recordings are extracted at a time.",
)
skip_silent_option = click.option(
    "--skip-silent", is_flag=True, help="Leave rows without speech out of a .npy or .npz file."
)
voiceprints_option = click.option(
    "--voiceprints",
    "of_voiceprints",
    is_flag=True,
    help="The files hold voiceprints, as `convert` reads them; all together make one task.",
)


plot_option = click.option(
    "--plot",
    type=click.Path(dir_okay=False, writable=True),
    callback=_picture_path,
    help="Draw the waveforms and the speech in them into this .png or .svg file.",
)


def speech_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that choose a part of each recording and of its speech, in seconds (C23)."""
    begin = click.option("--range-from", type=SECONDS, help="Use the recording from this second on.")
    end = click.option("--range-to", type=SECONDS, help="Use the recording up to this second.")
    most = click.option("--max-speech-length", type=SECONDS, help="Use at most this many seconds of speech.")
    return begin(end(most(command)))

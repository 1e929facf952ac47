"""`voxdouble verify`: the contract suite, and the calls of our own client, against one target."""

import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from voxdouble.evidence.record import KINDS
from voxdouble.evidence.record_writer import RecordWriter, kind_of
from voxdouble.report_folder import check_folder
from voxdouble.suite_process import run_suite
from voxdouble.target_checks import CANNOT_RUN, base_url, check_target
from voxdouble.verify_input import budget_options, check_against, check_extra, check_only, check_profile
from voxdouble_client._http.urls import ForeignLocation
from voxdouble_client.cli.options import foreign_location_option
from voxdouble_mock.packs.library import folder_of

if TYPE_CHECKING:
    from voxdouble_contract.judging.conformance import ClientCheck, Conformance

SECONDS, MOST_SECONDS = 240.0, 600.0
"""The time for the whole command, and the most that a slow target gets."""
QUICK_RESPONSE = 0.1
"""The seconds of a response above which the target gets more time, in proportion."""
SUITE_SHARE, KILL_SHARE, CLIENT_SHARE = 0.6, 0.75, 0.17
"""Parts of the time: for the requests of the suite, until the suite is killed, and for the checks of the client."""


@dataclass(frozen=True)
class RunTime:
    """The time for the whole command, in seconds, and the instant at which it began."""

    began: float
    seconds: float

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self.began + self.seconds - time.monotonic()


@click.command()
@click.argument("target")
@click.option("--report", type=click.Path(path_type=Path), help="Folder for the reports.")
@click.option("--strict", is_flag=True, help="Count a statement that differs as failed (always so for `mock`).")
@click.option("--expect", type=click.Choice(["mock", "appliance"]), help="Fail if TARGET is of the other kind.")
@click.option(
    "--generation",
    type=click.Choice(["auto", "e1", "e2", "e3", "e4"]),
    default="auto",
    show_default=True,
    help="Generation of the interface; found out by requests by default.",
)
@click.option("--only", metavar="ID", multiple=True, help="Check only this statement, such as S20; may be repeated.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    help="Seconds for the whole command [default: 240, and up to 600 for a target that answers slowly].",
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates to trust instead of the usual ones.",
)
@foreign_location_option
@click.option(
    "--profile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with known limits of the appliance.",
)
@click.option(
    "--record",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the exchanges of each statement, without secrets and voice data; replaces an earlier record.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="Kind of the record.  [default: mock if TARGET is a mock of this project, else appliance]",
)
@click.option(
    "--against",
    metavar="PACK",
    help="Judge the mock by the facts of a pack, a folder or `example`, without a network; TARGET is `mock`.",
)
@click.option("--max-uploads", type=click.IntRange(0), default=250, show_default=True, help="Uploads at most.")
@click.option(
    "--max-audio", type=click.FloatRange(0), default=1000.0, show_default=True, help="Seconds of audio at most."
)
@click.option("--max-tasks", type=click.IntRange(0), default=500, show_default=True, help="Tasks at most.")
def verify(
    target: str,
    report: Path | None,
    *,
    strict: bool,
    expect: str | None,
    generation: str,
    only: tuple[str, ...],
    timeout: float | None,
    ca: Path | None,
    foreign_location: ForeignLocation,
    profile: Path | None,
    record: Path | None,
    kind: str | None,
    against: str | None,
    max_uploads: int,
    max_audio: float,
    max_tasks: int,
) -> None:
    """Check the contract on TARGET: `mock`, or the base URL of an appliance.

    The token is read from APPLIANCE_TOKEN. Exit status 0: nothing failed; 1: something did; 2: the suite could not run,
    a check of it crashed, or TARGET is not an appliance, or of the other kind than --expect.
    """
    began = time.monotonic()
    url = base_url(target)
    check_extra()
    if against is not None:
        check_against(target)
        judge_by_pack(against, report)
    from voxdouble.client_checks import COST
    from voxdouble_contract.target.budget import Budget

    if kind and record is None:
        raise click.UsageError("--kind is the kind of a record: give --record DIR too.")
    check_only(only)
    check_profile(profile)
    response_seconds = check_target(url, ca, timeout or SECONDS) if url else 0.0
    if report is not None:
        check_folder(report)
    writer = RecordWriter(record, kind_of(url, ca, kind), url) if record else None
    run_time = RunTime(began, timeout or time_for(response_seconds))
    whole = Budget(max_uploads, max_audio, max_tasks)
    suite = whole.without(COST)
    options = [
        *(["--contract-strict"] if strict or not url else []),
        f"--contract-generation={generation}",
        f"--contract-seconds={run_time.seconds * SUITE_SHARE}",
        *budget_options(suite or whole),
        *([f"--appliance-url={url}"] if url else []),
        *([f"--contract-expect={expect}"] if expect else []),
        *([f"--contract-profile={profile.resolve()}"] if profile else []),
        *([f"--contract-ca={ca.resolve()}"] if ca else []),
        *(f"--contract-only={key}" for key in only),
        *(writer.options if writer else []),
    ]
    seconds = run_time.seconds * KILL_SHARE - (time.monotonic() - began)
    conformance = run_suite(options, url=url, strict=strict or not url, only=only, seconds=seconds)
    if writer:
        writer.keep(conformance)
    if only:
        finish(conformance, report)
    seconds = min(run_time.seconds * CLIENT_SHARE, run_time.left)
    client = check_with_client(url, generation, ca, seconds, foreign_location, allowed=not url or suite is not None)
    finish(replace(conformance, client=client), report)


def judge_by_pack(pack: str, report: Path | None) -> NoReturn:
    """Judge the mock by a pack, a folder or the bundled one, print the result, and exit."""
    from voxdouble.against.run import judged_by_pack

    if report is not None:
        check_folder(report)
    finish(judged_by_pack(folder_of(pack)), report)


def finish(conformance: "Conformance", report: Path | None) -> NoReturn:
    """Print the result, write the reports, and exit; a report that cannot be written does not lose the result."""
    from voxdouble_contract.reports.folder import write_reports
    from voxdouble_contract.reports.github import report_to_github
    from voxdouble_contract.reports.terminal import summary, tracebacks

    for line in [summary(conformance), *report_to_github(conformance, os.environ)]:
        click.echo(line)
    click.echo(tracebacks(conformance), err=True, nl=bool(conformance.crashes))
    status = 0 if conformance.passed else 1 if conformance.failed else CANNOT_RUN
    if report is not None:
        try:
            write_reports(conformance, report)
        except OSError as error:
            click.echo(f"Error: the reports cannot be written to {report}: {error.strerror or error}.", err=True)
            status = status or CANNOT_RUN
    sys.exit(status)


def time_for(response_seconds: float) -> float:
    """Return the seconds for the whole command: more if the target takes long for a response."""
    if response_seconds <= QUICK_RESPONSE:
        return SECONDS
    seconds = min(MOST_SECONDS, SECONDS * response_seconds / QUICK_RESPONSE)
    click.echo(
        f"The target takes {response_seconds:.2f} s for a response, so the run may take {seconds:.0f} s instead of "
        f"{SECONDS:.0f}.",
        err=True,
    )
    return seconds


def check_with_client(
    url: str, generation: str, ca: Path | None, seconds: float, foreign_location: ForeignLocation, *, allowed: bool
) -> "list[ClientCheck]":
    """Return the verdicts on calls of our own client; all are unproven if the budget or the time does not allow it."""
    import pytest

    from voxdouble.client_checks import COST, check_client, names
    from voxdouble.suite_targets import open_targets
    from voxdouble_contract.judging.conformance import UNPROVEN, ClientCheck
    from voxdouble_contract.target.targets import SuiteOptions
    from voxdouble_contract.target.transport import TIME_IS_UP

    reason = "" if seconds > 0 else TIME_IS_UP
    reason = reason if allowed else f"The budget does not allow it: the calls need {COST}."
    if reason:
        return [ClientCheck(name, UNPROVEN, reason) for name in names()]
    click.echo(f"Our own client makes its calls: {COST}.", err=True)
    deadline = time.monotonic() + seconds
    try:
        with open_targets(url, SuiteOptions(generation=generation), ca=ca, deadline=deadline) as targets:
            targets.main.identify()
            return check_client(targets.main, deadline, foreign_location)
    except (pytest.exit.Exception, pytest.skip.Exception) as error:
        return [ClientCheck(name, UNPROVEN, str(error)) for name in names()]

"""`voxdouble verify`: the contract suite against one target, in a process that ignores any pytest configuration."""

import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from voxdouble_contract.judging.conformance import ClientCheck, Conformance
    from voxdouble_contract.target.budget import Budget

EXTRA = ("pytest", "hypothesis", "schemathesis", "jsonschema_rs")
MOCK = "mock"
SUITE_SECONDS = 140
"""How long the suite sends requests."""
RUN_SECONDS = 175
"""When the suite is killed; the whole command, with the checks of the client, has four minutes."""
CANNOT_RUN = 2
"""Exit status if the suite could not run, or a check of it crashed."""
CONNECT_SECONDS = 5.0
CONFIGURING = ("PYTEST_", "SCHEMATHESIS_", "HYPOTHESIS_", "PYTHONWARNINGS")
"""Prefixes of environment variables that could change a verdict."""
PLUGINS = ("_hypothesis_pytestplugin", "schemathesis.pytest.plugin", "voxdouble.pytest_plugin")
SETTINGS = "[pytest]\naddopts = --import-mode=importlib\n"


class CannotRun(click.ClickException):
    """The suite could not run, so there is no verdict on the target."""

    exit_code = CANNOT_RUN


@click.command()
@click.argument("target")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), help="Folder for the reports.")
@click.option("--strict", is_flag=True, help="Count a statement that differs as failed (always so for `mock`).")
@click.option("--expect", type=click.Choice(["mock", "appliance"]), help="Fail if TARGET is of the other kind.")
@click.option(
    "--generation",
    type=click.Choice(["auto", "e1", "e2", "e3", "e4"]),
    default="auto",
    show_default=True,
    help="Generation of the interface; found out by requests by default.",
)
@click.option(
    "--profile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with known limits of the appliance.",
)
@click.option("--max-uploads", type=click.IntRange(0), default=120, show_default=True, help="Uploads at most.")
@click.option(
    "--max-audio", type=click.FloatRange(0), default=600.0, show_default=True, help="Seconds of audio at most."
)
@click.option("--max-tasks", type=click.IntRange(0), default=300, show_default=True, help="Tasks at most.")
def verify(
    target: str,
    report: Path | None,
    *,
    strict: bool,
    expect: str | None,
    generation: str,
    profile: Path | None,
    max_uploads: int,
    max_audio: float,
    max_tasks: int,
) -> None:
    """Check the contract on TARGET: `mock`, or the base URL of an appliance.

    The token is read from APPLIANCE_TOKEN. Exit status 0: nothing failed; 1: something did; 2: the suite could not run,
    a check of it crashed, or TARGET is of the other kind than --expect.
    """
    url = base_url(target)
    check_extra()
    from voxdouble.client_checks import COST
    from voxdouble_contract.reports.folder import write_reports
    from voxdouble_contract.reports.github import report_to_github
    from voxdouble_contract.reports.terminal import summary, tracebacks
    from voxdouble_contract.target.budget import Budget

    if url:
        check_reachable(url)
        check_token(url)
    check_profile(profile)
    if report is not None:
        check_folder(report)
    whole = Budget(max_uploads, max_audio, max_tasks)
    suite = whole.without(COST)
    options = ["--contract-strict"] if strict or not url else []
    options += [
        f"--contract-generation={generation}",
        f"--contract-seconds={SUITE_SECONDS}",
        *budget_options(suite or whole),
    ]
    options += [f"--appliance-url={url}"] if url else []
    options += [f"--contract-expect={expect}"] if expect else []
    options += [f"--contract-profile={profile.resolve()}"] if profile else []
    conformance = run_suite(options)
    conformance = replace(conformance, client=check_with_client(url, generation, allowed=not url or suite is not None))
    if report is not None:
        write_reports(conformance, report)
    for line in [summary(conformance), *report_to_github(conformance, os.environ)]:
        click.echo(line)
    click.echo(tracebacks(conformance), err=True, nl=bool(conformance.crashes))
    sys.exit(0 if conformance.passed else 1 if conformance.failed else CANNOT_RUN)


def budget_options(budget: "Budget") -> list[str]:
    """Return a budget as options of the suite."""
    return [
        f"--contract-uploads={budget.uploads}",
        f"--contract-audio={budget.audio_seconds}",
        f"--contract-tasks={budget.tasks}",
    ]


def check_with_client(url: str, generation: str, *, allowed: bool) -> "list[ClientCheck]":
    """Return the verdicts on calls of our own client, unproven if the budget does not allow them."""
    import pytest

    from voxdouble.client_checks import COST, check_client, names
    from voxdouble.suite_targets import open_targets
    from voxdouble_contract.judging.conformance import UNPROVEN, ClientCheck
    from voxdouble_contract.target.targets import SuiteOptions

    if not allowed:
        return [
            ClientCheck(name, UNPROVEN, f"The budget does not allow it: the calls need {COST}.") for name in names()
        ]
    click.echo(f"Our own client makes its calls: {COST}.", err=True)
    try:
        with open_targets(url, SuiteOptions(generation=generation)) as targets:
            targets.main.identify()
            return check_client(targets.main)
    except pytest.exit.Exception as error:
        raise CannotRun(str(error)) from error


def base_url(target: str) -> str:
    """Return the base URL in TARGET; an empty text for the mock."""
    if target == MOCK:
        return ""
    try:
        parts = urlsplit(target)
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0
    except ValueError:  # an invalid port
        wrong = True
    if wrong or parts.query or parts.fragment:
        raise CannotRun(f"TARGET must be `mock` or a base URL such as http://appliance:8000, got {target!r}.")
    return target.rstrip("/")


def check_extra() -> None:
    """Raise CannotRun if packages of the extra are missing."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise CannotRun(f"The suite needs {', '.join(missing)}: pip install 'voxdouble[contract]'")


def check_profile(file: Path | None) -> None:
    """Raise CannotRun if the profile is invalid."""
    from voxdouble_contract.target.profile import Profile

    try:
        Profile() if file is None else Profile.read(file)
    except ValueError as error:
        raise CannotRun(str(error)) from error


def check_folder(report: Path) -> None:
    """Make the folder for the reports before any request is sent; raise CannotRun if that fails."""
    try:
        report.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"The folder {report} for the reports cannot be made: {error.strerror or error}.") from error


def check_token(url: str) -> None:
    """Raise CannotRun if the target requires a token, and APPLIANCE_TOKEN is empty or holds another one."""
    import requests

    token = os.environ.get("APPLIANCE_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with requests.Session() as session:
            session.trust_env = False  # without a proxy, like the suite
            info = session.get(
                url + "/api/system/info", headers=headers, timeout=CONNECT_SECONDS, allow_redirects=False
            )
    except requests.RequestException:
        return  # the suite reports the reason
    if info.status_code in {401, 403}:
        wrong = "another token than that in APPLIANCE_TOKEN" if token else "a token: set APPLIANCE_TOKEN"
        raise CannotRun(f"The target at {url} requires {wrong}.")


def check_reachable(url: str) -> None:
    """Raise CannotRun if no connection to the target can be made: it is an error, never a reason to skip tests."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS).close()
    except OSError as error:
        raise CannotRun(f"Nothing answers at {parts.hostname}:{port}: {error.strerror or error}.") from error


def run_suite(options: list[str]) -> "Conformance":
    """Return the result of the suite, run in a process and a folder of its own with its output on stderr."""
    from voxdouble_contract.reports import json

    with tempfile.TemporaryDirectory(prefix="voxdouble-verify-") as name:
        folder = Path(name)
        settings = folder / "pytest.ini"
        settings.write_text(SETTINGS, encoding="utf-8")
        command = [sys.executable, "-P", "-m", "pytest", "-c", str(settings), "--rootdir", str(folder)]
        command += ["-q", "--tb=no", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:warnings"]
        command += [word for plugin in PLUGINS for word in ("-p", plugin)]
        command += ["--pyargs", "voxdouble_contract", f"--contract-report={folder}", *options]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(CONFIGURING)}
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        try:
            ended = subprocess.run(  # noqa: S603 (our own interpreter and arguments)
                command,
                check=False,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                timeout=RUN_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise CannotRun(f"The suite had not ended after {RUN_SECONDS} s.") from error
        if ended.returncode not in {0, 1} or not (folder / json.FILE).exists():
            raise CannotRun(f"The suite could not run: pytest ended with status {ended.returncode}.")
        return json.read(folder)

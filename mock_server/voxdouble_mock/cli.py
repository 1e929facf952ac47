"""The commands `voxdouble serve` and `voxdouble healthcheck`; Flask and numpy are imported only by `serve`."""

import gc
import http.client
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from voxdouble_mock.core.limits import Limits
from voxdouble_mock.hosts import is_loopback
from voxdouble_mock.options import FLAG, Option, names_of, options_of
from voxdouble_mock.settings import ServeSettings, Settings

if TYPE_CHECKING:
    from voxdouble_mock.core.scenario import Scenario

OPTIONS = [one for one in options_of(ServeSettings, Settings, Limits) if one.in_command]
PORT = next(one for one in OPTIONS if one.name == "port")
INPUT_STORAGE = next(one for one in OPTIONS if one.name == "input_storage").default
HEALTH_SECONDS = 5
PLAIN_RESPONSE = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""The reasons that OpenSSL gives, by its version, for a response that is not TLS."""
SERVICE_LINK = re.compile(r"(?:tcp|udp|sctp)://")


class OptionWithoutLink(click.Option):
    """An option that ignores a Kubernetes service link in its environment variable."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the environment variable; None if it is a service link."""
        value = super().resolve_envvar_value(ctx)
        return without_link(str(self.envvar), value)


def without_link(variable: str, value: str | None) -> str | None:
    """Return the value of an environment variable; None, with a warning, for a link to a service of that name.

    Kubernetes sets VOXDOUBLE_PORT to tcp://10.96.0.12:8000 in every container beside a service named voxdouble.
    """
    if value is None or not SERVICE_LINK.match(value):
        return value
    click.echo(f"Warning: {variable}={value} is a Kubernetes service link and is not used.", err=True)
    return None


class OptionType(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """The click type of an option: parses a value and refuses one that is not allowed."""

    def __init__(self, option: Option) -> None:
        self.name = option.kind.metavar
        self._option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the parsed value; the message of a refusal names the flag or the environment variable."""
        option = self._option
        try:
            parsed = option.kind.parse(value)
        except ValueError:
            parsed = None
        if not option.kind.accepts(parsed):
            by_environment = ctx and ctx.get_parameter_source(option.name) is ParameterSource.ENVIRONMENT
            name = option.environment if by_environment else option.flag
            raise click.UsageError(option.kind.refusal(value, name), ctx)
        return parsed


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add all options to a command. If an option is not given, it is None; a flag is False, a repeatable one empty."""
    for one in reversed(OPTIONS):
        repeated = " May be repeated; in the environment values are separated by spaces." if one.multiple else ""
        default = f"  [default: {one.default_text}]" if one.default_text else ""
        add = click.option(
            one.flag,
            one.name,
            cls=OptionWithoutLink,
            type=None if one.kind is FLAG else OptionType(one),
            is_flag=one.kind is FLAG or None,  # False would make click parse -1 as an option
            multiple=one.multiple,
            envvar=one.environment,
            metavar=one.kind.metavar or None,
            help=f"{one.help}{repeated}{default}",
        )
        command = add(command)
    return command


@click.command()
@with_options
def serve(**values: Any) -> None:
    """Serve a mock appliance until SIGTERM or Ctrl-C.

    Every option can be given by environment too: --task-lifetime as VOXDOUBLE_TASK_LIFETIME. SECONDS may have decimals.
    """
    given = {name: value for name, value in values.items() if value is not None}
    serving = ServeSettings(**{name: given.pop(name) for name in names_of(ServeSettings) if name in given})
    check_exposure(serving.host, given.get("token"), no_token=serving.no_token)
    # Extraction computes many small matrix products: the threads of OpenBLAS would only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from voxdouble_mock import voice  # noqa: PLC0415 (late, here and below: healthcheck must stay light)
    from voxdouble_mock.assembly import assemble, settings_of  # noqa: PLC0415
    from voxdouble_mock.http.errors import malformed_request_text, overloaded_text  # noqa: PLC0415
    from voxdouble_mock.http.request_lines import RequestLines  # noqa: PLC0415
    from voxdouble_mock.real_time import host_time, monotonic, real_now  # noqa: PLC0415
    from voxdouble_mock.wsgi.run import run_until_signal  # noqa: PLC0415
    from voxdouble_mock.wsgi.server import HttpServer  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    if problem := temporary_folder_problem(given.get("input_storage", INPUT_STORAGE)):
        logging.getLogger("voxdouble_mock").warning("%s", problem)
    try:
        parts = assemble(settings_of(**given), scenario_of(serving), real_now, host_time)
        if replay := parts.appliance.packs.replay(parts.appliance.packs.default):
            logging.getLogger("voxdouble_mock").info("%s", replay.introduction())
        server = HttpServer(
            RequestLines(parts.app, monotonic) if serving.verbose else parts.app,
            host=serving.host,
            port=serving.port,
            refuse=malformed_request_text,
            overloaded=overloaded_text(),
            timeout=30,
            graceful=True,
            shutdown_timeout=5,
        )

        def announce(url: str) -> None:
            click.echo(f"voxdouble ready {url}")
            click.echo(f"The console, for a browser: {url}/_mock/", err=True)
            gc.freeze()  # objects that exist now stay to the end: no collection needs to examine them
            gc.enable()
            threading.Thread(target=voice.load, name="voxdouble-voice", daemon=True).start()

        run_until_signal(server, announce)
    except ValueError as error:  # of the settings or the scenario
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    parts.store.close()


def scenario_of(serving: ServeSettings) -> "Scenario | None":
    """Return the scenario that the options name; ValueError if it is unknown, malformed or unreadable."""
    if serving.scenario is None:
        return None
    from voxdouble_mock.scenarios.bundled import load_scenario  # noqa: PLC0415 (late: it imports YAML)

    return load_scenario(serving.scenario)


def temporary_folder_problem(needed: int) -> str:
    """Return why the folder of temporary files cannot hold all uploads at one time; empty if it can."""
    try:
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"Uploads of more than 1 MiB will be refused: {error.strerror or error}. TMPDIR can name another folder."
    if free >= needed:
        return ""
    return (
        f"The folder of temporary files, {folder}, has {free / 1e6:.0f} MB free, and uploads may need "
        f"{needed / 1e6:.0f} MB at one time (--input-storage): uploads beyond the free space are refused with 507. "
        "TMPDIR can name another folder."
    )


def check_exposure(host: str, token: str | None, *, no_token: bool) -> None:
    """Refuse to listen where other machines can connect, unless the user decided about the token (P4, P5)."""
    if token is not None and no_token:
        raise click.UsageError("--token and --no-token exclude one another.")
    if not is_loopback(host) and token is None and not no_token:
        raise click.UsageError(
            f"--host {host} can be reached from other machines: add --token TOKEN, or --no-token to let anyone use it."
        )


@click.command()
@click.option(
    "--url", help=f"Base URL of the mock.  [default: port {PORT.environment}, else {PORT.default}, on this machine]"
)
def healthcheck(url: str | None) -> None:
    """Exit with status 0 if a mock responds, else with 1."""
    port = without_link(PORT.environment, os.environ.get(PORT.environment)) or str(PORT.default)
    address = (url or f"http://127.0.0.1:{port}").rstrip("/") + "/_mock/health"
    results: list[str] = []
    request = threading.Thread(target=lambda: results.append(health_problem(address)), daemon=True)
    request.start()
    request.join(HEALTH_SECONDS)  # the timeout of urlopen is for each read: a slow response would pass
    problem = results[0] if results else f"no complete response within {HEALTH_SECONDS} seconds."
    if problem:
        raise click.ClickException(f"No mock responds at {address}: {problem}")
    click.echo(f"A mock responds at {address}.")


def health_problem(address: str) -> str:
    """Return why the mock at an address is not healthy, or an empty text if it is."""
    import urllib.request  # noqa: PLC0415 (late: `serve` does not need it)

    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach this container
    try:
        with direct.open(address, timeout=HEALTH_SECONDS) as response:
            body = json.loads(response.read(10_000))
    except (OSError, ValueError, http.client.HTTPException) as error:
        if getattr(getattr(error, "reason", None), "reason", "") in PLAIN_RESPONSE:
            return "the server does not speak TLS there; http:// in place of https:// may be right."
        return f"{str(error) or type(error).__name__}."
    if not isinstance(body, dict) or body.get("service") != "voxdouble":
        return "the server there is not voxdouble."
    return ""

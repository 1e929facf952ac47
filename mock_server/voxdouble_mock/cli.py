"""The commands of the mock: serve and healthcheck. What is heavy is imported only when serving."""

import http.client
import ipaddress
import json
import logging
import os
import sys
import threading
import urllib.request
from typing import Any

import click

DEFAULT_PORT = 8000
LATER = "is not part of this version yet"
HEALTH_SECONDS = 5


def check_store(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Take the memory store; refuse by name what is no store or not there yet."""
    if value == "memory:":
        return value
    if value.startswith(("sqlite:", "redis://")):
        raise click.BadParameter(f"the store {value!r} {LATER}; memory: is.")
    raise click.BadParameter(f"{value!r} is no store; memory: is.")


Seconds = click.FloatRange(min=0)
Count = click.IntRange(min=1)


@click.command(context_settings={"auto_envvar_prefix": "VOXDOUBLE", "show_default": True})
@click.option(
    "--host", default="127.0.0.1", help="Address to listen on; other than loopback needs --token or --no-token."
)
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, help="0 picks a free one.")
@click.option("--store", default="memory:", callback=check_store, expose_value=False, help="Where tasks live.")
@click.option("--pending", type=Seconds, help="Seconds that every task is pending.  [default: by technology]")
@click.option("--running", type=Seconds, help="Seconds that every task runs.  [default: by technology]")
@click.option("--clock", default="real", help="real, manual or scale:N.")
@click.option(
    "--location", type=click.Choice(["absolute", "path"]), default="absolute", help="Form of the Location header."
)
@click.option("--public-url", help="Base URL that clients know, where it is not what they send as Host.")
@click.option("--scenario", help="Rules for the tasks: a bundled scenario's name, or a file.")
@click.option("--task-lifetime", type=Seconds, default=3600.0, help="Seconds from a task's end until it is forgotten.")
@click.option("--seed", type=int, help="Makes task ids repeat.")
@click.option("--token", help="Asked for as Authorization: Bearer TOKEN everywhere but on health.")
@click.option("--no-token", is_flag=True, help="Serve other machines without a token.")
@click.option(
    "--control-host",
    "control_hosts",
    multiple=True,
    envvar="VOXDOUBLE_CONTROL_HOST",
    help="Host name that may reach the control routes too; in the environment several, with spaces between.",
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    envvar="VOXDOUBLE_TRUSTED_PROXY",
    help="Address or network of a proxy whose X-Forwarded headers are believed; several as with --control-host.",
)
@click.option(
    "--namespace-idle", type=Seconds, help="Seconds until an untouched namespace is forgotten.  [default: 3600]"
)
@click.option("--max-upload", type=Count, help="Bytes of one file.  [default: 500 MB]")
@click.option("--max-upload-seconds", type=Seconds, help="Seconds for one upload.  [default: 120]")
@click.option("--input-storage", type=Count, help="Bytes of uploads in hand at one time.  [default: 1 GiB]")
@click.option("--max-audio-seconds", type=Seconds, help="Seconds of audio in one file.  [default: 7200]")
@click.option("--max-list", type=Count, help="Voiceprints in one list.  [default: 50000]")
@click.option("--max-matrix", type=Count, help="Scores of one comparison.  [default: 1000000]")
def serve(host: str, port: int, token: str | None, no_token: bool, scenario: str | None, **options: Any) -> None:  # noqa: FBT001
    """Serve a mock appliance until SIGTERM or Ctrl-C.

    Every option can be given by environment too: --task-lifetime as VOXDOUBLE_TASK_LIFETIME.
    """
    check_exposure(host, token, no_token=no_token)
    # Many small products at once gain nothing from threads that wait for one another: with them extraction is slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from voxdouble_mock.assembly import assemble  # noqa: PLC0415
    from voxdouble_mock.http.errors import malformed_request_text  # noqa: PLC0415
    from voxdouble_mock.real_time import real_clock  # noqa: PLC0415
    from voxdouble_mock.scenarios.bundled import load_scenario  # noqa: PLC0415
    from voxdouble_mock.settings import Settings  # noqa: PLC0415 (late, so that healthcheck stays light)
    from voxdouble_mock.wsgi.run import run_until_signal  # noqa: PLC0415
    from voxdouble_mock.wsgi.server import HttpServer  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        settings = Settings.of(token=token, **options)
        parts = assemble(settings, load_scenario(scenario) if scenario else None, real_clock())
        server = HttpServer(
            parts.app,
            host=host,
            port=port,
            refuse=malformed_request_text,
            timeout=30,
            graceful=True,
            shutdown_timeout=5,
        )
        run_until_signal(server, lambda url: click.echo(f"voxdouble ready {url}"))
    except ValueError as error:  # of the settings or the scenario
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    parts.store.close()


def check_exposure(host: str, token: str | None, *, no_token: bool) -> None:
    """Refuse to be reachable from other machines without a decision about the token (P4, P5)."""
    if token is not None and no_token:
        raise click.UsageError("--token and --no-token exclude one another.")
    if not is_loopback(host) and token is None and not no_token:
        raise click.UsageError(
            f"--host {host} can be reached from other machines: add --token TOKEN, or --no-token if anybody may use it."
        )


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@click.command()
@click.option("--url", help="Base URL of the mock.  [default: port VOXDOUBLE_PORT, else 8000, on this machine]")
def healthcheck(url: str | None) -> None:
    """Tell by exit status 0 or 1 whether a mock answers."""
    port = os.environ.get("VOXDOUBLE_PORT") or str(DEFAULT_PORT)
    address = (url or f"http://127.0.0.1:{port}").rstrip("/") + "/_mock/health"
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(health_fault(address)), daemon=True)
    asking.start()
    asking.join(HEALTH_SECONDS)  # a server that drips its answer byte by byte is not healthy either
    fault = answers[0] if answers else f"there was no whole answer within {HEALTH_SECONDS} seconds."
    if fault:
        raise click.ClickException(f"No mock answers at {address}: {fault}")
    click.echo(f"A mock answers at {address}.")


def health_fault(address: str) -> str:
    """Ask a mock for its health; empty where it is there, else what is wrong."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach this container
    try:
        with direct.open(address, timeout=HEALTH_SECONDS) as reply:
            body = json.loads(reply.read(10_000))
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{str(error) or type(error).__name__}."
    if not isinstance(body, dict) or body.get("service") != "voxdouble":
        return "what answers there is no voxdouble."
    return ""

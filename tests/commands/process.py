"""The command `voxdouble`: in this process, or as a process of its own as users start it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from click.testing import CliRunner, Result

from voxdouble.cli import main

COMMAND = [sys.executable, "-m", "voxdouble"]


def invoke(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """Run a command inside this process; the exception of a crash is raised here."""
    result = CliRunner().invoke(main, arguments, env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as a process to its end."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=120, env=environment, check=False
    )


@contextmanager
def serving(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Start `voxdouble serve` on a free port; yield its URL once it prints that it is ready."""
    environment = {**os.environ, **(env or {})}
    command = [*COMMAND, "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("voxdouble ready http://"), line or (process.stderr and process.stderr.read())
            yield line.split()[-1], process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise

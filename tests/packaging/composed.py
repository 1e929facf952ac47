"""A mock that `docker-compose.yml` runs, and the commands that start and inspect it."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.repository import ROOT


@dataclass(frozen=True)
class Composed:
    """The mock's address on this machine, and the environment variables of compose."""

    url: str
    variables: dict[str, str]

    def docker(self, *arguments: str) -> str:
        """Return the stdout of a docker command with these variables."""
        return docker(*arguments, **self.variables)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the mock's container, with any exit status."""
        return run("docker", "compose", "exec", "-T", "mock", *command, **self.variables)

    def inspect(self) -> dict[str, Any]:
        """Return what `docker inspect` reports of the mock's container."""
        container = self.docker("compose", "ps", "--all", "--quiet", "mock").strip()
        return dict(json.loads(self.docker("inspect", container))[0])


@contextmanager
def composed(project: str, **variables: str) -> Iterator[Composed]:
    """Start a mock with compose on a free port, wait until it is healthy, and remove it at the end."""
    port = free_port()
    variables |= {"COMPOSE_PROJECT_NAME": project, "VOXDOUBLE_PORT": str(port)}
    try:
        docker("compose", "up", "--no-build", "--pull=never", "--wait", "mock", **variables)
        yield Composed(f"http://127.0.0.1:{port}", variables)
    finally:
        docker("compose", "down", "--volumes", **variables)


def free_port() -> int:
    """Return a port of the loopback interface that no program uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def docker(*arguments: str, **variables: str) -> str:
    """Run a docker command, which must exit with 0, and return its stdout."""
    done = run("docker", *arguments, **variables)
    assert done.returncode == 0, f"docker {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the root of the repository, with any exit status."""
    environment = os.environ | variables
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)

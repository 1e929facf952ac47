"""A mock that `docker-compose.yml` runs, and the commands that make and question it."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.packaging.installed import ROOT


@dataclass(frozen=True)
class Composed:
    """The mock's address on this machine and the settings that it was composed with."""

    url: str
    settings: dict[str, str]

    def docker(self, *arguments: str) -> str:
        """Run a docker command with these settings."""
        return docker(*arguments, **self.settings)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the mock's container, whatever comes of it."""
        return run("docker", "compose", "exec", "-T", "mock", *command, **self.settings)

    def facts(self) -> dict[str, Any]:
        """Tell what the engine knows of the mock's container."""
        container = self.docker("compose", "ps", "--all", "--quiet", "mock").strip()
        return dict(json.loads(self.docker("inspect", container))[0])


@contextmanager
def composed(project: str, **settings: str) -> Iterator[Composed]:
    """Compose a mock on a free port, wait until it is healthy, and take it down again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings |= {"COMPOSE_PROJECT_NAME": project, "VOXDOUBLE_PORT": str(port)}
    try:
        docker("compose", "up", "--no-build", "--pull=never", "--wait", "mock", **settings)
        yield Composed(f"http://127.0.0.1:{port}", settings)
    finally:
        docker("compose", "down", "--volumes", **settings)


def docker(*arguments: str, **settings: str) -> str:
    """Run a docker command, which must succeed, and give its standard output."""
    done = run("docker", *arguments, **settings)
    assert done.returncode == 0, f"docker {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the repository's root, whatever comes of it."""
    surroundings = os.environ | settings
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=600)

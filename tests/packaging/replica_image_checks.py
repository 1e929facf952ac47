"""The profile `replicas` of docker-compose.yml: three mocks on one Redis server behind nginx are one appliance (P9).

Run by `make image-test`. The images nginx and redis are stand-ins, built from Debian's packages: no registry is needed.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
import yaml

import voxdouble_fixtures
from tests.packaging.composed import docker
from tests.repository import ROOT
from tests.store.redis_server import free_port

STAND_INS = {
    "nginx": "RUN apt-get update && apt-get install -y --no-install-recommends nginx-light "
    "&& useradd --system --no-create-home nginx",
    "redis": "RUN apt-get update && apt-get install -y --no-install-recommends redis-server "
    "&& mkdir /data && chown redis:redis /data",
}
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"


PROFILE = ("compose", "--profile=replicas")


@dataclass(frozen=True)
class Replicas:
    """The address of the balancer on this machine, and the environment variables of compose."""

    url: str
    variables: dict[str, str]


@pytest.fixture(scope="module")
def replicas(images: None) -> Iterator[Replicas]:
    """Start the profile on a free port."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for service, step in STAND_INS.items():
        image = services["balancer" if service == "nginx" else service]["image"]
        dockerfile = f"FROM python:3.13-slim\nUSER root\n{step}\n"
        built = subprocess.run(
            ["docker", "build", "--network=host", f"--tag={image}", "-"],
            input=dockerfile,
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr
    port = free_port()
    variables = {"COMPOSE_PROJECT_NAME": "voxdouble-replicas", "VOXDOUBLE_PORT": str(port)}
    try:
        docker(*PROFILE, "up", "--no-build", "--pull=never", "--wait", "balancer", **variables)
        assert docker(*PROFILE, "ps", "--quiet", "replica", **variables).count("\n") == 3
        yield Replicas(f"http://127.0.0.1:{port}", variables)
    finally:
        docker(*PROFILE, "down", "--volumes", **variables)


def test_three_replicas_are_one_appliance(replicas: Replicas) -> None:
    """Every task is found at each of many polls, whichever replica answers; its location is that of the balancer."""
    url = replicas.url
    voiceprint = voxdouble_fixtures.path("john_doe.vp").read_text().strip()
    for _ in range(5):
        started = requests.post(url + CONVERSION, json={"voiceprints": [voiceprint]}, timeout=30)
        assert started.status_code == 202, started.text
        assert started.headers["Location"].startswith(url + CONVERSION)
        for _ in range(6):
            assert requests.get(started.headers["Location"], timeout=30).status_code == 200
    assert requests.get(url + "/_mock/tasks", timeout=30).json()["total"] == 5
    assert requests.get(url + "/_mock/requests", timeout=30).json()["total"] == 35
    assert requests.get(url + "/_mock/health", timeout=30).json()["store"] == "up"
    assert requests.post(url + "/_mock/reset", timeout=30).status_code == 200
    assert {requests.get(url + "/_mock/tasks", timeout=30).json()["total"] for _ in range(6)} == {0}


def test_the_contract_suite_runs_through_the_balancer(replicas: Replicas) -> None:
    """The suite in its container reaches the replicas, control routes too, under the name of the balancer."""
    command = ("verify", "http://balancer:8000", "--expect=mock", "--only=S1", "--only=S20")
    output = docker(*PROFILE, "run", "--rm", "--no-deps", "-T", "verify", *command, **replicas.variables)
    assert " 0 failed" in output

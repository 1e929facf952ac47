"""The images, built once for all that run them."""

import shutil

import pytest

from tests import needs
from tests.packaging.composed import docker, run


@pytest.fixture(scope="session")
def images() -> None:
    """Build both images; the network is the machine's, which engines without one of their own need."""
    if not shutil.which("docker") or run("docker", "info").returncode:
        needs.lacking("needs a Docker engine that runs")
    for image, target in (("voxdouble", "mock"), ("voxdouble-verify", "verify")):
        docker("build", "--network=host", "--file=mock_server/Dockerfile", f"--target={target}", f"--tag={image}", ".")

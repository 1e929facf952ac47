"""Fixture of the images, which are built once for all tests."""

import shutil

import pytest

from tests import needs
from tests.packaging.composed import docker, run


@pytest.fixture(scope="session")
def images() -> None:
    """Build both images, over the network of the machine, since some Docker engines have no network of their own."""
    if not shutil.which("docker") or run("docker", "info").returncode:
        needs.lacking("needs a running Docker engine")
    for image, target in (("voxdouble", "mock"), ("voxdouble-verify", "verify")):
        docker("build", "--network=host", "--file=mock_server/Dockerfile", f"--target={target}", f"--tag={image}", ".")

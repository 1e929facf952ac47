"""A mock appliance in a container of its own for a test run, with Testcontainers.

Build the image once, in voxdouble's repository: `docker build --file mock_server/Dockerfile --tag voxdouble .`
Install `testcontainers`, and voxdouble for its client. Tests in Python need no container: see `MockAppliance`.
"""

import secrets
from collections.abc import Iterator

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

import voxdouble_fixtures
from voxdouble_client import ApplianceClient

IMAGE = "voxdouble"
PORT = 8000


@pytest.fixture(scope="session")
def appliance() -> Iterator[ApplianceClient]:
    """Start a mock appliance for this test run, and return a client for it."""
    token = secrets.token_hex()  # the port is published to other machines as well
    with Network() as network:
        container = DockerContainer(IMAGE).with_network(network).with_exposed_ports(PORT)
        container.with_env("VOXDOUBLE_TOKEN", token).waiting_for(HealthcheckWaitStrategy())
        with container:
            url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
            with ApplianceClient(url, token=token, timeout=60, proxy="") as client:
                yield client


def test_a_recording_becomes_a_voiceprint(appliance: ApplianceClient) -> None:
    """An extraction on the mock returns a vector of 128 numbers."""
    extraction = appliance.extract_voiceprint(voxdouble_fixtures.path("john_doe.wav"), include_vector_voiceprint=True)
    assert len(extraction.channels[0].vector_voiceprint or ()) == 128

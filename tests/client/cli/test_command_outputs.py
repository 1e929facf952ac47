"""What becomes of the output of commands when things go wrong: nothing finished is lost, nothing old is destroyed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
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
NOWHERE = "http://127.0.0.1:1"


def extracted(*vectors: list[float] | None) -> bytes:
    """Write the answer of an extraction with these vectors, one a channel."""
    channel = {"voiceprint": "e2kD", "speech_length": 4.1, "model": "sid-xl5"}
    channels = [{**channel, "channel_number": i, "vector_voiceprint": vector} for i, vector in enumerate(vectors)]
    return response(200, task_body("done", result={"channels": channels}))


def call(command: str, *arguments: object, env: dict[str, str] | None = None) -> Result:
    """Call a command in this process."""
    words = [str(word) for word in arguments]
    return CliRunner().invoke(getattr(cli, command), words, env={"APPLIANCE_URL": None, **(env or {})})


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the servers here take for a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFF\0audio")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Write a file that stands where the output will."""
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    return path


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files go out in their order."""
    monkeypatch.setattr("voxdouble_client.cli.run.CONCURRENCY", 1)


def test_a_file_can_be_converted_in_place(tmp_path: Path) -> None:
    """The input may be the output: it is read before it is replaced, and nothing else is left beside it."""
    path = tmp_path / "v.jsonl"
    path.write_text(json.dumps(DONE))
    converted = task_body("done", result={"vector_voiceprints": [[0.5]]})
    with HostileServer(responding(response(200, converted))) as server:
        assert call("convert", path, "-o", path, "--url", server.url).exit_code == 0
    assert (json.loads(path.read_text()), list(tmp_path.iterdir())) == (converted, [path])


@pytest.mark.parametrize("options", [["--channels", "a"], ["--timeout", "0"], ["--timeout", "0.05"]])
def test_what_gives_nothing_touches_nothing(options: list[str], wav: Path, old: Path) -> None:
    """A usage error and an appliance that is not there leave an old file as it was."""
    assert call("extract", wav, wav, "-o", old, "--url", NOWHERE, *options).exit_code in {2, 3}
    assert (old.read_text(), sorted(old.parent.iterdir())) == ("old", [wav, old])


def test_a_replaced_file_keeps_its_mode_and_its_link(wav: Path, old: Path, tmp_path: Path) -> None:
    """A private file stays private, and a link stays a link to it."""
    old.chmod(0o600)
    (tmp_path / "link").symlink_to(old)
    with HostileServer(responding(response(200, DONE))) as server:
        call("extract", wav, "-o", tmp_path / "link", "--url", server.url)
    assert (json.loads(old.read_text()), old.stat().st_mode & 0o777) == (DONE, 0o600)
    assert (tmp_path / "link").is_symlink()


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize(
    ("odd", "code", "message"),
    [
        (response(200, FAILED), 1, "It broke"),
        (extracted(None), 5, "must have vectors"),
        (extracted([0.5]), 5, "1, 2 numbers"),
        (extracted([0.5], [0.5, 0.5]), 5, "1 and 2 numbers"),
        (extracted([1e308, 0.5]), 5, "expected `float` <= 3.40"),
    ],
)
def test_the_rows_of_an_array_stay_in_place(odd: bytes, code: int, message: str, wav: Path, tmp_path: Path) -> None:
    """A file without a usable vector is a row of NaN between the others, and its exit code says why."""
    answers = iter([extracted([0.5, 1.0]), odd, extracted([2.0, 3.0])])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(answers) if request.method == "GET" else accepted())

    with HostileServer(behave) as server:
        result = call("extract", wav, wav, wav, "--vector", "-o", tmp_path / "out.npy", "--url", server.url)
    assert (result.exit_code, message in result.stderr) == (code, True)
    array = np.load(tmp_path / "out.npy")
    assert array[[0, 2]].tolist() == [[0.5, 1.0], [2.0, 3.0]]
    assert np.isnan(array[1]).all()


@pytest.mark.parametrize("answer", [extracted([]), response(200, FAILED)])
def test_an_array_of_nothing_has_its_shape(answer: bytes, wav: Path, tmp_path: Path) -> None:
    """Where all are silent or failed, there are as many rows of 128 NaN."""
    with HostileServer(responding(answer)) as server:
        call("extract", wav, wav, "--vector", "-o", tmp_path / "out.npy", "--url", server.url)
    array = np.load(tmp_path / "out.npy")
    assert (array.shape, np.isnan(array).all()) == ((2, 128), True)


def process(server: HostileServer, *words: str, **streams: object) -> "subprocess.Popen[bytes]":
    """Start a command as a process of its own."""
    environment = {**os.environ, "APPLIANCE_URL": server.url}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen([sys.executable, "-m", "voxdouble", *words], env=environment, **pipes)  # type: ignore[call-overload,no-any-return]


def wait_until(condition: object, running: "subprocess.Popen[bytes]") -> None:
    """Wait for what the server sees; it is a matter of a second."""
    ends = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert running.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
@pytest.mark.parametrize("to_file", [False, True])
def test_interrupting_gives_what_is_finished(to_file: bool, wav: Path, old: Path) -> None:
    """After Ctrl-C every finished answer stands in its line, and a task that is not there yet has its command."""
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

    words = ["extract", str(slow), *[str(wav)] * 3, *(["-o", str(old)] if to_file else [])]
    with HostileServer(behave) as server, process(server, *words) as running:
        wait_until(lambda: len(seen) == 3, running)
        time.sleep(0.3)  # the last answer is on its way
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=20)
    lines = (old.read_text() if to_file else stdout.decode()).splitlines()
    assert [json.loads(line) for line in lines] == [None, DONE, DONE, DONE]
    assert re.findall("^voxdouble wait .*$", stderr.decode(), re.MULTILINE) == [
        f"voxdouble wait {server.url}{slow_path}"
    ]
    assert running.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_interrupting_a_start_says_that_there_may_be_a_task(wav: Path) -> None:
    """Ctrl-C while a start is unanswered tells that a task may have been started."""
    with HostileServer(lambda *_: None) as server, process(server, "extract", str(wav)) as running:
        wait_until(lambda: server.received, running)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert (running.returncode, b"its task may have been started" in stderr) == (130, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("command", ["extract", "state"])
def test_a_full_disk_is_told_in_a_sentence(command: str, wav: Path) -> None:
    """An output that takes nothing is an error of exit code 2, without a traceback."""
    with HostileServer(responding(response(200, DONE))) as server, Path("/dev/full").open("wb") as full:
        word = str(wav) if command == "extract" else server.url + TASK_PATH
        with process(server, command, word, stdout=full) as running:
            _, stderr = running.communicate(timeout=30)
    assert (running.returncode, b"No space left" in stderr, b"Traceback" in stderr) == (2, True, False)


@pytest.mark.skipif(sys.platform == "win32", reason="shells differ on Windows")
def test_a_closed_stdin_is_a_usage_error() -> None:
    """Reading from a stdin that is closed is told in a sentence."""
    command = f"exec {sys.executable} -m voxdouble extract - --url {NOWHERE} 0<&-"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=30)
    assert (done.returncode, b"stdin is closed" in done.stderr, b"Traceback" in done.stderr) == (2, True, False)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_interrupting_the_reading_of_a_pipe_ends_at_once() -> None:
    """Ctrl-C ends a command whose stdin never ends, as any other."""
    with (
        HostileServer(lambda *_: None) as server,
        process(server, "extract", "-", stdin=subprocess.PIPE) as running,
    ):
        assert running.stdin is not None
        running.stdin.write(bytes(1_000_000))  # more than a pipe holds, so this returns once the command is reading
        running.send_signal(signal.SIGINT)
        running.wait(timeout=20)
        assert running.stderr is not None
        told = running.stderr.read()
    assert (running.returncode, b"Fatal" in told, b"may have been" in told) == (130, False, False)


def test_a_command_advises_nothing_that_it_has_not(wav: Path) -> None:
    """A task's address elsewhere is refused without naming a setting of the API that commands do not have."""
    with HostileServer(responding(b"", accepted("http://elsewhere" + TASK_PATH))) as server:
        result = call("extract", wav, "--url", server.url)
    assert (result.exit_code, "must be on the appliance" in result.stderr, "rebase" in result.stderr) == (
        5,
        True,
        False,
    )

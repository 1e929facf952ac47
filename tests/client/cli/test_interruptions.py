"""Interrupted commands: no finished answer is lost, and the command to wait is printed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest

from tests.client.cli.calling import AUDIO, process, wait_until
from tests.client.hostile import DONE, TASK_PATH, HostileServer, ReceivedRequest, accepted, response, task_body
from voxdouble_client import TaskHandle
from voxdouble_client.cli.jobs import Job, Report, TaskEnd
from voxdouble_client.cli.run import Run
from voxdouble_mock import MockAppliance


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_interrupting_prints_the_command_to_wait(wav: Path) -> None:
    """Ctrl-C ends the command at once with exit code 130 and prints the command for the tasks that still run."""
    done = iter([response(200, DONE)])  # for one of the two files

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(done, response(200, task_body("running"))) if request.method == "GET" else accepted())

    with HostileServer(behave) as server, process(server, "extract", str(wav), str(wav)) as running:
        wait_until(lambda: sum(request.method == "GET" for request in server.received) >= 5, running)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert running.returncode == 130
    commands = [line for line in stderr.decode().splitlines() if line.startswith("voxdouble ")]
    assert commands == [f"voxdouble wait {server.url}{TASK_PATH}"]


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


class InterruptedOutput:
    """An output that keeps the names of the ends; a signal comes while the first is written, and `also` one more."""

    def __init__(self, *, also: bool = False) -> None:
        self.names: list[str] = []
        self._signals = 1 + also

    def write(self, end: TaskEnd) -> None:
        """Keep the name, and send the signals at the first."""
        self.names.append(end.job.name)
        while self._signals:
            self._signals -= 1
            signal.raise_signal(signal.SIGINT)
        if len(self.names) == 1:
            self.names.append("the rest of the first write")

    def close(self) -> None:
        """Keep the end of the output."""
        self.names.append("closed")


def failing_jobs() -> list[Job]:
    """Return two jobs that end at once."""

    def start(_: Report) -> TaskHandle[Any]:
        raise ValueError("no task")

    return [Job("first", start), Job("second", start)]


def test_a_signal_during_a_write_repeats_no_line() -> None:
    """A signal while an answer is written takes effect after the write, so that the line is there once."""
    output = InterruptedOutput()
    with pytest.raises(click.exceptions.Exit) as end:
        Run(10, [], concurrency=1).run(failing_jobs(), output)
    assert output.names == ["first", "the rest of the first write", "second", "closed"]
    assert end.value.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_signal_ends_a_blocked_write() -> None:
    """A write that hangs, as into a pipe that is not read, is ended by a second signal."""
    output = InterruptedOutput(also=True)
    with pytest.raises(click.exceptions.Exit):
        Run(10, [], concurrency=1).run(failing_jobs(), output)
    assert output.names == ["first", "first", "second", "closed"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_an_interrupted_start_may_have_started_a_task(wav: Path) -> None:
    """Ctrl-C before the response to a start says that the task may have been started."""
    with HostileServer(lambda *_: None) as server, process(server, "extract", str(wav)) as running:
        wait_until(lambda: server.received, running)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert "its task may have been started" in stderr.decode()
    assert running.returncode == 130


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_batch_in_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """SIGINT, SIGTERM and SIGHUP end a batch with their exit code, and the started task is in the journal."""
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("This run ignores the signal, as under nohup, and so do the programs that it starts.")
    with MockAppliance(pending=600) as mock:
        command = [sys.executable, "-m", "voxdouble", "extract", str(AUDIO / "john_doe.wav"), "--resume"]
        process = subprocess.Popen(
            [*command, "-o", str(tmp_path / "out.jsonl"), "--url", mock.url], stderr=subprocess.PIPE, env=os.environ
        )
        journal = tmp_path / "out.jsonl.journal"
        ends = time.monotonic() + 60
        while time.monotonic() < ends and not (journal.exists() and b'"url"' in journal.read_bytes()):
            time.sleep(0.02)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, b"The same command goes on from here." in errors) == (code, True), errors

"""Exit codes and messages of commands."""

import itertools
import json
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import certifi
import pytest

from tests.client.cli.calling import FAILED, UNREACHABLE, call
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
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Request


def test_control_characters_are_escaped(wav: Path) -> None:
    """Control characters and changes of direction in a server's messages do not reach the terminal."""
    odd = task_body("failed", error={"type": "in\x1b[2J", "message": "a\u202eb"})
    with HostileServer(responding(response(200, odd))) as server:
        stderr = call("extract", "--url", server.url, wav).stderr
    assert "a\\u202eb [in\\x1b[2J]" in stderr
    assert not {"\u202e", "\x1b"} & set(stderr)


ENDS = {
    "done": (response(200, DONE), 0, ""),
    "failed": (response(200, FAILED), 1, "failed: It broke. [internal]"),
    "refused": (response(404, {"type": "resource.not-found", "message": "Gone.", "detail": []}), 1, "Gone."),
    "the contract is broken": (response(200, b"<html>"), 5, "not JSON"),
    "the result breaks the contract": (
        response(200, task_body("done", result={})),
        5,
        "expected `array`, got `null` at `result.channels`",
    ),
    "not HTTP": (b"hello\r\n\r\n", 4, "is not HTTP"),
}


@pytest.mark.parametrize(("answer", "code", "message"), ENDS.values(), ids=ENDS)
def test_exit_codes(answer: bytes, code: int, message: str, wav: Path) -> None:
    """Each way to end has its exit code, and a message on stderr that begins with the file's name."""

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(answer if request.method == "GET" else accepted())

    with HostileServer(behave) as server:
        result = call("extract", "--url", server.url, wav, "--timeout", "3")
    assert message in result.stderr
    assert result.exit_code == code
    assert not result.stderr or result.stderr.startswith(f"{wav}: ")


def test_an_unreachable_appliance_is_exit_code_3(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An appliance on a closed port is exit code 3."""
    monkeypatch.setattr("voxdouble_client._http.retry.MAX_FAILURES", 0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = call("extract", "--url", f"http://127.0.0.1:{port}", wav)
    assert (result.exit_code, result.stdout) == (3, "")


def test_a_timeout_is_exit_code_4_and_prints_the_command_to_wait(wav: Path) -> None:
    """The command that is printed for a task that is still running returns its result later."""
    with HostileServer(responding(response(200, task_body("running")))) as server:
        result = call("extract", "--url", server.url, wav, "--timeout", "0.1")
        assert (result.exit_code, result.stdout) == (4, "")
        command = shlex.split(result.stderr.splitlines()[-1])
        assert command == ["voxdouble", "wait", server.url + TASK_PATH]
        server.behave = responding(response(200, DONE))
        assert json.loads(call(*command[1:]).stdout) == DONE


def test_the_command_to_wait_keeps_ca_and_hides_the_token(wav: Path, tmp_path: Path) -> None:
    """The command to wait has the options that it needs, with a placeholder for the token."""
    ca = tmp_path / "my ca.pem"
    ca.write_bytes(Path(certifi.where()).read_bytes())
    with HostileServer(responding(response(200, task_body("running")))) as server:
        result = call("extract", "--url", server.url, wav, "--timeout", "0.1", "--ca", ca, "--token", "secret")
    assert shlex.split(result.stderr.splitlines()[-1])[3:] == ["--ca", str(ca), "--token", "TOKEN"]


USAGE = {
    "a missing argument": ["extract"],
    "a missing appliance": ["extract", "{wav}"],
    "a missing file": ["extract", "--url", "http://127.0.0.1:1", "/no/such.wav"],
    "a folder": ["extract", "--url", "http://127.0.0.1:1", "/"],
    "a malformed URL": ["extract", "--url", "appliance:8000", "{wav}"],
    "a URL with a user": ["extract", "--url", "http://me:secret@appliance", "{wav}"],
    "channels of letters": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channels", "a"],
    "a negative channel": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channels", "0,-1"],
    "an unknown mode": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channel-mode", "both"],
    "a timeout of 0": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--timeout", "0"],
    "a timeout of NaN": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--timeout", "nan"],
    "a token of two words": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--token", "a b"],
    "stdin twice": ["extract", "--url", "http://127.0.0.1:1", "-", "-"],
    "an output in a missing folder": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "-o", "/no/such/folder/x"],
    "a missing task": ["wait"],
    "a task without an appliance": ["wait", TASK_PATH],
    "a malformed task URL": ["state", "http://127.0.0.1:1/api"],
    "a task on another appliance": ["state", "--url", "http://127.0.0.1:1", "http://127.0.0.1:2" + TASK_PATH],
}


@pytest.mark.parametrize("words", USAGE.values(), ids=USAGE)
def test_usage_errors_are_exit_code_2(words: list[str], wav: Path) -> None:
    """An invalid command is refused on stderr, and nothing is sent."""
    result = call(*[word.format(wav=wav) for word in words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


def test_exit_code_1_has_priority(wav: Path) -> None:
    """One refused file among others that still run is exit code 1, as scripts check first whether any failed."""
    refused = iter([response(422, {})])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        running = response(200, task_body("running")) if request.method == "GET" else accepted()
        connection.sendall(next(refused, running))

    with HostileServer(behave) as server:
        result = call("extract", "--url", server.url, wav, wav, "--timeout", "0.1", "--concurrency", 1)
    assert (result.exit_code, result.stdout) == (1, "null\nnull\n")
    assert f"voxdouble wait {server.url}{TASK_PATH}" in result.stderr


def test_an_unexpected_error_of_one_file_does_not_end_the_others(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of any class is the outcome of its own file, with its class in the message, and exit code 1."""
    send = Transport.send
    broken = itertools.count()

    def send_or_break(self: Transport, request: Request, seconds: float) -> object:
        if request.method == "POST" and next(broken) == 0:
            raise AttributeError("no attribute")
        return send(self, request, seconds)

    monkeypatch.setattr(Transport, "send", send_or_break)
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("extract", "--url", server.url, wav, wav, wav, "--concurrency", 1)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [None, DONE, DONE]
    assert result.stderr == f"{wav}: AttributeError: no attribute\n"
    assert result.exit_code == 1


def test_a_lost_task_is_not_advised_to_be_waited_for(wav: Path) -> None:
    """A 404 to a poll says that the task is not there any more, and prints no command to wait."""
    with HostileServer(responding(response(404, b""))) as server:
        result = call("extract", "--url", server.url, wav)
    assert "The task is not there any more" in result.stderr
    assert "voxdouble wait" not in result.stderr
    assert result.exit_code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="shells differ on Windows")
def test_a_closed_stdin_is_a_usage_error() -> None:
    """Reading from a closed stdin ends with exit code 2 and a sentence."""
    command = f"exec {sys.executable} -m voxdouble extract - --url {UNREACHABLE} 0<&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=30)
    assert "stdin is closed" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2

"""The commands as users call them: stdout, stderr and exit codes."""

import base64
import io
import itertools
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import certifi
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
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.wire import Request
from voxdouble_client.cli import commands as cli

VECTOR = [0.5, -0.25]
WITH_VECTOR = task_body(
    "done",
    result={
        "channels": [
            {
                "channel_number": number,
                "voiceprint": "e2kD",
                "vector_voiceprint": vector,
                "speech_length": 4.1,
                "model": "sid-xl5",
            }
            for number, vector in enumerate([VECTOR, []])
        ]
    },
)
CONVERTED = task_body("done", result={"vector_voiceprints": [VECTOR, []]})
FAILED = task_body("failed", error={"type": "internal", "message": "It broke."})


def call(command: str, *arguments: object, stdin: bytes = b"", **env: str) -> Result:
    """Run a command in this process, in an environment that names no appliance unless it is given."""
    unset = {"APPLIANCE_URL": None, "APPLIANCE_TOKEN": None}
    return CliRunner().invoke(
        getattr(cli, command), [str(word) for word in arguments], input=stdin, env={**unset, **env}
    )


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the test's server accepts as a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFFaudio")
    return path


def test_the_answer_for_one_file_is_unchanged(wav: Path) -> None:
    """The body of the last GET is on stdout, byte for byte with one newline, and stderr is empty."""
    body = json.dumps(DONE, indent=1).encode()
    with HostileServer(responding(response(200, body))) as server:
        result = call("extract", "--url", server.url, wav)
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, body + b"\n", "")


def test_several_files_give_json_lines(wav: Path) -> None:
    """The answer for each file is one line, in the order of the files, even if it was received in several."""
    body = json.dumps(DONE, indent=1).encode()
    with HostileServer(responding(response(200, body))) as server:
        result = call("extract", "--url", server.url, wav, wav, wav)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [DONE] * 3


def test_the_options_become_the_query(wav: Path) -> None:
    """The options become the contract's query parameters (S30, S32, S33)."""
    with HostileServer(responding(response(200, DONE))) as server:
        options = ["--vector", "--channel-mode", "mix", "--channels", "0,1"]
        assert call("extract", "--url", server.url, wav, *options).exit_code == 0
    query = server.received[0].target.partition("?")[2]
    assert query == "include_vector_voiceprint=true&channel_mode=mix&channels=0%2C1"


def test_a_recording_can_come_from_stdin() -> None:
    """- reads the recording from stdin."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("extract", "--url", server.url, "-", stdin=b"RIFFpiped").exit_code == 0
    assert b"RIFFpiped" in server.received[0].body


def test_the_environment_names_appliance_and_token(wav: Path) -> None:
    """APPLIANCE_URL and APPLIANCE_TOKEN replace the options."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("extract", wav, APPLIANCE_URL=server.url, APPLIANCE_TOKEN="secret").exit_code == 0
    assert {request.headers["authorization"] for request in server.received} == {"Bearer secret"}


def test_the_answer_is_written_to_a_file(wav: Path, tmp_path: Path) -> None:
    """With -o the answer is in the file, and stdout is empty."""
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("extract", "--url", server.url, wav, "-o", tmp_path / "out.json")
    assert (result.stdout, json.loads((tmp_path / "out.json").read_text())) == ("", DONE)


def test_vectors_are_written_as_an_array(wav: Path, tmp_path: Path) -> None:
    """A .npy file has one float32 row for each channel of each file; a row without speech is NaN."""
    with HostileServer(responding(response(200, WITH_VECTOR))) as server:
        call("extract", "--url", server.url, "--vector", wav, wav, "-o", tmp_path / "out.npy")
    array = np.load(tmp_path / "out.npy")
    assert array.dtype == np.float32
    assert array[[0, 2]].tolist() == [VECTOR] * 2
    assert np.isnan(array[[1, 3]]).all()


def test_converted_vectors_are_written_as_an_array(tmp_path: Path) -> None:
    """The vectors of a conversion are the rows of a .npy file."""
    with HostileServer(responding(response(200, CONVERTED))) as server:
        result = call(
            "convert", "--url", server.url, "-", "-o", tmp_path / "out.npy", stdin=json.dumps(WITH_VECTOR).encode()
        )
    assert result.exit_code == 0
    assert np.load(tmp_path / "out.npy").shape == (2, 2)


def test_an_array_without_vectors_is_a_usage_error(wav: Path, tmp_path: Path) -> None:
    """A .npy file without --vector is refused before anything is sent."""
    with HostileServer(responding(b"")) as server:
        result = call("extract", "--url", server.url, wav, "-o", tmp_path / "out.npy")
        assert not server.received
    assert "--vector" in result.stderr
    assert result.exit_code == 2


def test_convert_reads_the_output_of_extract(tmp_path: Path) -> None:
    """JSON of one answer, JSON Lines of several, and Base64 become one task, in the order of files and channels."""
    one = tmp_path / "one.json"
    one.write_text(json.dumps(WITH_VECTOR, indent=1).replace("e2kD", "e2kE"))
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps(DONE) + "\n" + json.dumps(DONE) + "\n")
    plain = tmp_path / "harry.vp"
    plain.write_text("e2kF\ne2kG\n")
    with HostileServer(
        responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR] * 5})))
    ) as server:
        result = call("convert", "--url", server.url, one, lines, plain)
    assert result.exit_code == 0
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kE", "e2kE", "e2kD", "e2kD", "e2kFe2kG"]}
    assert [request.method for request in server.received] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "and is neither"),
        (b"RIFF\x00\x01", "and is neither"),
        (b"{}", "has no voiceprints"),
        (json.dumps(FAILED).encode(), "-: The task failed: It broke. It is left out."),
        (json.dumps(FAILED).encode(), "at least one voiceprint, and - holds none"),
        (b"null\nnull\n", "at least one voiceprint, and - holds none"),
        (json.dumps(DONE).encode() + b"\n{\n", "line 2 of .* is not JSON"),
        (json.dumps(DONE).replace('"e2kD"', "3").encode(), "not a text"),
    ],
)
def test_an_invalid_file_of_voiceprints_is_a_usage_error(content: bytes, message: str) -> None:
    """A file that cannot be converted is named, with the line, before anything is sent."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=content)
    assert result.exit_code == 2
    assert re.search(message, result.stderr)


def test_too_many_voiceprints_are_a_usage_error(tmp_path: Path) -> None:
    """More voiceprints than one task takes are refused; the error has their number."""
    many = task_body("done", result={"channels": [{"voiceprint": "e2kD"}] * 50_001})
    path = tmp_path / "many.json"
    path.write_text(json.dumps(many))
    result = call("convert", "--url", "http://127.0.0.1:1", path)
    assert "50001" in result.stderr
    assert result.exit_code == 2


def test_a_file_may_have_a_byte_order_mark() -> None:
    """A `.vp` file that an editor on Windows saved is read like any other."""
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        assert call("convert", "--url", server.url, "-", stdin=b"\xef\xbb\xbfe2kD\r\n").exit_code == 0
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD"]}


def test_a_decoded_voiceprint_is_named_as_such() -> None:
    """The error for a decoded voiceprint differs from that for other files."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=base64.b64decode("e2kD") + b"\x00\xff")
    assert "decoded voiceprint" in result.stderr
    assert result.exit_code == 2


def test_null_lines_are_skipped() -> None:
    """Lines without an answer in the output of `extract` are skipped, and the others are converted."""
    lines = b"null\n" + json.dumps(DONE).encode() + b"\nnull\n"
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        result = call("convert", "--url", server.url, "-", stdin=lines)
    assert "2 lines are null" in result.stderr
    assert result.exit_code == 0


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


def test_the_answer_of_a_failed_task_is_written(wav: Path) -> None:
    """The body of the last GET is on stdout even if the task failed."""
    with HostileServer(responding(response(200, FAILED))) as server:
        assert json.loads(call("extract", "--url", server.url, wav).stdout) == FAILED


def test_a_file_without_an_answer_is_a_null_line(wav: Path) -> None:
    """A file without an answer has null in its line, the others have their answers, and the exit code is 1."""
    responses = iter([accepted(), response(200, DONE), response(422, {}), accepted(), response(200, DONE)])
    with HostileServer(lambda _, connection: connection.sendall(next(responses))) as server:
        result = call("extract", "--url", server.url, wav, wav, wav, "--concurrency", 1)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [DONE, None, DONE]
    assert result.exit_code == 1


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


@pytest.mark.parametrize(("name", "code"), [("pending", 0), ("done", 0), ("odd", 0), ("failed", 1), ("rejected", 1)])
def test_state_prints_one_word(name: str, code: int) -> None:
    """The state is on stdout as one word; the exit code is 1 if the task failed or was rejected."""
    body = task_body(name, result={}, error={"type": "internal", "message": "x"})
    with HostileServer(responding(response(200, body))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code) == (f"{name}\n", code)


def test_the_state_of_an_unknown_task_is_exit_code_1() -> None:
    """A task that the appliance does not know is an error on stderr."""
    with HostileServer(responding(response(404, {}))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert "404" in result.stderr


def test_wait_uses_the_prefix_in_the_tasks_url() -> None:
    """The URL of a task is enough to find its appliance, below a path as well."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("wait", f"{server.url}/_ns/a{TASK_PATH}").exit_code == 0
    assert server.received[0].target == f"/_ns/a{TASK_PATH}"


def test_wait_accepts_several_tasks() -> None:
    """The answers of several tasks are one line each."""
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("wait", *[server.url + TASK_PATH] * 3)
    assert len(result.stdout.splitlines()) == 3


def process(server: HostileServer, *arguments: str, stderr: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """Start a command in a process of its own."""
    words = [sys.executable, "-m", "voxdouble", *arguments]
    environment = {**os.environ, "APPLIANCE_URL": server.url}
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, env=environment)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_interrupting_prints_the_command_to_wait(wav: Path) -> None:
    """Ctrl-C ends the command at once with exit code 130 and prints the command for the tasks that still run."""
    done = iter([response(200, DONE)])  # for one of the two files

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(done, response(200, task_body("running"))) if request.method == "GET" else accepted())

    with HostileServer(behave) as server, process(server, "extract", str(wav), str(wav)) as running:
        while sum(request.method == "GET" for request in server.received) < 5:
            time.sleep(0.01)
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=20)
    assert running.returncode == 130
    commands = [line for line in stderr.decode().splitlines() if line.startswith("voxdouble ")]
    assert commands == [f"voxdouble wait {server.url}{TASK_PATH}"]


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other terminals")
def test_progress_is_shown_on_a_terminal_only(wav: Path) -> None:
    """A bar that reaches 100 % is on stderr if that is a terminal; stdout has the answer only."""
    ours, theirs = pty.openpty()
    done = responding(response(200, DONE))
    with HostileServer(done) as server, process(server, "extract", str(wav), stderr=theirs) as running:
        stdout, _ = running.communicate(timeout=30)
    os.close(theirs)
    shown = b""
    with io.FileIO(ours) as terminal:
        try:
            while chunk := terminal.read(1000):
                shown += chunk
        except OSError:
            pass  # Linux reports the end of a terminal as an error
    assert (running.returncode, json.loads(stdout)) == (0, DONE)
    assert b"100%" in shown


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

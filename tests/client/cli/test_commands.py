"""The commands as users call them: what stands on stdout, what on stderr, and with which exit code they end."""

import base64
import io
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
    """Call a command in this process, in an environment that names no appliance unless told."""
    nothing = {"APPLIANCE_URL": None, "APPLIANCE_TOKEN": None}
    return CliRunner().invoke(
        getattr(cli, command), [str(word) for word in arguments], input=stdin, env={**nothing, **env}
    )


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the servers here take for a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFFaudio")
    return path


def test_one_file_gives_the_answer_as_it_came(wav: Path) -> None:
    """The body of the last GET stands on stdout, byte for byte and one line end, and nothing on stderr."""
    body = json.dumps(DONE, indent=1).encode()
    with HostileServer(responding(response(200, body))) as server:
        result = call("extract", "--url", server.url, wav)
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, body + b"\n", "")


def test_several_files_give_json_lines(wav: Path) -> None:
    """Each file's answer is one line, in the files' order, also where an answer came in several lines."""
    body = json.dumps(DONE, indent=1).encode()
    with HostileServer(responding(response(200, body))) as server:
        result = call("extract", "--url", server.url, wav, wav, wav)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [DONE] * 3


def test_the_options_become_the_query(wav: Path) -> None:
    """What is asked for goes out as the contract's query parameters (S30, S32, S33)."""
    with HostileServer(responding(response(200, DONE))) as server:
        options = ["--vector", "--channel-mode", "mix", "--channels", "0,1"]
        assert call("extract", "--url", server.url, wav, *options).exit_code == 0
    query = server.received[0].target.partition("?")[2]
    assert query == "include_vector_voiceprint=true&channel_mode=mix&channels=0%2C1"


def test_stdin_is_a_file() -> None:
    """The recording can come through a pipe."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("extract", "--url", server.url, "-", stdin=b"RIFFpiped").exit_code == 0
    assert b"RIFFpiped" in server.received[0].body


def test_the_environment_names_appliance_and_token(wav: Path) -> None:
    """APPLIANCE_URL and APPLIANCE_TOKEN stand for the options."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("extract", wav, APPLIANCE_URL=server.url, APPLIANCE_TOKEN="secret").exit_code == 0
    assert {request.headers["authorization"] for request in server.received} == {"Bearer secret"}


def test_the_answer_goes_to_a_file(wav: Path, tmp_path: Path) -> None:
    """With -o the answer stands in the file, and nothing on stdout."""
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("extract", "--url", server.url, wav, "-o", tmp_path / "out.json")
    assert (result.stdout, json.loads((tmp_path / "out.json").read_text())) == ("", DONE)


def test_vectors_go_to_an_array(wav: Path, tmp_path: Path) -> None:
    """A .npy file gets one float32 row for each channel of each file; one without speech is NaN."""
    with HostileServer(responding(response(200, WITH_VECTOR))) as server:
        call("extract", "--url", server.url, "--vector", wav, wav, "-o", tmp_path / "out.npy")
    array = np.load(tmp_path / "out.npy")
    assert array.dtype == np.float32
    assert array[[0, 2]].tolist() == [VECTOR] * 2
    assert np.isnan(array[[1, 3]]).all()


def test_converted_vectors_go_to_an_array(tmp_path: Path) -> None:
    """A conversion's vectors become the rows of a .npy file."""
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
    assert (result.exit_code, "--vector" in result.stderr) == (2, True)


def test_convert_reads_what_extract_wrote(tmp_path: Path) -> None:
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
        (json.dumps(FAILED).encode(), "has no voiceprints"),
        (json.dumps(FAILED).encode(), "its task failed; remove it"),
        (b"null\nnull\n", "1 to 50000 voiceprints, got 0"),
        (json.dumps(DONE).encode() + b"\n{\n", "line 2 of .* is not JSON"),
        (json.dumps(DONE).replace('"e2kD"', "3").encode(), "not a text"),
    ],
)
def test_what_is_no_voiceprint_is_a_usage_error(content: bytes, message: str) -> None:
    """A file that cannot be converted is named, with the line, before anything is sent."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=content)
    assert result.exit_code == 2
    assert re.search(message, result.stderr)


def test_too_many_voiceprints_are_a_usage_error(tmp_path: Path) -> None:
    """More voiceprints than one task takes are refused by their number."""
    many = task_body("done", result={"channels": [{"voiceprint": "e2kD"}] * 50_001})
    path = tmp_path / "many.json"
    path.write_text(json.dumps(many))
    result = call("convert", "--url", "http://127.0.0.1:1", path)
    assert (result.exit_code, "50001" in result.stderr) == (2, True)


def test_a_file_may_have_a_byte_order_mark() -> None:
    """A `.vp` file as an editor on Windows saves it is read as any other."""
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        assert call("convert", "--url", server.url, "-", stdin=b"\xef\xbb\xbfe2kD\r\n").exit_code == 0
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD"]}


def test_raw_bytes_are_told_as_such() -> None:
    """A voiceprint that someone decoded is told from other files."""
    result = call("convert", "--url", "http://127.0.0.1:1", "-", stdin=base64.b64decode("e2kD") + b"\x00\xff")
    assert (result.exit_code, "decoded voiceprint" in result.stderr) == (2, True)


def test_null_lines_are_left_out() -> None:
    """Where `extract` had no answer there is no voiceprint, and the others are converted."""
    lines = b"null\n" + json.dumps(DONE).encode() + b"\nnull\n"
    with HostileServer(responding(response(200, task_body("done", result={"vector_voiceprints": [VECTOR]})))) as server:
        result = call("convert", "--url", server.url, "-", stdin=lines)
    assert (result.exit_code, "2 lines are null" in result.stderr) == (0, True)


def test_what_the_server_says_cannot_move_the_terminal(wav: Path) -> None:
    """Control characters and changes of direction in messages are shown, not acted on."""
    odd = task_body("failed", error={"type": "in\x1b[2J", "message": "a\u202eb"})
    with HostileServer(responding(response(200, odd))) as server:
        told = call("extract", "--url", server.url, wav).stderr
    assert "a\\u202eb [in\\x1b[2J]" in told
    assert not {"\u202e", "\x1b"} & set(told)


ENDS = {
    "done": (response(200, DONE), 0, ""),
    "failed": (response(200, FAILED), 1, "failed: It broke. [internal]"),
    "refused": (response(404, {"type": "resource.not-found", "message": "Gone.", "detail": []}), 1, "Gone."),
    "contract broken": (response(200, b"<html>"), 5, "not JSON"),
    "result broken": (
        response(200, task_body("done", result={})),
        5,
        "expected `array`, got `null` at `result.channels`",
    ),
    "no HTTP": (b"hello\r\n\r\n", 3, "is not HTTP"),
}


@pytest.mark.parametrize(("answer", "code", "message"), ENDS.values(), ids=ENDS)
def test_exit_codes(answer: bytes, code: int, message: str, wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to end has its exit code, and says on stderr what it was, with the file's name."""
    monkeypatch.setattr("voxdouble_client._http.retry.MAX_FAILURES", 0)

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(answer if request.method == "GET" else accepted())

    with HostileServer(behave) as server:
        result = call("extract", "--url", server.url, wav)
    assert (result.exit_code, message in result.stderr) == (code, True)
    assert not result.stderr or result.stderr.startswith(f"{wav}: ")


def test_a_failed_task_still_gives_its_answer(wav: Path) -> None:
    """The body of the last GET stands on stdout also when the task ended badly."""
    with HostileServer(responding(response(200, FAILED))) as server:
        assert json.loads(call("extract", "--url", server.url, wav).stdout) == FAILED


def test_one_bad_file_among_several_keeps_its_line(wav: Path) -> None:
    """A file without an answer is a null in its place, no other is lost, and the exit code is a failure's."""
    good = iter([accepted(), response(200, DONE), response(422, {}), accepted(), response(200, DONE)])
    with (
        HostileServer(lambda _, connection: connection.sendall(next(good))) as server,
        pytest.MonkeyPatch.context() as one,
    ):
        one.setattr("voxdouble_client.cli.run.CONCURRENCY", 1)
        result = call("extract", "--url", server.url, wav, wav, wav)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [DONE, None, DONE]
    assert result.exit_code == 1


def test_unreachable_is_3(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An appliance that nobody listens for is told as such."""
    monkeypatch.setattr("voxdouble_client._http.retry.MAX_FAILURES", 0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = call("extract", "--url", f"http://127.0.0.1:{port}", wav)
    assert (result.exit_code, result.stdout) == (3, "")


def test_out_of_time_is_4_and_says_how_to_go_on(wav: Path) -> None:
    """A task that is still running is told with the command that waits on, and that command gives the result."""
    with HostileServer(responding(response(200, task_body("running")))) as server:
        result = call("extract", "--url", server.url, wav, "--timeout", "0.1")
        assert (result.exit_code, result.stdout) == (4, "")
        command = shlex.split(result.stderr.splitlines()[-1])
        assert command == ["voxdouble", "wait", server.url + TASK_PATH]
        server.behave = responding(response(200, DONE))
        assert json.loads(call(*command[1:]).stdout) == DONE


def test_the_resumed_command_keeps_ca_and_asks_for_the_token(wav: Path, tmp_path: Path) -> None:
    """What a resumed command needs stands in it, but for the secret."""
    ca = tmp_path / "my ca.pem"
    ca.write_bytes(Path(certifi.where()).read_bytes())
    with HostileServer(responding(response(200, task_body("running")))) as server:
        result = call("extract", "--url", server.url, wav, "--timeout", "0.1", "--ca", ca, "--token", "secret")
    assert shlex.split(result.stderr.splitlines()[-1])[3:] == ["--ca", str(ca), "--token", "TOKEN"]


USAGE = {
    "no file": ["extract"],
    "no appliance": ["extract", "{wav}"],
    "a missing file": ["extract", "--url", "http://127.0.0.1:1", "/no/such.wav"],
    "a folder": ["extract", "--url", "http://127.0.0.1:1", "/"],
    "no URL": ["extract", "--url", "appliance:8000", "{wav}"],
    "a URL with a user": ["extract", "--url", "http://me:secret@appliance", "{wav}"],
    "channels of letters": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channels", "a"],
    "a negative channel": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channels", "0,-1"],
    "an unknown mode": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--channel-mode", "both"],
    "a timeout of 0": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--timeout", "0"],
    "a timeout that is none": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--timeout", "nan"],
    "a token of two words": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "--token", "a b"],
    "stdin twice": ["extract", "--url", "http://127.0.0.1:1", "-", "-"],
    "an output that cannot be": ["extract", "--url", "http://127.0.0.1:1", "{wav}", "-o", "/no/such/folder/x"],
    "no task": ["wait"],
    "half a task": ["wait", TASK_PATH],
    "a URL that is no task's": ["state", "http://127.0.0.1:1/api"],
    "a task elsewhere": ["state", "--url", "http://127.0.0.1:1", "http://127.0.0.1:2" + TASK_PATH],
}


@pytest.mark.parametrize("words", USAGE.values(), ids=USAGE)
def test_usage_errors_are_2(words: list[str], wav: Path) -> None:
    """A command that makes no sense is told at once on stderr, and sends nothing."""
    result = call(*[word.format(wav=wav) for word in words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


@pytest.mark.parametrize(("name", "code"), [("pending", 0), ("done", 0), ("odd", 0), ("failed", 1), ("rejected", 1)])
def test_state_is_one_word(name: str, code: int) -> None:
    """The state stands on stdout as a word, and the exit code tells bad ends from all else."""
    body = task_body(name, result={}, error={"type": "internal", "message": "x"})
    with HostileServer(responding(response(200, body))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code) == (f"{name}\n", code)


def test_the_state_of_no_task_is_1() -> None:
    """A task that the appliance does not know is told on stderr."""
    with HostileServer(responding(response(404, {}))) as server:
        result = call("state", server.url + TASK_PATH)
    assert (result.stdout, result.exit_code, "404" in result.stderr) == ("", 1, True)


def test_wait_takes_a_prefix_from_the_tasks_url() -> None:
    """A task's URL alone names its appliance, also below a path."""
    with HostileServer(responding(response(200, DONE))) as server:
        assert call("wait", f"{server.url}/_ns/a{TASK_PATH}").exit_code == 0
    assert server.received[0].target == f"/_ns/a{TASK_PATH}"


def test_wait_takes_several_tasks() -> None:
    """Several tasks give their answers on a line each."""
    with HostileServer(responding(response(200, DONE))) as server:
        result = call("wait", *[server.url + TASK_PATH] * 3)
    assert len(result.stdout.splitlines()) == 3


def started(server: HostileServer, *arguments: str, stderr: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """Start a command as a process of its own."""
    words = [sys.executable, "-m", "voxdouble", *arguments]
    environment = {**os.environ, "APPLIANCE_URL": server.url}
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr, env=environment)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_interrupting_says_how_to_go_on(wav: Path) -> None:
    """Ctrl-C ends the command at once with exit code 130 and prints the command for what still runs, no other."""
    done = iter([response(200, DONE)])  # for one of the two files

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        connection.sendall(next(done, response(200, task_body("running"))) if request.method == "GET" else accepted())

    with HostileServer(behave) as server, started(server, "extract", str(wav), str(wav)) as process:
        while sum(request.method == "GET" for request in server.received) < 5:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    commands = [line for line in stderr.decode().splitlines() if line.startswith("voxdouble ")]
    assert commands == [f"voxdouble wait {server.url}{TASK_PATH}"]


def test_of_several_codes_a_failure_counts_first(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One refused file among others that still run gives exit code 1, as scripts ask first whether any failed."""
    monkeypatch.setattr("voxdouble_client.cli.run.CONCURRENCY", 1)
    refused = iter([response(422, {})])

    def behave(request: ReceivedRequest, connection: socket.socket) -> None:
        running = response(200, task_body("running")) if request.method == "GET" else accepted()
        connection.sendall(next(refused, running))

    with HostileServer(behave) as server:
        result = call("extract", "--url", server.url, wav, wav, "--timeout", "0.1")
    assert (result.exit_code, result.stdout) == (1, "null\nnull\n")
    assert f"voxdouble wait {server.url}{TASK_PATH}" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals on Windows")
def test_progress_is_shown_on_a_terminal_only(wav: Path) -> None:
    """A bar that reaches 100 % stands on stderr where that is a terminal; stdout has the answer alone."""
    ours, theirs = pty.openpty()
    done = responding(response(200, DONE))
    with HostileServer(done) as server, started(server, "extract", str(wav), stderr=theirs) as process:
        stdout, _ = process.communicate(timeout=30)
    os.close(theirs)
    shown = b""
    with io.FileIO(ours) as terminal:
        try:
            while piece := terminal.read(1000):
                shown += piece
        except OSError:
            pass  # how Linux tells the end of a terminal
    assert (process.returncode, json.loads(stdout)) == (0, DONE)
    assert b"100%" in shown

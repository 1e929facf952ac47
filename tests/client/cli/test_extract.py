"""`extract`: its options, where recordings come from, and where answers go."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.client.cli.calling import FAILED, VECTOR, WITH_VECTOR, call
from tests.client.hostile import DONE, HostileServer, accepted, responding, response
from voxdouble_mock import MockAppliance


def test_the_answer_for_one_file_is_unchanged(wav: Path) -> None:
    """The body of the last GET is on stdout, byte for byte with one newline, and stderr is empty."""
    body = json.dumps(DONE, indent=1).encode()
    with HostileServer(responding(response(200, body))) as server:
        result = call("extract", "--url", server.url, wav)
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, body + b"\n", "")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_several_files_give_json_lines(wav: Path, line_end: str) -> None:
    """The answer for each file is one line, in the order of the files, even if it was received in several."""
    body = json.dumps(DONE, indent=1).replace("\n", line_end).encode()
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


def test_an_array_without_vectors_is_a_usage_error(wav: Path, tmp_path: Path) -> None:
    """A .npy file without --vector is refused before anything is sent."""
    with HostileServer(responding(b"")) as server:
        result = call("extract", "--url", server.url, wav, "-o", tmp_path / "out.npy")
        assert not server.received
    assert "--vector" in result.stderr
    assert result.exit_code == 2


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


def test_files_are_needed_from_somewhere(mock: MockAppliance, tmp_path: Path) -> None:
    """`extract` without a file, and an empty list, are refused."""
    assert "At least one FILE" in call("extract", url=mock.url).stderr
    (tmp_path / "list").touch()
    assert "is empty" in call("extract", "--files-from", tmp_path / "list", url=mock.url).stderr

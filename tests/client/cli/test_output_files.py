"""Output files: replaced only by a result, with a row for each recording, whole or as they were."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.client.cli.calling import AUDIO, FAILED, UNREACHABLE, call, process
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
from voxdouble_mock import MockAppliance


def extraction(*vectors: list[float] | None) -> bytes:
    """Return the response of an extraction with these vectors, one for each channel."""
    channel = {"voiceprint": "e2kD", "speech_length": 4.1, "model": "sid-xl5"}
    channels = [{**channel, "channel_number": i, "vector_voiceprint": vector} for i, vector in enumerate(vectors)]
    return response(200, task_body("done", result={"channels": channels}))


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
        (extraction(None), 1, "only if started with --vector"),
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


@pytest.mark.parametrize("suffix", ["jsonl", "npy"])
def test_a_full_disk_leaves_the_folder_as_it_was(suffix: str, mock: MockAppliance, tmp_path: Path) -> None:
    """A file that cannot be written whole is deleted, and the old file stays."""
    output = tmp_path / f"out.{suffix}"
    output.write_text("old")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, -1))"
    words = ["extract", str(AUDIO / "john_doe.wav"), "--vector", "-o", str(output), "--url", mock.url]
    run = f"{limit}; from voxdouble.cli import main; main({words!r})"
    command = [sys.executable, "-B", "-c", run]  # -B: a file of bytecode would be cut at the limit
    process = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 2, process.stderr
    assert "The output cannot be written: File too large." in process.stderr
    assert (output.read_text(), list(tmp_path.iterdir())) == ("old", [output])


def test_a_full_disk_leaves_the_output_as_it_was(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A line that cannot be written whole is taken back, and the run ends with exit code 2."""
    before = batch.read_bytes()
    shutil.copy(AUDIO / "john_doe_2.flac", tmp_path / "recordings" / "e.flac")
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 100}, -1))"
    words = ["extract", str(tmp_path / "recordings"), "--resume", "--vector", "-o", str(batch), "--url", mock.url]
    run = f"{limit}; from voxdouble.cli import main; main({words!r})"
    command = [sys.executable, "-B", "-c", run]  # -B: a file of bytecode would be cut at the limit
    process = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 2, process.stderr
    assert "The output cannot be written: File too large." in process.stderr
    assert batch.read_bytes() == before

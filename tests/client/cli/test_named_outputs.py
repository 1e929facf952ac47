"""Names, silent rows, encodings and lists of files; `convert`, `compare` and `merge` of what `extract` wrote."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import voxdouble_fixtures
from tests.client.hostile import TASK_PATH, HostileServer, accepted, responding, response, task_body
from voxdouble_client.cli import commands as cli
from voxdouble_client.cli import progress_bar
from voxdouble_client.cli.progress_bar import Progress
from voxdouble_mock import MockAppliance

AUDIO = Path(voxdouble_fixtures.__file__).parent / "audio"


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Yield a mock whose tasks end at once."""
    with MockAppliance(pending=0, running=0) as mock:
        yield mock


@pytest.fixture
def batch(mock: MockAppliance, tmp_path: Path) -> Path:
    """Return the output of a batch: a recording, one of two channels, one of silence and one that is rejected."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name, source in {"a": "john_doe", "b": "conversation", "c": "silence", "d": "empty"}.items():
        shutil.copy(AUDIO / f"{source}.wav", folder / f"{name}.wav")
    assert call("extract", mock, folder, "--resume", "--vector", "-o", tmp_path / "out.jsonl").exit_code == 1
    return tmp_path / "out.jsonl"


def call(command: str, mock: MockAppliance, *words: object, stdin: bytes = b"") -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(getattr(cli, command), [*map(str, words), "--url", mock.url], input=stdin)


def test_vectors_keep_their_names(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A .npz file has a name for each row; the rejected recording is left out and named on stderr."""
    result = call("convert", mock, batch, "-o", tmp_path / "v.npz")
    assert result.exit_code == 0, result.stderr
    assert "d.wav: The task was rejected: " in result.stderr
    with np.load(tmp_path / "v.npz") as arrays:
        names, vectors = list(arrays["names"]), arrays["vectors"]
    assert sorted(names) == ["a.wav", "b.wav#0", "b.wav#1", "c.wav"]
    assert vectors.shape == (4, 128)
    assert vectors.dtype == np.float32
    assert list(np.isnan(vectors[:, 0])) == [name == "c.wav" for name in names]


def test_silent_rows_are_left_out_on_demand(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """--skip-silent leaves out rows without speech, with their names, and needs an array."""
    result = call("convert", mock, batch, "--skip-silent", "-o", tmp_path / "v.npz")
    assert result.exit_code == 0, result.stderr
    assert "c.wav: There is no vector" in result.stderr
    with np.load(tmp_path / "v.npz") as arrays:
        assert sorted(arrays["names"]) == ["a.wav", "b.wav#0", "b.wav#1"]
        assert not np.isnan(arrays["vectors"]).any()
    assert call("convert", mock, batch, "--skip-silent").exit_code == 2


def test_scores_keep_their_names(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A .npz file of scores has the names of rows and columns, in the order of the two files."""
    assert call("extract", mock, AUDIO / "john_doe_2.flac", "-o", tmp_path / "john.json").exit_code == 0
    result = call("compare", mock, tmp_path / "john.json", batch, "-o", tmp_path / "s.npz")
    assert result.exit_code == 0, result.stderr
    with np.load(tmp_path / "s.npz") as arrays:
        scores = dict(zip(arrays["names"], arrays["scores"][:, 0], strict=True))
        assert list(arrays["column_names"]) == [str(tmp_path / "john.json")]
    assert max(scores, key=lambda name: scores[name]) == "a.wav"


def test_extract_names_the_rows_of_its_files(mock: MockAppliance, tmp_path: Path) -> None:
    """The rows of `extract -o FILE.npz` have the files' names, a failed one too."""
    files = [AUDIO / "john_doe.wav", AUDIO / "empty.wav", AUDIO / "conversation.wav"]
    call("extract", mock, *files, "--vector", "-o", tmp_path / "v.npz")
    with np.load(tmp_path / "v.npz") as arrays:
        names = [*map(str, files[:2]), f"{files[2]}#0", f"{files[2]}#1"]
        assert list(arrays["names"]) == names


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_text_from_powershell_is_read(mock: MockAppliance, batch: Path, tmp_path: Path, encoding: str) -> None:
    """Lines and lists of files in UTF-16 with a byte order mark are read like UTF-8."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    batch.write_bytes((mark + batch.read_text().replace("\n", "\r\n")).encode(encoding))
    result = call("merge", mock, batch)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["result"]["voiceprint"]
    listed = (mark + f"{AUDIO / 'john_doe.wav'}\r\n").encode(encoding)
    result = call("extract", mock, "--files-from", "-", stdin=listed)
    assert result.exit_code == 0, result.stderr


def test_a_cut_utf_16_text_is_refused(mock: MockAppliance) -> None:
    """Half a character at the end of UTF-16 is refused by name."""
    result = call("convert", mock, "-", stdin=b"\xff\xfe{")
    assert result.exit_code == 2
    assert "must be UTF-16 to its end" in result.stderr


def test_files_are_needed_from_somewhere(mock: MockAppliance, tmp_path: Path) -> None:
    """`extract` without a file, and an empty list, are refused."""
    assert "At least one FILE" in call("extract", mock).stderr
    (tmp_path / "list").touch()
    assert "is empty" in call("extract", mock, "--files-from", tmp_path / "list").stderr


def test_a_foreign_location_can_be_rebased(tmp_path: Path) -> None:
    """With --foreign-location rebase a task URL of another origin is polled on the appliance."""
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    done = task_body("done", result={"channels": []})
    behave = responding(response(200, done), accepted(f"http://elsewhere.example{TASK_PATH}"))
    with HostileServer(behave) as server:
        words = [str(tmp_path / "a.wav"), "--url", server.url]
        assert CliRunner().invoke(cli.extract, words).exit_code == 5
        assert CliRunner().invoke(cli.extract, [*words, "--foreign-location", "rebase"]).exit_code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_batch_in_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """SIGINT, SIGTERM and SIGHUP end a batch with their exit code, and the started task is in the journal."""
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


def test_the_estimate_counts_what_this_run_has_done() -> None:
    """Recordings that an earlier run finished are counted, and do not make the estimate shorter."""
    instants = iter([0.0, 60.0, 120.0])
    progress = Progress(100, now=lambda: next(instants))
    for _ in range(80):
        progress.finish_one(earlier=True)
    assert progress.text() == "80 of 100 done."
    for _ in range(2):
        progress.finish_one(earlier=False)
    assert progress.text() == "82 of 100 done, about 9 min left."


def test_progress_is_a_line_now_and_then_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line with the counts is printed at each interval, ten seconds by default, if stderr is not a terminal."""
    assert progress_bar.LINE_SECONDS == 10
    monkeypatch.setattr(progress_bar, "LINE_SECONDS", 0.01)
    printed, ends = "", time.monotonic() + 30
    with Progress(4, now=lambda: 0.0) as progress:
        progress.finish_one(earlier=False)
        while "1 of 4 done, about 0 s left.\n" not in printed and time.monotonic() < ends:
            time.sleep(0.01)
            printed += capsys.readouterr().err
    assert "1 of 4 done, about 0 s left.\n" in printed


def test_progress_has_counts_and_an_estimate() -> None:
    """The line of progress counts the jobs that are done and estimates the time that is left."""
    progress = Progress(4)
    assert progress.text() == "0 of 4 done."
    progress.reporter()(1.0)
    progress.reporter()(0.5)
    assert progress.text() == "1 of 4 done, about 0 s left."


def test_a_full_disk_leaves_the_output_as_it_was(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A line that cannot be written whole is taken back, and the run ends with exit code 2."""
    before = batch.read_bytes()
    shutil.copy(AUDIO / "john_doe_2.flac", tmp_path / "recordings" / "e.flac")
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 100}, -1))"
    words = ["extract", str(tmp_path / "recordings"), "--resume", "--vector", "-o", str(batch), "--url", mock.url]
    run = f"{limit}; from voxdouble.cli import main; main({words!r})"
    process = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 2, process.stderr
    assert "The output cannot be written: File too large." in process.stderr
    assert batch.read_bytes() == before

"""Names, silent rows and encodings; `convert`, `compare` and `merge` of what `extract` wrote."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.client.cli.calling import AUDIO, call
from voxdouble_mock import MockAppliance


def test_vectors_keep_their_names(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A .npz file has a name for each row; the rejected recording is left out and named on stderr."""
    result = call("convert", batch, "-o", tmp_path / "v.npz", url=mock.url)
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
    result = call("convert", batch, "--skip-silent", "-o", tmp_path / "v.npz", url=mock.url)
    assert result.exit_code == 0, result.stderr
    assert "c.wav: There is no vector" in result.stderr
    with np.load(tmp_path / "v.npz") as arrays:
        assert sorted(arrays["names"]) == ["a.wav", "b.wav#0", "b.wav#1"]
        assert not np.isnan(arrays["vectors"]).any()
    assert call("convert", batch, "--skip-silent", url=mock.url).exit_code == 2


def test_scores_keep_their_names(mock: MockAppliance, batch: Path, tmp_path: Path) -> None:
    """A .npz file of scores has the names of rows and columns, in the order of the two files."""
    assert call("extract", AUDIO / "john_doe_2.flac", "-o", tmp_path / "john.json", url=mock.url).exit_code == 0
    result = call("compare", tmp_path / "john.json", batch, "-o", tmp_path / "s.npz", url=mock.url)
    assert result.exit_code == 0, result.stderr
    with np.load(tmp_path / "s.npz") as arrays:
        scores = dict(zip(arrays["names"], arrays["scores"][:, 0], strict=True))
        assert list(arrays["column_names"]) == [str(tmp_path / "john.json")]
    assert max(scores, key=lambda name: scores[name]) == "a.wav"


def test_extract_names_the_rows_of_its_files(mock: MockAppliance, tmp_path: Path) -> None:
    """The rows of `extract -o FILE.npz` have the files' names, a failed one too."""
    files = [AUDIO / "john_doe.wav", AUDIO / "empty.wav", AUDIO / "conversation.wav"]
    call("extract", *files, "--vector", "-o", tmp_path / "v.npz", url=mock.url)
    with np.load(tmp_path / "v.npz") as arrays:
        names = [*map(str, files[:2]), f"{files[2]}#0", f"{files[2]}#1"]
        assert list(arrays["names"]) == names


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_text_from_powershell_is_read(mock: MockAppliance, batch: Path, tmp_path: Path, encoding: str) -> None:
    """Lines and lists of files in UTF-16 with a byte order mark are read like UTF-8."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    batch.write_bytes((mark + batch.read_text().replace("\n", "\r\n")).encode(encoding))
    result = call("merge", batch, url=mock.url)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["result"]["voiceprint"]
    listed = (mark + f"{AUDIO / 'john_doe.wav'}\r\n").encode(encoding)
    result = call("extract", "--files-from", "-", stdin=listed, url=mock.url)
    assert result.exit_code == 0, result.stderr


def test_a_cut_utf_16_text_is_refused(mock: MockAppliance) -> None:
    """Half a character at the end of UTF-16 is refused by name."""
    result = call("convert", "-", stdin=b"\xff\xfe{", url=mock.url)
    assert result.exit_code == 2
    assert "must be UTF-16 to its end" in result.stderr

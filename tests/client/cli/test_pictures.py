"""Pictures: the scores of `compare`, and the waveforms of `extract --plot`."""

import re
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.client.cli.calling import AUDIO, UNREACHABLE, call, extracted
from voxdouble_client._technologies.voiceprint_comparison import Comparison
from voxdouble_client.cli import pictures, score_picture
from voxdouble_client.cli.score_picture import MAX_CELLS
from voxdouble_client.cli.waveform_picture import MAX_RECORDINGS, clock_time
from voxdouble_mock import MockAppliance


@pytest.fixture
def voiceprints(mock: MockAppliance, tmp_path: Path) -> Path:
    """Return voiceprints with names: of a person twice, of two channels, and of silence."""
    recordings = {"john": "john_doe", "john again": "john_doe", "two": "conversation", "x": "silence"}
    return extracted(mock.url, tmp_path, recordings)


def size(png: bytes) -> tuple[int, int]:
    """Return the width and the height of a PNG in pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def comparison(rows: int, columns: int) -> Comparison:
    """Return scores in which each differs from the one before."""
    return Comparison(rows, columns, [float(number % 41 - 20) for number in range(rows * columns)], {})


def names(count: int) -> list[str]:
    """Return so many names."""
    return [f"name-{number}.wav" for number in range(count)]


def drawn(rows: int, columns: int, path: str = "x.png") -> bytes:
    """Return the picture of scores."""
    return score_picture.picture(comparison(rows, columns), names(rows), names(columns), path)


def test_scores_become_a_picture_with_names(mock: MockAppliance, voiceprints: Path, tmp_path: Path) -> None:
    """An .svg file shows the name of each voiceprint at its row and at its column, and the scores in figures."""
    result = call("compare", voiceprints, voiceprints, "-o", tmp_path / "s.svg", url=mock.url)
    assert (result.exit_code, result.output) == (0, "")
    text = (tmp_path / "s.svg").read_text()
    for name in ("john.wav", "john again.wav", "two.wav#0", "two.wav#1", "x.wav"):
        assert text.count(f">{name}</text>") == 2, text
    assert "5 x 5 scores" in text
    assert len(re.findall(r">-?\d+\.\d</text>", text)) == 25


def test_the_suffix_decides_on_the_format(mock: MockAppliance, voiceprints: Path, tmp_path: Path) -> None:
    """A .png file gets a PNG in upper and lower case, a .json file what the appliance sent."""
    for name in ("s.png", "s.PNG", "s.json"):
        assert call("compare", voiceprints, voiceprints, "-o", tmp_path / name, url=mock.url).exit_code == 0
    width, height = size((tmp_path / "s.png").read_bytes())
    assert 300 < width < 1000
    assert 300 < height < 1000
    assert (tmp_path / "s.PNG").read_bytes() == (tmp_path / "s.png").read_bytes()
    assert (tmp_path / "s.json").read_bytes().startswith(b'{"task"')


@pytest.mark.parametrize("path", ["x.png", "x.svg"])
def test_a_picture_is_the_same_in_every_run(path: str) -> None:
    """Two runs give the same bytes, whatever settings of matplotlib the user has; they hold no date and no version."""
    import matplotlib as mpl  # late, as a worker that draws nothing has no use for it

    first = drawn(3, 20, path)
    with mpl.rc_context({"figure.facecolor": "red", "font.size": 30.0, "text.usetex": True}):
        assert drawn(3, 20, path) == first
    for word in (b"matplotlib v", b"Matplotlib v", b"Software", b"<dc:date>"):
        assert word not in first


def test_many_scores_stay_within_bounds(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of very many voiceprints gets a bounded number of cells, and the bound is printed."""
    assert score_picture.MAX_CELLS * score_picture.CELL_INCHES[-1][1] * pictures.DOTS_PER_INCH < 4_000
    monkeypatch.setattr(score_picture, "MAX_CELLS", 30)
    width, _ = size(drawn(1, 2_000))
    assert width < 30 * 0.26 * pictures.DOTS_PER_INCH + 600
    assert capsys.readouterr().err == "The picture has one cell for each 1 x 67 scores, with the highest of them.\n"
    svg = drawn(1, 60, "x.svg").decode()
    assert svg.count(">name-0.wav +1</text>") == 1
    assert "name-1.wav" not in svg


def test_each_cell_of_many_scores_has_the_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among scores that share a cell a hit stays visible."""
    seen: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []

    def keep(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *_: object) -> bytes:
        seen.append(array)
        return b""

    monkeypatch.setattr(score_picture, "_draw", keep)
    values = np.full((2, 3 * MAX_CELLS - 1), -9.0)
    values[1, 4] = 7.0
    score_picture.picture(Comparison(*values.shape, values.ravel().tolist(), {}), names(2), names(899), "x.png")
    assert seen[0].shape == (2, MAX_CELLS)
    assert np.argwhere(seen[0] == 7.0).tolist() == [[1, 1]]
    assert seen[0].min() == -9.0


def test_names_are_text_and_short() -> None:
    """A name with markup, formulas or line ends is drawn as text on one line, and a long one is shortened."""
    hostile = ["<script>&amp;", "$\\frac{a}{b}$", "a\nb\x1b[31m", "北京 \udc80", "x" * 300 + ".wav#1", "_$_", ""]
    text = score_picture.picture(comparison(7, 1), hostile, ["a"], "x.svg").decode()
    assert "<script>" not in text
    assert "&lt;script&gt;&amp;amp;" in text
    assert "$\\frac{a}{b}$" in text
    assert "a\\nb\\x1b[31m" in text
    assert "北京 \\udc80" in text
    assert max(map(len, re.findall(r"x{5,}…x+\.wav#1", text))) == pictures.LONGEST_NAME


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 2), (1, 41), (41, 2)])
def test_pictures_of_any_shape_have_room_for_their_names(rows: int, columns: int) -> None:
    """The picture of any shape is drawn, and larger with more voiceprints."""
    width, height = size(drawn(rows, columns))
    assert width > 15 * columns + 100
    assert height > 15 * rows + 60


def test_scores_that_are_all_equal_are_drawn() -> None:
    """Scores of 0 alone, as of silence, make a picture."""
    scores = Comparison(2, 2, [0.0] * 4, {})
    assert b">0.0</text>" in score_picture.picture(scores, names(2), names(2), "x.svg")


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "{v}", "{v}", "-o", "{folder}/s.png"),
        ("extract", "{audio}/john_doe.wav", "--plot", "{folder}/w.svg"),
    ],
    ids=["compare", "extract"],
)
def test_without_the_extra_nothing_is_sent(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without matplotlib the command ends with exit status 2 before any request, and says what to install."""
    (tmp_path / "v.vp").write_text("AAAA")
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    result = call(*(word.format(v=tmp_path / "v.vp", audio=AUDIO, folder=tmp_path) for word in words), url=UNREACHABLE)
    assert result.exit_code == 2
    assert "pip install 'voxdouble[plot]'" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["v.vp"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["extract", "{wav}", "-o", "x.png"], "a .png or .svg file is for the scores of `compare`"),
        (["convert", "{wav}", "-o", "x.svg"], "a .png or .svg file is for the scores of `compare`"),
        (["merge", "{wav}", "-o", "x.png"], "a .png or .svg file is for the scores of `compare`"),
        (["extract", "{wav}", "--plot", "x.jpg"], "the name of a picture must end in .png or .svg, got 'x.jpg'"),
        (["extract", "-", "--plot", "x.png"], "--plot needs recordings that it can read again, and - is stdin"),
        (["extract", "{wav}", "--plot", "x.png", "--resume", "-o", "o"], "it cannot be used with --resume"),
        (["extract", *["{wav}"] * 17, "--plot", "x.png"], "--plot is for at most 16 recordings, got 17"),
        (["extract", "{wav}", "--plot", "/nowhere/x.png"], "a file must be writable in its folder"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(words: list[str], reason: str) -> None:
    """A picture of something else, or of what cannot be drawn, is refused before any request."""
    result = call(*(word.format(wav=AUDIO / "john_doe.wav") for word in words), url=UNREACHABLE)
    assert result.exit_code == 2
    assert reason in " ".join(result.stderr.split())


def test_a_failed_comparison_leaves_the_old_picture(tmp_path: Path) -> None:
    """If no scores come, the file stays as it was."""
    (tmp_path / "v.vp").write_text("AAAA")
    (tmp_path / "s.png").write_bytes(b"old")
    assert (
        call("compare", tmp_path / "v.vp", tmp_path / "v.vp", "-o", tmp_path / "s.png", url=UNREACHABLE).exit_code == 3
    )
    assert (tmp_path / "s.png").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_waveforms_are_drawn_with_their_speech(mock: MockAppliance, tmp_path: Path) -> None:
    """Each channel has its waveform and its marked speech; a silent and a rejected recording say so; answers stay."""
    files = [AUDIO / f"{name}.wav" for name in ("john_doe", "conversation", "silence", "empty")]
    result = call("extract", *files, "--plot", tmp_path / "w.svg", "-o", tmp_path / "out.jsonl", url=mock.url)
    assert result.exit_code == 1
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 4
    text = (tmp_path / "w.svg").read_text()
    marked = [float(seconds) for seconds in re.findall(r"marked: ([\d.]+) s of speech", text)]
    told = [float(one) for found in re.findall(r"speech length in the answer: ([\d., s]+)", text)
            for one in re.findall(r"[\d.]+", found)]  # fmt: skip
    assert len(marked) == 3
    assert told == [*marked, 0.0]
    assert text.count("no speech found") == 1
    assert "It cannot be drawn: The file is empty: it has 0 bytes." in text
    assert ">channel 1</text>" in text


def test_the_picture_of_waveforms_is_bounded(mock: MockAppliance, tmp_path: Path) -> None:
    """Sixteen recordings make one picture of a bounded size."""
    words = [*[AUDIO / "silence.wav"] * MAX_RECORDINGS, "-o", tmp_path / "o", "--plot", tmp_path / "x.png"]
    assert call("extract", *words, url=mock.url).exit_code == 0
    assert max(size((tmp_path / "x.png").read_bytes())) < 4_000


def test_the_picture_of_a_waveform_is_the_same_in_every_run(mock: MockAppliance, tmp_path: Path) -> None:
    """Two runs on one recording write the same bytes."""
    for name in ("a.png", "b.png"):
        words = [AUDIO / "john_doe.wav", "-o", tmp_path / "o", "--plot", tmp_path / name]
        assert call("extract", *words, url=mock.url).exit_code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_no_picture_without_a_result(tmp_path: Path) -> None:
    """If no recording has a result, no picture is written."""
    result = call(
        "extract", AUDIO / "john_doe.wav", "--plot", tmp_path / "w.png", "-o", tmp_path / "o", url=UNREACHABLE
    )
    assert result.exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("seconds", "whole", "text"),
    [(1.5, 4, "1.5 s"), (90, 120, "90 s"), (90, 600, "1:30"), (3600, 3600, "1:00:00"), (4000, 7200, "1:06:40")],
)
def test_instants_are_readable(seconds: float, whole: float, text: str) -> None:
    """An instant is shown in seconds, in a longer recording as minutes, in an hour as hours."""
    assert clock_time(seconds, whole) == text

"""The commands about speakers as users call them."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from click.testing import CliRunner, Result

import voxdouble_fixtures
from tests.client.hostile import DONE, HostileServer, responding, response, task_body
from voxdouble.cli import main
from voxdouble_mock import MockAppliance

SCORED = task_body("done", result={"scores": {"columns_count": 1, "rows_count": 2, "values": [0.5, -1.5]}})
MERGED = task_body("done", result={"voiceprint": "e2kM", "speech_length": 8.2})
JUDGED = task_body("done", result={"channels": [{"channel_number": 0}], "results": [{}, {}]})
NOWHERE = ["--url", "http://127.0.0.1:1"]


def call(command: str, *arguments: object, stdin: bytes = b"", url: str | None = None) -> Result:
    """Call a command through the table of commands, in an environment that names no appliance unless told."""
    env = {"APPLIANCE_URL": url, "APPLIANCE_TOKEN": None}
    return CliRunner().invoke(main, [command, *map(str, arguments)], input=stdin, env=env)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Write a file that the servers here take for a recording."""
    path = tmp_path / "john.wav"
    path.write_bytes(b"RIFF\0audio")
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Write two voiceprints, a line each, as `extract` does."""
    path = tmp_path / "two.jsonl"
    path.write_text(json.dumps(DONE) + "\n" + json.dumps(DONE).replace("e2kD", "e2kE") + "\n")
    return path


def test_compare_takes_columns_and_rows(two: Path) -> None:
    """The first file is voiceprints_a, the second voiceprints_b, and the answer stands on stdout as it came."""
    with HostileServer(responding(response(200, SCORED))) as server:
        result = call("compare", "-", two, stdin=json.dumps(DONE).encode(), url=server.url)
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, SCORED, "")
    assert json.loads(server.received[0].body) == {"voiceprints_a": ["e2kD"], "voiceprints_b": ["e2kD", "e2kE"]}


def test_scores_go_to_an_array(two: Path, tmp_path: Path) -> None:
    """A .npy file gets the scores, rows and columns as the appliance has them."""
    with HostileServer(responding(response(200, SCORED))) as server:
        call("compare", "-", two, "-o", tmp_path / "scores.npy", stdin=b"e2kD", url=server.url)
    scores = np.load(tmp_path / "scores.npy")
    assert (scores.dtype, scores.tolist()) == (np.float32, [[0.5], [-1.5]])


def test_rows_of_two_widths_make_no_array(tmp_path: Path) -> None:
    """Scores and vectors that are waited for together are told not to fit into one array."""
    vectors = task_body("done", result={"vector_voiceprints": [[0.5, 1.0, 2.0]]})
    technology = "/api/technology/speaker-identification-voiceprint-"
    urls = [f"{technology}{name}/{DONE['task']['task_id']}" for name in ("comparison", "conversion")]  # type: ignore[index]
    answers = {urls[0]: SCORED, urls[1]: vectors}
    with HostileServer(lambda asked, connection: connection.sendall(response(200, answers[asked.target]))) as server:
        result = call("wait", *(server.url + url for url in urls), "-o", tmp_path / "all.npy")
    assert (result.exit_code, "Rows of 1, 3 numbers" in result.stderr) == (2, True)


def test_merge_makes_one_of_all(two: Path) -> None:
    """All voiceprints of all files go out in one task, in their order."""
    with HostileServer(responding(response(200, MERGED))) as server:
        result = call("merge", two, "-", stdin=b"e2kF", url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, MERGED)
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD", "e2kE", "e2kF"]}


def test_what_merge_wrote_is_read_again(two: Path) -> None:
    """A merged voiceprint is a voiceprint for the other commands."""
    with HostileServer(responding(response(200, SCORED))) as server:
        call("compare", "-", two, stdin=json.dumps(MERGED).encode(), url=server.url)
    assert json.loads(server.received[0].body)["voiceprints_a"] == ["e2kM"]


@pytest.mark.parametrize(
    ("command", "options", "query"),
    [
        ("gender", [], {}),
        (
            "gender",
            [
                "--channel-mode",
                "mix",
                "--channels",
                "0,1",
                "--range-from",
                "1",
                "--range-to",
                "9.5",
                "--max-speech-length",
                "3",
            ],
            {
                "channel_mode": "mix",
                "channels": "0,1",
                "range_from": "1.0",
                "range_to": "9.5",
                "max_speech_length": "3.0",
            },
        ),
        ("age", [], {}),
        (
            "age",
            ["--channel-mode", "split", "--channels", "1", "--max-speech-length", "3"],
            {"channel_mode": "split", "channels": "1", "max_speech_length": "3.0"},
        ),
    ],
)
def test_recordings_are_judged(command: str, options: list[str], query: dict[str, str], wav: Path) -> None:
    """Each recording is a task with what is asked for, and its answer a line (contract 3.1)."""
    with HostileServer(responding(response(200, JUDGED))) as server:
        result = call(command, wav, "-", *options, stdin=b"RIFFpiped", url=server.url)
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [JUDGED, JUDGED]
    started = [request for request in server.received if request.method == "POST"]
    assert [dict(parse_qsl(request.target.partition("?")[2])) for request in started] == [query] * 2
    assert {b"RIFF\0audio" in request.body for request in started} == {True, False}


@pytest.mark.parametrize(
    ("command", "technology"), [("gender", "gender-identification-voiceprints"), ("age", "age-estimation-voiceprints")]
)
def test_voiceprints_are_judged(command: str, technology: str, two: Path) -> None:
    """With --voiceprints all files make one task, and one answer."""
    with HostileServer(responding(response(200, JUDGED))) as server:
        result = call(command, "--voiceprints", two, url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, JUDGED)
    assert server.received[0].target == f"/api/technology/{technology}"
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD", "e2kE"]}


USAGE: dict[str, tuple[list[str], str]] = {
    "nothing to compare": (["compare", "{two}"], "Missing argument"),
    "stdin twice": (["compare", "-", "-"], "stdin"),
    "stdin twice for gender": (["gender", "-", "-"], "stdin"),
    "no voiceprints in it": (["compare", "{two}", "{wav}"], "and is neither"),
    "an array of a voiceprint": (["merge", "{two}", "-o", "{out}.npy"], ".npy"),
    "an array of genders": (["gender", "{wav}", "-o", "{out}.npy"], ".npy"),
    "an array of ages": (["age", "{wav}", "-o", "{out}.npy"], ".npy"),
    "a negative second": (["gender", "{wav}", "--range-from", "-1"], "--range-from"),
    "a length of 0": (["age", "{wav}", "--max-speech-length", "0"], "`max_speech_length` must be a number"),
    "a range of a voiceprint": (["gender", "--voiceprints", "{two}", "--range-to", "3"], "for recordings"),
    "a channel of a voiceprint": (["age", "--voiceprints", "{two}", "--channels", "0"], "for recordings"),
    "a range of an age": (["age", "{wav}", "--range-to", "3"], "No such option"),
    "one to merge": (["merge", "{wav64}"], "at least 2 voiceprints, got 1"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE)
def test_usage_errors_are_2(words: list[str], message: str, wav: Path, two: Path, tmp_path: Path) -> None:
    """A command that makes no sense is told on stderr, and sends nothing."""
    (tmp_path / "one.vp").write_text("e2kD")
    places = {"wav": wav, "two": two, "out": tmp_path / "out", "wav64": tmp_path / "one.vp"}
    result = call(*[word.format(**places) for word in words], *NOWHERE)
    assert (result.exit_code, result.stdout, message in result.stderr) == (2, "", True), result.stderr


def test_too_many_scores_are_2(tmp_path: Path) -> None:
    """More scores than one comparison makes are refused by their number (S50)."""
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, count in zip(paths, (1_001, 1_000), strict=True):
        path.write_text(json.dumps(task_body("done", result={"channels": [{"voiceprint": "e2kD"}] * count})))
    result = call("compare", *paths, *NOWHERE)
    assert (result.exit_code, "make 1001000" in result.stderr) == (2, True)


def test_an_answer_under_other_names_is_still_given(wav: Path) -> None:
    """Gender's members are named by choice, so an appliance that names them otherwise is no failure (C35)."""
    other = task_body("done", result={"speakers": [{"gender": "male"}]})
    with HostileServer(responding(response(200, other))) as server:
        result = call("gender", wav, url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, other)


def test_the_commands_work_together(tmp_path: Path) -> None:
    """What `extract` writes is merged and compared, and gives the gender and age that its recording has."""
    john, again, jane = (
        voxdouble_fixtures.path(name) for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac")
    )
    with MockAppliance(pending=0, running=0) as mock:
        (tmp_path / "johns").write_bytes(call("extract", john, again, url=mock.url).stdout_bytes)
        (tmp_path / "jane").write_bytes(call("extract", jane, url=mock.url).stdout_bytes)
        (tmp_path / "merged").write_bytes(call("merge", tmp_path / "johns", url=mock.url).stdout_bytes)
        told = call("compare", tmp_path / "merged", tmp_path / "jane", url=mock.url)
        own = call("compare", tmp_path / "merged", tmp_path / "johns", url=mock.url)
        for command, member in (("gender", "score_female"), ("age", "age")):
            heard = json.loads(call(command, jane, url=mock.url).stdout)["result"]["channels"][0]
            read = json.loads(call(command, "--voiceprints", tmp_path / "jane", url=mock.url).stdout)
            assert read["result"]["results"][0][member] == heard[member]
    scores = [json.loads(result.stdout)["result"]["scores"] for result in (told, own)]
    assert scores[0]["values"][0] < 0 < min(scores[1]["values"])

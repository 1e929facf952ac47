"""The commands about speakers as users call them."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

import voxdouble_fixtures
from tests.client.cli.calling import UNREACHABLE, call
from tests.client.hostile import DONE, HostileServer, responding, response, task_body
from voxdouble_mock import MockAppliance

SCORED = task_body("done", result={"scores": {"columns_count": 1, "rows_count": 2, "values": [0.5, -1.5]}})
MERGED = task_body("done", result={"voiceprint": "e2kM", "speech_length": 8.2})
CHANNELS_AND_RESULTS = task_body("done", result={"channels": [{"channel_number": 0}], "results": [{}, {}]})


@pytest.fixture
def two_voiceprints(tmp_path: Path) -> Path:
    """Write two voiceprints, one a line, as `extract` does."""
    path = tmp_path / "two.jsonl"
    path.write_text(json.dumps(DONE) + "\n" + json.dumps(DONE).replace("e2kD", "e2kE") + "\n")
    return path


def test_compare_sends_columns_and_rows(two_voiceprints: Path) -> None:
    """The first file is voiceprints_a, the second voiceprints_b; the answer is on stdout unchanged."""
    with HostileServer(responding(response(200, SCORED))) as server:
        result = call("compare", "-", two_voiceprints, stdin=json.dumps(DONE).encode(), url=server.url)
    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (0, SCORED, "")
    assert json.loads(server.received[0].body) == {"voiceprints_a": ["e2kD"], "voiceprints_b": ["e2kD", "e2kE"]}


def test_scores_are_written_as_an_array(two_voiceprints: Path, tmp_path: Path) -> None:
    """A .npy file has the scores in the rows and columns of the appliance."""
    with HostileServer(responding(response(200, SCORED))) as server:
        call("compare", "-", two_voiceprints, "-o", tmp_path / "scores.npy", stdin=b"e2kD", url=server.url)
    scores = np.load(tmp_path / "scores.npy")
    assert (scores.dtype, scores.tolist()) == (np.float32, [[0.5], [-1.5]])


def test_rows_of_different_widths_are_a_usage_error(tmp_path: Path) -> None:
    """Scores and vectors that are waited for together cannot form one array."""
    vectors = task_body("done", result={"vector_voiceprints": [[0.5, 1.0, 2.0]]})
    technology = "/api/technology/speaker-identification-voiceprint-"
    urls = [f"{technology}{name}/{DONE['task']['task_id']}" for name in ("comparison", "conversion")]  # type: ignore[index]
    answers = {urls[0]: SCORED, urls[1]: vectors}
    with HostileServer(
        lambda request, connection: connection.sendall(response(200, answers[request.target]))
    ) as server:
        result = call("wait", *(server.url + url for url in urls), "-o", tmp_path / "all.npy")
    assert "Rows of 1, 3 numbers" in result.stderr
    assert result.exit_code == 2


def test_merge_sends_all_voiceprints_in_one_task(two_voiceprints: Path) -> None:
    """All voiceprints of all files are sent in one task, in their order."""
    with HostileServer(responding(response(200, MERGED))) as server:
        result = call("merge", two_voiceprints, "-", stdin=b"e2kF", url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, MERGED)
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD", "e2kE", "e2kF"]}


def test_compare_reads_the_output_of_merge(two_voiceprints: Path) -> None:
    """A merged voiceprint can be used by the other commands."""
    with HostileServer(responding(response(200, SCORED))) as server:
        call("compare", "-", two_voiceprints, stdin=json.dumps(MERGED).encode(), url=server.url)
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
            ["--channel-mode", "split", "--channels", "1", "--range-from", "1", "--range-to", "2"],
            {"channel_mode": "split", "channels": "1", "range_from": "1.0", "range_to": "2.0"},
        ),
    ],
)
def test_each_recording_is_a_task(command: str, options: list[str], query: dict[str, str], wav: Path) -> None:
    """The options become the query of each task, and each answer is one line (S30, S32, C23)."""
    with HostileServer(responding(response(200, CHANNELS_AND_RESULTS))) as server:
        result = call(command, wav, "-", *options, stdin=b"RIFFpiped", url=server.url)
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [CHANNELS_AND_RESULTS, CHANNELS_AND_RESULTS]
    started = [request for request in server.received if request.method == "POST"]
    assert [dict(parse_qsl(request.target.partition("?")[2])) for request in started] == [query] * 2
    assert {b"RIFF\0audio" in request.body for request in started} == {True, False}


@pytest.mark.parametrize(
    ("command", "technology"), [("gender", "gender-identification-voiceprints"), ("age", "age-estimation-voiceprints")]
)
def test_voiceprints_of_all_files_are_one_task(command: str, technology: str, two_voiceprints: Path) -> None:
    """With --voiceprints all files are one task with one answer."""
    with HostileServer(responding(response(200, CHANNELS_AND_RESULTS))) as server:
        result = call(command, "--voiceprints", two_voiceprints, url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, CHANNELS_AND_RESULTS)
    assert server.received[0].target == f"/api/technology/{technology}"
    assert json.loads(server.received[0].body) == {"voiceprints": ["e2kD", "e2kE"]}


USAGE: dict[str, tuple[list[str], str]] = {
    "one file to compare": (["compare", "{two_voiceprints}"], "Missing argument"),
    "stdin twice": (["compare", "-", "-"], "stdin"),
    "stdin twice for gender": (["gender", "-", "-"], "stdin"),
    "a file without voiceprints": (["compare", "{two_voiceprints}", "{wav}"], "and is neither"),
    "an array of a merged voiceprint": (["merge", "{two_voiceprints}", "-o", "{out}.npy"], ".npy"),
    "an array of genders": (["gender", "{wav}", "-o", "{out}.npy"], ".npy"),
    "an array of ages": (["age", "{wav}", "-o", "{out}.npy"], ".npy"),
    "a negative second": (["gender", "{wav}", "--range-from", "-1"], "--range-from"),
    "a length of 0": (["age", "{wav}", "--max-speech-length", "0"], "`max_speech_length` must be a number"),
    "a range for voiceprints": (["gender", "--voiceprints", "{two_voiceprints}", "--range-to", "3"], "for recordings"),
    "channels for voiceprints": (["age", "--voiceprints", "{two_voiceprints}", "--channels", "0"], "for recordings"),
    "a range for ages of voiceprints": (
        ["age", "--voiceprints", "{two_voiceprints}", "--range-from", "1"],
        "for recordings",
    ),
    "one voiceprint to merge": (["merge", "{wav64}"], "at least 2 voiceprints, got 1"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE)
def test_usage_errors_are_exit_code_2(
    words: list[str], message: str, wav: Path, two_voiceprints: Path, tmp_path: Path
) -> None:
    """An invalid command is refused on stderr, and nothing is sent."""
    (tmp_path / "one.vp").write_text("e2kD")
    paths = {"wav": wav, "two_voiceprints": two_voiceprints, "out": tmp_path / "out", "wav64": tmp_path / "one.vp"}
    result = call(*[word.format(**paths) for word in words], url=UNREACHABLE)
    assert message in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")


def test_too_many_scores_are_a_usage_error(tmp_path: Path) -> None:
    """More scores than one comparison takes are refused; the error has their number (S50)."""
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, count in zip(paths, (1_001, 1_000), strict=True):
        path.write_text(json.dumps(task_body("done", result={"channels": [{"voiceprint": "e2kD"}] * count})))
    result = call("compare", *paths, url=UNREACHABLE)
    assert "make 1001000" in result.stderr
    assert result.exit_code == 2


def test_an_answer_with_other_member_names_is_written(wav: Path) -> None:
    """The names of gender's members are a choice, so an appliance with other names is not a failure (C35)."""
    other = task_body("done", result={"speakers": [{"gender": "male"}]})
    with HostileServer(responding(response(200, other))) as server:
        result = call("gender", wav, url=server.url)
    assert (result.exit_code, json.loads(result.stdout)) == (0, other)


def test_the_commands_work_together(tmp_path: Path) -> None:
    """The output of `extract` can be merged, compared, and has the gender and age of its recording."""
    john, again, jane = (
        voxdouble_fixtures.path(name) for name in ("john_doe.wav", "john_doe_2.flac", "jane_roe_1.flac")
    )
    with MockAppliance(pending=0, running=0) as mock:
        (tmp_path / "johns").write_bytes(call("extract", john, again, url=mock.url).stdout_bytes)
        (tmp_path / "jane").write_bytes(call("extract", jane, url=mock.url).stdout_bytes)
        (tmp_path / "merged").write_bytes(call("merge", tmp_path / "johns", url=mock.url).stdout_bytes)
        other = call("compare", tmp_path / "merged", tmp_path / "jane", url=mock.url)
        own = call("compare", tmp_path / "merged", tmp_path / "johns", url=mock.url)
        for command, member in (("gender", "score_female"), ("age", "age")):
            from_file = json.loads(call(command, jane, url=mock.url).stdout)["result"]["channels"][0]
            from_voiceprint = json.loads(call(command, "--voiceprints", tmp_path / "jane", url=mock.url).stdout)
            assert from_voiceprint["result"]["results"][0][member] == from_file[member]
    scores = [json.loads(result.stdout)["result"]["scores"] for result in (other, own)]
    assert scores[0]["values"][0] < 0 < min(scores[1]["values"])

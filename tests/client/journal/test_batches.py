"""Batches with a journal: `extract_voiceprints(journal=...)` and `voxdouble extract --resume`."""

import json
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import voxdouble_fixtures
from tests.mutants.middleware import Request, Response, changing_responses
from voxdouble_client import ApplianceClient, PollTimeout, TaskRejected, TransportError
from voxdouble_client._journal.journal import Journal
from voxdouble_client._journal.lines import recording_of
from voxdouble_client.cli import commands as cli
from voxdouble_mock import MockAppliance

JOHN = Path(voxdouble_fixtures.__file__).parent / "audio" / "john_doe.wav"
NAMES = ["a.wav", "below/b.WAV", "below/c.wav", "empty.wav"]


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Yield a mock whose tasks end at once."""
    with MockAppliance(pending=0, running=0) as mock:
        yield mock


@pytest.fixture
def appliance(mock: MockAppliance) -> Iterator[ApplianceClient]:
    """Yield a client of the mock."""
    with ApplianceClient(mock.url, timeout=30) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three recordings, one of them empty, and a file that is not a recording."""
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    for name in NAMES[:3]:
        shutil.copy(JOHN, folder / name)
    (folder / "empty.wav").touch()
    (folder / "notes.txt").write_text("not a recording")
    return folder


def resume(mock: MockAppliance, output: Path, *arguments: object) -> Result:
    """Run `extract --resume` in this process."""
    words = [*map(str, arguments), "--url", mock.url, "-o", str(output), "--resume"]
    return CliRunner().invoke(cli.extract, words)


def lines_of(output: Path) -> dict[str, Any]:
    """Return the lines of an output by path; AssertionError if a recording has two."""
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    found = {line["path"]: line for line in lines}
    assert len(found) == len(lines), "a recording has two lines"
    return found


def starts(mock: MockAppliance) -> int:
    """Return the number of starts that the mock has received."""
    return sum(request.method == "POST" for request in mock.requests)


def test_a_line_has_recording_task_and_answer(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A folder is searched recursively; every line has path, size, time, task and the answer, also a rejected one."""
    result = resume(mock, tmp_path / "out.jsonl", folder)
    lines = lines_of(tmp_path / "out.jsonl")
    assert (result.exit_code, sorted(lines)) == (1, sorted(NAMES)), result.stderr
    found = (folder / "below" / "c.wav").stat()
    line = lines["below/c.wav"]
    assert list(line) == ["path", "size", "mtime_ns", "task_id", "url", "answer"]
    assert (line["size"], line["mtime_ns"]) == (found.st_size, found.st_mtime_ns)
    assert line["url"].endswith(line["task_id"])
    assert line["answer"]["task"]["state"] == "done"
    assert lines["empty.wav"]["answer"]["task"]["state"] == "rejected"
    assert "empty.wav: The task" in result.stderr
    assert "3 of 4 recordings are done." in result.stderr


def test_finished_recordings_are_skipped(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A second run sends only recordings that are new or changed, and a changed one keeps a single line."""
    output = tmp_path / "out.jsonl"
    resume(mock, output, folder)
    assert starts(mock) == 4
    before = output.read_bytes()
    assert resume(mock, output, folder).exit_code == 1
    assert (output.read_bytes(), starts(mock)) == (before, 4)
    shutil.copy(JOHN, folder / "empty.wav")
    result = resume(mock, output, folder)
    assert (result.exit_code, starts(mock)) == (0, 5), result.stderr
    assert all(line["answer"]["task"]["state"] == "done" for line in lines_of(output).values())


def test_a_failure_that_may_pass_is_tried_again(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A refusal with 403 and a failed task are sent again; a recording that is too large for good is not."""
    output = tmp_path / "out.jsonl"
    mock.scenario(
        {
            "rules": [
                {"when": {"file_name": "a.wav"}, "then": {"fault": {"kind": "status", "status": 403}}},
                {"when": {"file_name": "b.WAV"}, "then": {"end": "failed", "error": {"message": "It broke."}}},
                {"when": {"file_name": "c.wav"}, "then": {"fault": {"kind": "status", "status": 413}}},
            ]
        }
    )
    assert resume(mock, output, folder).exit_code == 1
    lines = lines_of(output)
    assert lines["a.wav"]["error"]["status"] == 403
    assert lines["below/b.WAV"]["answer"]["task"]["state"] == "failed"
    assert lines["below/c.wav"]["error"]["final"]
    mock.reset()
    result = resume(mock, output, folder)
    assert (result.exit_code, starts(mock)) == (1, 2), result.stderr
    assert "c.wav: " in result.stderr
    assert "413" in result.stderr
    assert [name for name, line in lines_of(output).items() if "error" in line] == ["below/c.wav"]


def test_lines_of_other_recordings_stay(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A run with a part of the recordings keeps the lines of the others, also those of errors and failed tasks."""
    output = tmp_path / "out.jsonl"
    mock.scenario(
        {
            "rules": [
                {"when": {"file_name": "a.wav"}, "then": {"fault": {"kind": "status", "status": 403}}},
                {"when": {"file_name": "b.WAV"}, "then": {"end": "failed", "error": {"message": "It broke."}}},
                {"when": {"file_name": "c.wav"}, "then": {"fault": {"kind": "status", "status": 403}}},
            ]
        }
    )
    files = [folder / name for name in NAMES]
    with ApplianceClient(mock.url, timeout=30) as client:
        list(client.extract_voiceprints(files, journal=output))
        before = lines_of(output)
        mock.reset()
        assert all(outcome.result for outcome in client.extract_voiceprints(files[:1], journal=output))
        after = lines_of(output)
        assert "error" in before[str(files[0])]
        assert after == {**before, str(files[0]): after[str(files[0])]}
        again = [bool(outcome.result) for outcome in client.extract_voiceprints(files, journal=output)]
        assert again == [True, True, True, False]
    assert not any("error" in line for line in lines_of(output).values())


def test_a_started_task_is_waited_for(folder: Path, tmp_path: Path) -> None:
    """A task that was started before the caller left is polled by the next run, and not started again."""
    output, files = tmp_path / "out.jsonl", [folder / "a.wav", folder / "below" / "c.wav"]
    with MockAppliance(clock="manual", running=600) as mock:
        appliance = ApplianceClient(mock.url, timeout=60, sleep=mock.clock.sleep, now=mock.clock.now)
        with appliance:
            late = list(appliance.extract_voiceprints(files, journal=output))
            assert [type(outcome.error) for outcome in late] == [PollTimeout, PollTimeout]
            assert starts(mock) == 2
            outcomes = list(appliance.extract_voiceprints(files, journal=output, timeout=3000))
            assert [outcome.file for outcome in outcomes] == [str(file) for file in files]
            assert all(outcome.result for outcome in outcomes)
            assert starts(mock) == 2
    assert all("answer" in line for line in lines_of(output).values())


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("taken", range(5))
def test_the_caller_can_leave_at_any_point(
    taken: int, ordered: bool, appliance: ApplianceClient, mock: MockAppliance, folder: Path, tmp_path: Path
) -> None:
    """After the caller has left, the next run yields every outcome, and no recording was started twice."""
    files = [folder / name for name in NAMES]
    outcomes = appliance.extract_voiceprints(files, journal=tmp_path / "out.jsonl", ordered=ordered, concurrency=2)
    first = [next(outcomes) for _ in range(taken)]
    assert isinstance(outcomes, Generator)
    outcomes.close()
    again = list(appliance.extract_voiceprints(files, journal=tmp_path / "out.jsonl", ordered=ordered))
    assert {outcome.file for outcome in first} <= {outcome.file for outcome in again if outcome.earlier}
    assert sorted(str(outcome.file) for outcome in again) == sorted(map(str, files))
    assert sorted(lines_of(tmp_path / "out.jsonl")) == sorted(str(file) for file in files)
    assert starts(mock) == len(files)


@pytest.mark.parametrize("status", [404, 410])
def test_a_lost_task_is_started_again(status: int, tmp_path: Path) -> None:
    """A task that the appliance, or a proxy in front of it, says is not there any more is replaced by another."""

    def gone(request: Request, response: Response) -> None:
        if request.method == "GET" and response.status == 404:
            response.status = status

    recording = recording_of(JOHN)
    with MockAppliance(pending=0, running=0, wrap=changing_responses(gone)) as mock:
        with Journal(tmp_path / "out.jsonl", {}, [recording]) as journal:
            journal.starting(recording)
            journal.started(recording, f"{mock.url}/api/technology/speaker-identification-voiceprint-extraction/gone")
        with ApplianceClient(mock.url, timeout=30) as client:
            (outcome,) = client.extract_voiceprints([JOHN], journal=tmp_path / "out.jsonl")
        assert outcome.result
        assert starts(mock) == 1


def test_a_torn_line_is_removed(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """The beginning of a line, as a killed process may leave it, is cut off, and its recording extracted again."""
    output = tmp_path / "out.jsonl"
    resume(mock, output, folder)
    data = output.read_bytes()
    output.write_bytes(data[: data[:-1].rindex(b"\n") + 10])
    journal = tmp_path / "out.jsonl.journal"
    journal.write_bytes(journal.read_bytes().partition(b"\n")[0] + b'\n{"path": "a.w')
    assert resume(mock, output, folder).exit_code == 1
    assert (sorted(lines_of(output)), starts(mock)) == (sorted(NAMES), 5)


def test_earlier_outcomes_come_from_the_file(appliance: ApplianceClient, folder: Path, tmp_path: Path) -> None:
    """Results and rejections of an earlier run are yielded again, typed, without the appliance."""
    files = [str(folder / name) for name in NAMES]
    first = list(appliance.extract_voiceprints(files, journal=tmp_path / "out.jsonl"))
    with ApplianceClient("http://127.0.0.1:1", timeout=5) as unreachable:
        again = list(unreachable.extract_voiceprints(files, journal=tmp_path / "out.jsonl"))
    assert [outcome.result for outcome in again] == [outcome.result for outcome in first]
    assert isinstance(again[3].error, TaskRejected)
    assert again[0].result
    assert [outcome.earlier for outcome in [*first, *again]] == [False] * 4 + [True] * 4


def test_on_outcome_is_called_for_each_file(tmp_path: Path) -> None:
    """`on_outcome` gets every outcome, errors too, when its line is written."""
    seen: list[object] = []
    output = tmp_path / "out.jsonl"
    with ApplianceClient("http://127.0.0.1:1", timeout=0.5) as unreachable:
        outcomes = unreachable.extract_voiceprints([JOHN, "missing.wav"], journal=output, on_outcome=seen.append)
        assert [type(outcome.error) for outcome in outcomes] == [TransportError, FileNotFoundError]
    assert len(seen) == len(lines_of(output)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{folder}", "--vector"], "was begun with the options"),
        (["{folder}", "-"], "- is stdin"),
        (["{folder}", "{folder}/below", "{folder}/below/../a.wav", "{other}"], "must have a path of its own"),
        (["{empty}"], "must hold recordings (.flac, .mp3"),
    ],
)
def test_unusable_input_is_refused(
    mock: MockAppliance, folder: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """A batch with other options, stdin, two recordings with one path, and an empty folder are refused by name."""
    resume(mock, tmp_path / "out.jsonl", folder)
    (tmp_path / "empty").mkdir()
    shutil.copytree(folder, tmp_path / "other")
    places = {"folder": folder, "empty": tmp_path / "empty", "other": tmp_path / "other"}
    result = resume(mock, tmp_path / "out.jsonl", *(word.format_map(places) for word in arguments))
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_two_runs_on_one_output_are_refused(tmp_path: Path) -> None:
    """A journal that is open refuses a second one, and can be opened again when it is closed."""
    with Journal(tmp_path / "out.jsonl", {}, []), pytest.raises(ValueError, match="is being written by another run"):
        Journal(tmp_path / "out.jsonl", {}, [])
    Journal(tmp_path / "out.jsonl", {}, []).close()


def test_an_output_of_another_kind_is_refused(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A file that holds lines without paths is refused, and stays as it was."""
    output = tmp_path / "out.jsonl"
    output.write_text('{"task": {}}\n')
    result = resume(mock, output, folder)
    assert (result.exit_code, output.read_text()) == (2, '{"task": {}}\n')
    assert "Line 1 of" in result.stderr

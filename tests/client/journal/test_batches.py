"""Batches that are run again: finished recordings are skipped, started tasks are waited for, and the others start."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.client.journal.resuming import JOHN, NAMES, lines_of, resume, starts
from tests.mutants.middleware import Request, Response, changing_responses
from voxdouble_client import ApplianceClient, PollTimeout
from voxdouble_client._http.urls import BaseUrl
from voxdouble_client._journal.journal import Journal
from voxdouble_client._journal.lines import recording_of
from voxdouble_mock import MockAppliance


def troubles(*, status_of_c: int) -> dict[str, Any]:
    """Return a scenario in which a.wav is refused with 403, the task of b.WAV fails, and c.wav is refused too."""
    return {
        "rules": [
            {"when": {"file_name": "a.wav"}, "then": {"fault": {"kind": "status", "status": 403}}},
            {"when": {"file_name": "b.WAV"}, "then": {"end": "failed", "error": {"message": "It broke."}}},
            {"when": {"file_name": "c.wav"}, "then": {"fault": {"kind": "status", "status": status_of_c}}},
        ]
    }


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
    mock.scenario(troubles(status_of_c=413))
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
    mock.scenario(troubles(status_of_c=403))
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


@pytest.mark.parametrize("status", [404, 410])
def test_a_lost_task_is_started_again(status: int, tmp_path: Path) -> None:
    """A task that the appliance, or a proxy in front of it, says is not there any more is replaced by another."""

    def gone(request: Request, response: Response) -> None:
        if request.method == "GET" and response.status == 404:
            response.status = status

    recording = recording_of(JOHN)
    with MockAppliance(pending=0, running=0, wrap=changing_responses(gone)) as mock:
        with Journal(tmp_path / "out.jsonl", BaseUrl.parse(mock.url), {}, [recording]) as journal:
            journal.starting(recording)
            journal.started(recording, f"{mock.url}/api/technology/speaker-identification-voiceprint-extraction/gone")
        with ApplianceClient(mock.url, timeout=30) as client:
            (outcome,) = client.extract_voiceprints([JOHN], journal=tmp_path / "out.jsonl")
        assert outcome.result
        assert starts(mock) == 1

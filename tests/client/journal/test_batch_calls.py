"""Batches as calls of the client: outcomes, their order, and input that is refused."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.client.journal.resuming import JOHN, NAMES, lines_of, resume, starts
from voxdouble_client import ApplianceClient, TaskRejected, TransportError
from voxdouble_client._http.urls import BaseUrl
from voxdouble_client._journal.files import fcntl
from voxdouble_client._journal.journal import Journal
from voxdouble_mock import MockAppliance

APPLIANCE = BaseUrl.parse("http://appliance:8000")


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


def test_earlier_outcomes_come_from_the_file(folder: Path, tmp_path: Path) -> None:
    """Results and rejections of an earlier run are yielded again, typed, without the appliance."""
    files = [str(folder / name) for name in NAMES]
    with MockAppliance(pending=0, running=0) as mock, ApplianceClient(mock.url, timeout=30) as appliance:
        first = list(appliance.extract_voiceprints(files, journal=tmp_path / "out.jsonl"))
    with ApplianceClient(mock.url, timeout=5) as unreachable:
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


def test_a_journal_of_another_batch_is_an_error_of_the_first_iteration(
    appliance: ApplianceClient, tmp_path: Path
) -> None:
    """The call itself opens no file; the first iteration refuses a journal with other options."""
    output = tmp_path / "out.jsonl"
    list(appliance.extract_voiceprints([JOHN], journal=output))
    outcomes = appliance.extract_voiceprints([JOHN], journal=output, channels=[0])
    with pytest.raises(ValueError, match="was begun with the options"):
        next(outcomes)


def test_a_refused_call_changes_no_file(appliance: ApplianceClient, tmp_path: Path) -> None:
    """A call with other options leaves the incomplete last lines, which a killed process wrote, in both files."""
    output, journal = tmp_path / "out.jsonl", tmp_path / "out.jsonl.journal"
    list(appliance.extract_voiceprints([JOHN], journal=output))
    before = []
    for file in (output, journal):
        file.write_bytes(file.read_bytes() + b'{"path":"a')
        before.append(file.read_bytes())
    with pytest.raises(ValueError, match="was begun with the options"):
        next(appliance.extract_voiceprints([JOHN], journal=output, channels=[0]))
    assert [output.read_bytes(), journal.read_bytes()] == before


@pytest.mark.skipif(fcntl is None, reason="the system cannot lock files in this way")
def test_two_runs_on_one_output_are_refused(tmp_path: Path) -> None:
    """A journal that is open refuses a second one, and can be opened again when it is closed."""
    with (
        Journal(tmp_path / "out.jsonl", APPLIANCE, {}, []),
        pytest.raises(ValueError, match="is being written by another run"),
    ):
        Journal(tmp_path / "out.jsonl", APPLIANCE, {}, [])
    Journal(tmp_path / "out.jsonl", APPLIANCE, {}, []).close()


def test_an_output_of_another_kind_is_refused(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A file that holds lines without paths is refused, and stays as it was."""
    output = tmp_path / "out.jsonl"
    output.write_text('{"task": {}}\n')
    result = resume(mock, output, folder)
    assert (result.exit_code, output.read_text()) == (2, '{"task": {}}\n')
    assert "Line 1 of" in result.stderr


def test_a_refused_output_leaves_no_batch_behind(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """Once the other file is moved away, a batch with other options begins at its path."""
    output = tmp_path / "out.jsonl"
    output.write_text('{"task": {}}\n')
    assert resume(mock, output, folder).exit_code == 2
    output.unlink()
    result = resume(mock, output, folder, "--vector")
    assert (result.exit_code, sorted(lines_of(output))) == (1, sorted(NAMES)), result.stderr


def test_a_file_that_is_named_twice_is_refused(
    appliance: ApplianceClient, mock: MockAppliance, folder: Path, tmp_path: Path
) -> None:
    """With a journal a path that is given twice, in any spelling, is a ValueError, and no task is started."""
    for again in (folder / "a.wav", f"{folder}/below/../a.wav"):
        with pytest.raises(ValueError, match=r"must name each file once, got .*/a\.wav twice"):
            appliance.extract_voiceprints([folder / "a.wav", JOHN, again], journal=tmp_path / "out.jsonl")
    assert (starts(mock), list(tmp_path.glob("out.*"))) == (0, [])


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.journal"])
def test_a_file_of_one_unfinished_line_is_refused(name: str, mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A file that a batch did not write stays as it was, also if it has a single line without an end."""
    (tmp_path / name).write_text('{"task": {}}')
    result = resume(mock, tmp_path / "out.jsonl", folder)
    assert (result.exit_code, (tmp_path / name).read_text(), starts(mock)) == (2, '{"task": {}}', 0)
    assert str(tmp_path / name) in " ".join(result.stderr.split())

"""The client with the mock appliance, on the mock's own clock: no test here waits for real time."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import voxdouble_fixtures
from voxdouble_client import ApiError, ApplianceClient, PollTimeout, TaskRejected
from voxdouble_client.cli import commands as cli
from voxdouble_mock import MockAppliance
from voxdouble_mock.execution import completion_of

JOHN = Path(voxdouble_fixtures.__file__).parent / "audio" / "john_doe.wav"


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Run a mock appliance whose clock the test moves."""
    with MockAppliance(clock="manual") as mock:
        yield mock


@pytest.fixture
def appliance(mock: MockAppliance) -> Iterator[ApplianceClient]:
    """Return a client on the mock's clock."""
    with ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance:
        yield appliance


def test_the_vectors_of_extraction_and_conversion_are_the_same(appliance: ApplianceClient) -> None:
    """The vendor's guide promises that both ways to a vector give equal numbers."""
    [channel] = appliance.extract_voiceprint(JOHN, include_vector_voiceprint=True).channels
    conversion = appliance.convert_voiceprints([channel.voiceprint])
    assert conversion.vector_voiceprints == [channel.vector_voiceprint]


def test_every_state_is_reported_once(appliance: ApplianceClient) -> None:
    """`on_state` receives the states of a task in order, each once."""
    states: list[str] = []
    appliance.extract_voiceprint(JOHN, on_state=states.append)
    assert states == ["pending", "running", "done"]


def test_a_task_is_taken_up_again_by_its_url(appliance: ApplianceClient) -> None:
    """The URL of a handle is enough for another handle to return the same typed result."""
    handle = appliance.start_voiceprint_extraction(JOHN)
    assert appliance.task(handle.url).result() == handle.result()


def test_rejected_audio_raises_with_the_reason(appliance: ApplianceClient) -> None:
    """A rejected task raises at once, with the appliance's reason in the message."""
    with pytest.raises(TaskRejected, match=r"was rejected: .+ \[task\.validation-error\]") as caught:
        appliance.extract_voiceprint(b"no audio")
    assert caught.value.error.type == "task.validation-error"


def test_a_full_storage_has_room_after_other_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload that meets a full storage is sent once, with a `transient` error; the same upload fits later (S26)."""
    refusals: list[ApiError] = []

    def completion_during_another_upload(*arguments: Any) -> Any:
        monkeypatch.undo()
        with ApplianceClient(full.url) as second, pytest.raises(ApiError, match="when other uploads") as caught:
            second.start_voiceprint_extraction(JOHN)
        refusals.append(caught.value)
        return completion_of(*arguments)

    with MockAppliance(clock="manual", input_storage=200_000) as full, ApplianceClient(full.url) as appliance:
        monkeypatch.setattr("voxdouble_mock.appliance.completion_of", completion_during_another_upload)
        appliance.start_voiceprint_extraction(JOHN)
        [refusal] = refusals
        assert (refusal.status, refusal.transient, refusal.may_have_run) == (507, True, False)
        assert [entry.status for entry in full.requests] == [507, 202]
        appliance.start_voiceprint_extraction(JOHN)


def test_an_expired_task_is_an_api_error(appliance: ApplianceClient, mock: MockAppliance) -> None:
    """A poll of a task that expired raises the appliance's 404."""
    handle = appliance.start_voiceprint_extraction(JOHN)
    mock.clock.advance(4000)
    with pytest.raises(ApiError, match="expired") as caught:
        handle.state()
    assert (caught.value.status, caught.value.type) == (404, "resource.not-found")


def test_a_long_task_takes_no_real_time() -> None:
    """A task of ten minutes takes ten minutes of the mock's clock, little real time and few polls."""
    with (
        MockAppliance(clock="manual", pending=0, running=600) as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        began, began_there = time.monotonic(), mock.clock.now()
        appliance.extract_voiceprint(JOHN)
        assert 600 <= mock.clock.now() - began_there <= 606
        assert time.monotonic() - began < 60
        assert len(mock.requests) < 250


def test_a_timeout_is_on_the_given_clock() -> None:
    """A timeout counts on the clock that was given, and its handle continues to wait."""
    with (
        MockAppliance(clock="manual", pending=0, running=600) as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        began = mock.clock.now()
        with pytest.raises(PollTimeout, match="within 60 s") as caught:
            appliance.extract_voiceprint(JOHN, timeout=60)
        assert 59 <= mock.clock.now() - began <= 60
        assert caught.value.state == "running"
        assert caught.value.handle.result().channels


def test_many_recordings_give_the_same_results(appliance: ApplianceClient) -> None:
    """Several recordings extracted concurrently give what each gives alone."""
    recordings = [JOHN, JOHN.parent / "conversation.wav", JOHN.parent / "telephone.wav"]
    alone = [appliance.extract_voiceprint(recording) for recording in recordings]
    together = [outcome.result for outcome in appliance.extract_voiceprints(recordings)]
    assert [result and result.channels for result in together] == [result.channels for result in alone]


def test_convert_reads_the_output_of_extract(tmp_path: Path) -> None:
    """`convert` returns the vectors that `extract --vector` wrote."""
    with MockAppliance(pending=0, running=0, token="s3cr3t") as mock:
        settings = {"APPLIANCE_URL": mock.url, "APPLIANCE_TOKEN": "s3cr3t"}
        extracted = CliRunner().invoke(cli.extract, [str(JOHN), str(JOHN), "--vector"], env=settings)
        converted = CliRunner().invoke(cli.convert, ["-"], input=extracted.stdout_bytes, env=settings)
    vectors = [json.loads(line)["result"]["channels"][0]["vector_voiceprint"] for line in extracted.stdout.splitlines()]
    assert json.loads(converted.stdout)["result"]["vector_voiceprints"] == vectors


def test_a_task_that_ends_just_before_the_deadline_is_seen() -> None:
    """A wait does not end while there is time for another poll."""
    with (
        MockAppliance(clock="manual", pending=0, running=600) as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        assert appliance.extract_voiceprint(JOHN, timeout=601).channels

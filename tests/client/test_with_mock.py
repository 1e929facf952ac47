"""The client against the mock appliance, on the mock's own clock: no test here waits for real time."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import voxdouble_fixtures
from voxdouble_client import ApiError, ApplianceClient, PollTimeout, TaskRejected
from voxdouble_client.cli import commands as cli
from voxdouble_mock import MockAppliance

JOHN = Path(voxdouble_fixtures.__file__).parent / "audio" / "john_doe.wav"


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Start a mock appliance whose clock the test moves."""
    with MockAppliance(clock="manual") as mock:
        yield mock


@pytest.fixture
def appliance(mock: MockAppliance) -> Iterator[ApplianceClient]:
    """Make a client on the mock's clock."""
    with ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance:
        yield appliance


def test_the_vectors_of_extraction_and_conversion_are_the_same(appliance: ApplianceClient) -> None:
    """What the vendor's guide asserts holds through the client: both ways to a vector give equal lists of floats."""
    [channel] = appliance.extract_voiceprint(JOHN, include_vector_voiceprint=True).channels
    conversion = appliance.convert_voiceprints([channel.voiceprint])
    assert conversion.vector_voiceprints == [channel.vector_voiceprint]


def test_every_state_is_told_once(appliance: ApplianceClient) -> None:
    """The states of a task reach `on_state` in their order, each once."""
    states: list[str] = []
    appliance.extract_voiceprint(JOHN, on_state=states.append)
    assert states == ["pending", "running", "done"]


def test_a_task_is_taken_up_again_by_its_url(appliance: ApplianceClient) -> None:
    """The URL of a handle is all that another handle needs to give the same typed result."""
    handle = appliance.start_voiceprint_extraction(JOHN)
    assert appliance.task(handle.url).result() == handle.result()


def test_rejected_audio_is_told_with_its_reason(appliance: ApplianceClient) -> None:
    """A rejected task is not polled to the deadline but raises, with the appliance's reason in the message."""
    with pytest.raises(TaskRejected, match=r"was rejected: .+ \[task\.validation-error\]") as caught:
        appliance.extract_voiceprint(b"no audio")
    assert caught.value.error.type == "task.validation-error"


def test_an_unknown_task_is_an_api_error(appliance: ApplianceClient, mock: MockAppliance) -> None:
    """A task that expired is told as the 404 that it is."""
    handle = appliance.start_voiceprint_extraction(JOHN)
    mock.clock.advance(4000)
    with pytest.raises(ApiError, match="expired") as caught:
        handle.state()
    assert (caught.value.status, caught.value.type) == (404, "resource.not-found")


def test_ten_minutes_pass_in_a_moment() -> None:
    """A task of ten minutes is waited for on the mock's clock, in far less real time and with few looks."""
    with (
        MockAppliance(clock="manual", pending=0, running=600) as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        began, began_there = time.monotonic(), mock.clock.now()
        appliance.extract_voiceprint(JOHN)
        assert 600 <= mock.clock.now() - began_there <= 606
        assert time.monotonic() - began < 60
        assert len(mock.requests) < 250


def test_a_deadline_passes_on_the_mocks_clock() -> None:
    """A time-out is a time-out of the clock that was given, and waiting goes on from its handle."""
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


def test_many_recordings_on_one_mock(appliance: ApplianceClient) -> None:
    """Several recordings side by side give what each gives alone."""
    recordings = [JOHN, JOHN.parent / "conversation.wav", JOHN.parent / "telephone.wav"]
    alone = [appliance.extract_voiceprint(recording) for recording in recordings]
    together = [outcome.result for outcome in appliance.extract_voiceprints(recordings)]
    assert [result and result.channels for result in together] == [result.channels for result in alone]


def test_the_commands_work_together(tmp_path: Path) -> None:
    """What `extract` writes, `convert` reads, and the vectors are those that `extract --vector` gives."""
    with MockAppliance(pending=0, running=0, token="s3cr3t") as mock:
        settings = {"APPLIANCE_URL": mock.url, "APPLIANCE_TOKEN": "s3cr3t"}
        extracted = CliRunner().invoke(cli.extract, [str(JOHN), str(JOHN), "--vector"], env=settings)
        converted = CliRunner().invoke(cli.convert, ["-"], input=extracted.stdout_bytes, env=settings)
    vectors = [json.loads(line)["result"]["channels"][0]["vector_voiceprint"] for line in extracted.stdout.splitlines()]
    assert json.loads(converted.stdout)["result"]["vector_voiceprints"] == vectors


def test_a_task_that_ends_just_before_the_deadline_is_seen() -> None:
    """A wait is not given up while there is time for another look."""
    with (
        MockAppliance(clock="manual", pending=0, running=600) as mock,
        ApplianceClient(mock.url, sleep=mock.clock.sleep, now=mock.clock.now) as appliance,
    ):
        assert appliance.extract_voiceprint(JOHN, timeout=600.2).channels

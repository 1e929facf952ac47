"""The client against the mock appliance, on the mock's own clock: no test here waits for real time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import voxdouble_fixtures
from voxdouble_client import ApiError, ApplianceClient, TaskRejected
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
    with pytest.raises(TaskRejected, match=r"rejected: .*no audio") as caught:
        appliance.extract_voiceprint(b"no audio")
    assert caught.value.error.type == "task.validation-error"


def test_an_unknown_task_is_an_api_error(appliance: ApplianceClient, mock: MockAppliance) -> None:
    """A task that expired is told as the 404 that it is."""
    handle = appliance.start_voiceprint_extraction(JOHN)
    mock.clock.advance(4000)
    with pytest.raises(ApiError, match="expired") as caught:
        handle.state()
    assert (caught.value.status, caught.value.type) == (404, "resource.not-found")

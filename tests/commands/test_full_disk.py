"""Commands whose output goes to a full disk."""

import subprocess
from pathlib import Path

import pytest

import voxdouble_fixtures
from tests.commands.process import COMMAND
from voxdouble_mock import MockAppliance

FULL = Path("/dev/full")
ALONE = (["--help"], ["--version"], ["fixtures"], ["scenarios"], ["scenarios", "slow-start"], ["demo"])
STARTING = (["serve", "--port", "0"],)

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


def assert_refused(*arguments: str) -> None:
    """Run a command with its stdout on a full disk; it must fail with a message and without a traceback."""
    with FULL.open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False
        )
    assert ended.returncode in {1, 2}, ended.stderr
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


@pytest.mark.parametrize("arguments", [*ALONE, *STARTING], ids=" ".join)
def test_a_full_disk_is_named(arguments: list[str]) -> None:
    """The command fails, and stderr has the reason in a sentence."""
    assert_refused(*arguments)


def test_a_full_disk_is_named_by_commands_that_use_an_appliance() -> None:
    """The health check and the commands of the client end in the same way."""
    with MockAppliance(pending=0, running=0) as mock:
        assert_refused("healthcheck", "--url", mock.url)
        assert_refused("extract", str(voxdouble_fixtures.path("john_doe.wav")), "--url", mock.url)

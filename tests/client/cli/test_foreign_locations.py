"""The option --foreign-location, in each command that has it."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from tests.client.cli.calling import call
from tests.client.hostile import TASK_PATH
from voxdouble.cli import main
from voxdouble_fixtures import path
from voxdouble_mock import MockAppliance

OPTION = "--foreign-location rebase"
RECORDING = path("john_doe.wav")
VOICEPRINTS = path("john_doe.vp")
FOREIGN = f"https://appliance.example{TASK_PATH}"
COMMANDS = {
    "extract": (RECORDING,),
    "convert": (VOICEPRINTS,),
    "compare": (VOICEPRINTS, VOICEPRINTS),
    "merge": (VOICEPRINTS, VOICEPRINTS),
    "gender": (RECORDING,),
    "age": (RECORDING,),
    "wait": (FOREIGN,),
    "state": (FOREIGN,),
    "capture": (RECORDING,),
}
"""The commands, with arguments for which a task is started, or one of another origin is named."""
ELSEWHERE = {"verify"}
"""Commands that tests/contract tries with the option, in test_client_checks.py and stranger_checks.py."""


@pytest.fixture
def proxied() -> Iterator[MockAppliance]:
    """Yield a mock that hands out task URLs of another scheme and host than it is called by."""
    with MockAppliance(pending=0, running=0, public_url="https://appliance.example") as mock:
        yield mock


def test_each_command_with_the_option_is_tested() -> None:
    """The table has each command that has the option, but for those that are tested elsewhere."""
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    having = {
        name
        for name, command in commands.items()
        if command is not None and any(one.name == "foreign_location" for one in command.params)
    }
    assert having == COMMANDS.keys() | ELSEWHERE


@pytest.mark.parametrize("command", COMMANDS)
def test_a_refused_location_names_the_option(command: str, proxied: MockAppliance, tmp_path: Path) -> None:
    """The error for a task URL of another origin names the option that takes it to the appliance."""
    result = called(command, proxied, tmp_path)
    assert result.exit_code != 0
    assert "must be on the appliance" in result.stderr
    assert OPTION in result.stderr
    assert "foreign_location" not in result.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"wait", "state"}))
def test_a_foreign_location_can_be_rebased(command: str, proxied: MockAppliance, tmp_path: Path) -> None:
    """With the option, the task is polled on the appliance."""
    result = called(command, proxied, tmp_path, *OPTION.split())
    assert (result.exit_code, OPTION in result.stderr) == (0, False), result.output


def test_a_batch_names_the_option(proxied: MockAppliance, tmp_path: Path) -> None:
    """`extract --resume` names the option too, and goes on with it from where it was."""
    words = [RECORDING, "--resume", "-o", tmp_path / "out.jsonl"]
    refused = call("extract", *words, url=proxied.url)
    assert (refused.exit_code, OPTION in refused.stderr) == (5, True), refused.stderr
    assert call("extract", *words, *OPTION.split(), url=proxied.url).exit_code == 0


def test_another_error_does_not_name_the_option(tmp_path: Path) -> None:
    """A malformed task URL is refused without the option, which would not help."""
    result = call("wait", "http://127.0.0.1:1/api/technology/x/a b", url="http://127.0.0.1:1")
    assert (result.exit_code, OPTION in result.stderr) == (2, False), result.stderr


def called(command: str, mock: MockAppliance, folder: Path, *options: str) -> Result:
    """Run a command of the table on a mock."""
    if command == "capture":
        return call(command, mock.url, *COMMANDS[command], "-o", folder / "pack", *options)
    return call(command, *COMMANDS[command], *options, url=mock.url)

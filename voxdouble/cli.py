"""The command `voxdouble`: a static table of commands. Each is imported only when it is chosen."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voxdouble_mock.voice.overview import Overview

COMMANDS = {
    "demo": ("voxdouble.demo:demo", "Do the main job once, step by step, on a mock of its own."),
    "serve": ("voxdouble_mock.cli:serve", "Serve a mock appliance."),
    "extract": ("voxdouble_client.cli.commands:extract", "Extract voiceprints from recordings."),
    "convert": ("voxdouble_client.cli.commands:convert", "Convert voiceprints to vectors."),
    "compare": (
        "voxdouble_client.cli.commands:compare",
        "Score each voiceprint of one file with each of another.",
    ),
    "merge": ("voxdouble_client.cli.commands:merge", "Merge voiceprints of one speaker into one."),
    "gender": ("voxdouble_client.cli.commands:gender", "Identify the gender of speakers."),
    "age": ("voxdouble_client.cli.commands:age", "Estimate the age of speakers."),
    "wait": ("voxdouble_client.cli.commands:wait", "Wait for a task that was started before."),
    "state": ("voxdouble_client.cli.commands:state", "Print a task's state."),
    "capture": ("voxdouble.capture.command:capture", "Record what an appliance answers, for mocks to replay."),
    "verify": ("voxdouble.verify:verify", "Check the contract on the mock or on an appliance."),
    "evidence": (
        "voxdouble.evidence.command:evidence",
        "Write what the record of an appliance shows about the contract.",
    ),
    "drift": ("voxdouble.drift.command:drift", "Print what changed between two reports, or two packs."),
    "fixtures": ("voxdouble.recordings:fixtures", "List the bundled recordings, or copy them to a folder."),
    "scenarios": ("voxdouble.scenarios:scenarios", "List the bundled scenarios, or print one."),
    "openapi": ("voxdouble.openapi:openapi", "Print the OpenAPI document, for generators of clients."),
    "generations": (
        "voxdouble.generations:generations",
        "Print what differs between generations of the interface.",
    ),
    "healthcheck": ("voxdouble_mock.cli:healthcheck", "Exit with status 0 if a mock responds, else with 1."),
}


MAX_SECONDS = 86_400.0
"""The longest recording that `extract --plot` draws."""


class Commands(click.Group):
    """A group of the commands in the table. Its help is made from the table and imports no command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, those for newcomers first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the chosen command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands into the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="voxdouble", prog_name="voxdouble")
@click.pass_context
def main(context: click.Context) -> None:
    """Stand in for the Phonexia Speech Platform 4 Virtual Appliance, call it, check its contract. Not affiliated."""
    context.obj = analyse  # for `extract --plot`: the client does not import the mock


def analyse(recording: str) -> "Overview":
    """Return the waveform of a recording, and the speech that the mock finds in it. Raises ValueError."""
    from voxdouble_mock import voice  # noqa: PLC0415  late, as numpy and the decoders take long

    with Path(recording).open("rb") as file:
        try:
            return voice.overview(file, MAX_SECONDS)
        except voice.UnusableAudio as error:
            raise ValueError(str(error)) from error

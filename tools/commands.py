"""Generator of docs/commands.md: every command of `voxdouble` and every option of the pytest plugin, as defined.

`make commands` runs it; a test compares the file with the result.
"""

import argparse
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import click

from tools.fidelity import row
from voxdouble import pytest_plugin
from voxdouble.cli import COMMANDS, main

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
SERVE = "serve"
HEAD = """# Commands

Made by `make commands` from the definitions of the commands. `voxdouble COMMAND --help` prints the same.

"""
OF_SERVE = "Its options have a page of their own: [options.md](options.md).\n"
PYTEST = """
## Options of pytest

The plugin adds them to `python -m pytest`; those that begin with `--contract` are for the contract suite, and
`voxdouble verify` sets them.

"""


def page() -> str:
    """Return the text of docs/commands.md."""
    return "".join([HEAD, *overview(), *(line for name in COMMANDS for line in section(name)), PYTEST, *of_pytest()])


def overview() -> Iterable[str]:
    """Yield the table of all commands."""
    yield row("command", "what it does")
    yield row("---", "---")
    for name, (_, text) in COMMANDS.items():
        yield row(f"[`{name}`](#voxdouble-{name})", text)


def section(name: str) -> Iterable[str]:
    """Yield the section of a command: its usage, its description, and the table of its options."""
    with click.Context(main, info_name="voxdouble") as parent:
        command = main.get_command(parent, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=parent)
        usage = " ".join(command.collect_usage_pieces(context))
        yield f"\n## voxdouble {name}\n\n`voxdouble {name} {usage}`\n\n{described(command)}\n"
        options = [one for one in command.params if isinstance(one, click.Option)]
        if name == SERVE:
            yield f"\n{OF_SERVE}"
        elif options:
            yield from ("\n", row("option", "meaning"), row("---", "---"))
            yield from (row(f"`{flag}`", text) for flag, text in (written(one, context) for one in options))


def described(command: click.Command) -> str:
    """Return the description of a command, with its paragraphs in one line each."""
    paragraphs = inspect.cleandoc(command.help or "").replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def written(option: click.Option, context: click.Context) -> tuple[str, str]:
    """Return an option as the help of the command writes it: its flags with the value, and its meaning."""
    record = option.get_help_record(context)
    assert record is not None, option
    return record[0], " ".join(record[1].replace("<", "&lt;").split())


class RecordingParser:
    """A parser for `pytest_addoption` that keeps the options, each with its keyword arguments."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, Any]] = {}

    def getgroup(self, *_: str) -> Self:
        """Return the parser itself."""
        return self

    def addoption(self, flag: str, **attributes: Any) -> None:
        """Keep an option of the command line."""
        self.options[flag] = attributes

    def addini(self, name: str, text: str, **attributes: Any) -> None:
        """Keep an option of the configuration file."""
        self.options[name] = {"help": f"{text}, in the configuration of pytest", **attributes}


def of_pytest() -> Iterable[str]:
    """Yield the table of the options that the pytest plugin adds."""
    parser = RecordingParser()
    pytest_plugin.pytest_addoption(parser)  # type: ignore[arg-type]
    yield row("option", "meaning")
    yield row("---", "---")
    for flag, attributes in parser.options.items():
        if attributes["help"] != argparse.SUPPRESS:
            value = attributes.get("metavar") or "|".join(attributes.get("choices", ()))
            default = f"  [default: {attributes['default']}]" if attributes.get("default") else ""
            yield row(f"`{f'{flag} {value}'.strip()}`", attributes["help"] + default)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

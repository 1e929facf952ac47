"""The options of `voxdouble serve`: one definition for flag, environment variable, help and documents."""

import click
import pytest

from tools import options
from voxdouble_mock.cli import OPTIONS, serve
from voxdouble_mock.options import Option

BY_FLAG = {parameter.opts[0]: parameter for parameter in serve.params if isinstance(parameter, click.Option)}


def test_the_page_is_up_to_date() -> None:
    """docs/options.md equals what `make options` generates."""
    assert options.PAGE.read_text(encoding="utf-8") == options.page(), "Run: make options"


def test_the_page_lists_every_option() -> None:
    """The page has one row for each option of the command, with its environment variable."""
    rows = [line for line in options.page().splitlines() if line.startswith("| `--")]
    assert sorted(BY_FLAG) == sorted(row.split("`")[1].split(" ")[0] for row in rows)
    assert sorted(one.environment for one in OPTIONS) == sorted(row.split("`")[3] for row in rows)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_is_read_from_its_environment_variable(option: Option, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option of the command is read from VOXDOUBLE_ and its name in capitals."""
    assert option.environment == "VOXDOUBLE_" + option.flag.removeprefix("--").replace("-", "_").upper()
    monkeypatch.setenv(option.environment, "given")
    context = click.Context(serve, **serve.context_settings)
    assert BY_FLAG[option.flag].resolve_envvar_value(context) == "given"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_is_explained_in_the_help(option: Option) -> None:
    """The help of the command shows the text and the default of each option."""
    help_text = BY_FLAG[option.flag].help or ""
    assert help_text.startswith(option.help)
    assert option.default_text in help_text


def test_values_are_parsed() -> None:
    """Numbers may be negative where the option allows it, a repeated option is a list, a flag has no value."""
    arguments = [
        "--seed",
        "-5",
        "--pending",
        "0.5",
        "--max-upload",
        "7",
        "--control-host",
        "a",
        "--control-host",
        "b",
        "--no-token",
    ]
    values = serve.make_context("serve", arguments).params
    assert {name: values[name] for name in ("seed", "pending", "max_upload", "control_hosts", "no_token", "clock")} == {
        "seed": -5,
        "pending": 0.5,
        "max_upload": 7,
        "control_hosts": ("a", "b"),
        "no_token": True,
        "clock": None,
    }

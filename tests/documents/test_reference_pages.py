"""The pages of reference are complete: commands, options, public names, fixtures and control routes, from the code."""

import re
from types import ModuleType

import click
import pytest
from flask import Flask

from tests.repository import ROOT
from tools import commands, names
from voxdouble.cli import COMMANDS, main
from voxdouble_mock import MockAppliance
from voxdouble_mock.in_process.mock_appliance import MockClock

CONTROL = (ROOT / "docs" / "control.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", [commands, names], ids=lambda tool: tool.PAGE.stem)
def test_generated_pages_are_up_to_date(tool: ModuleType) -> None:
    """docs/commands.md and docs/names.md equal what `make commands` and `make names` generate."""
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), f"Run: make {tool.PAGE.stem}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_help_text(name: str) -> None:
    """Each option of a command says what it does."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.opts for one in options if not one.help] == []


def routes_of(app: Flask) -> set[str]:
    """Return the control routes of an application, such as "PUT /_mock/clock", without the pages of the console."""
    return {
        f"{method} {re.sub('<.*?>', '<>', rule.rule)}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/_mock/") and not rule.rule.startswith("/_mock/console/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def documented_routes(page: str) -> set[str]:
    """Return the routes in the first column of a table: "`GET`, `PUT /_mock/clock`" are two."""
    found = set()
    for cell in re.findall(r"^\| (`[A-Z]+.*?`) \|", page, re.MULTILINE):
        methods = re.findall(r"\b[A-Z]{3,}\b", cell)
        (path,) = re.findall(r"/\S+(?=`)", cell)
        found |= {f"{method} {re.sub('<.*?>', '<>', path)}" for method in methods}
    return found


def test_every_control_route_is_documented() -> None:
    """The table of docs/control.md has exactly the control routes, with their methods."""
    app = MockAppliance()._parts.app
    assert isinstance(app, Flask)
    assert documented_routes(CONTROL) == routes_of(app)


def test_every_fixture_and_member_is_in_the_tables_for_people() -> None:
    """docs/python-api.md names each fixture, and each public member of a mock and of its clock."""
    fixtures = re.findall(r"^\| `(\w+)` \| (?:session|function) \|", names.page(), re.MULTILINE)
    members = {*vars(MockAppliance), *vars(MockAppliance.__base__), "clock"}
    assert len(fixtures) >= 8
    assert [name for name in fixtures if f"| `{name}` |" not in PYTHON] == []
    assert [name for name in members if not name.startswith("_") and f"`{name}" not in PYTHON] == []
    assert [name for name in vars(MockClock) if not name.startswith("_") and f"`clock.{name}" not in PYTHON] == []


GENERATED = {
    path.name: made[1]
    for path in sorted((ROOT / "docs").glob("*.md"))
    if (made := re.search(r"^(?:Made|Generated) by `(make \w+)`", path.read_text(encoding="utf-8"), re.MULTILINE))
}


@pytest.mark.parametrize(("page", "command"), GENERATED.items(), ids=GENERATED)
def test_each_generated_page_is_announced(page: str, command: str) -> None:
    """The index marks a generated page, and CONTRIBUTING.md names its command."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    [row] = [row for row in index.splitlines() if f"({page})" in row]
    assert "(generated)" in row
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"`{command}`" in contributing

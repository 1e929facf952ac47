"""docker-compose.yml passes every option to the command."""

import click
import yaml

from tests.repository import ROOT
from voxdouble_mock.cli import serve

SET_BY_THE_FILE = {"--host", "--port"}


def test_every_option_can_be_set_by_an_environment_variable() -> None:
    """Compose passes the variable of each option of `serve`, except for the address inside the container."""
    passed = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mock"]["environment"])
    options = {option.opts[0] for option in serve.params if isinstance(option, click.Option)} - SET_BY_THE_FILE
    assert passed == {f"VOXDOUBLE_{option.removeprefix('--').replace('-', '_').upper()}" for option in options}

"""The compose file keeps step with the command that it runs."""

import click
import yaml

from tests.packaging.installed import ROOT
from voxdouble_mock.cli import serve

SET_BY_THE_FILE = {"--host", "--port"}


def test_every_option_reaches_the_composed_mock() -> None:
    """Each option of `serve`, but for the address inside the container, can be given to compose by environment."""
    passed = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mock"]["environment"])
    options = {option.opts[0] for option in serve.params if isinstance(option, click.Option)} - SET_BY_THE_FILE
    assert passed == {f"VOXDOUBLE_{option.removeprefix('--').replace('-', '_').upper()}" for option in options}

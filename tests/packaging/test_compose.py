"""docker-compose.yml passes every option to the command, and allows the memory that all bounds need."""

import click
import yaml

from benchmarks.mock_memory import BOUNDS
from tests.repository import ROOT
from voxdouble_mock.cli import serve

SET_BY_THE_FILE = {"--host", "--port"}


def test_every_option_can_be_set_by_an_environment_variable() -> None:
    """Compose passes the variable of each option of `serve`, except for the address inside the container."""
    passed = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mock"]["environment"])
    options = {option.opts[0] for option in serve.params if isinstance(option, click.Option)} - SET_BY_THE_FILE
    assert passed == {f"VOXDOUBLE_{option.removeprefix('--').replace('-', '_').upper()}" for option in options}


def test_the_memory_limit_is_above_the_sum_of_all_bounds() -> None:
    """A mock that is filled to all of its bounds at one time is not killed (P7), and the documents state the sum."""
    limit = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mock"]["mem_limit"]
    total = sum(BOUNDS.values()) / (1 << 30)
    assert total < int(limit.removesuffix("g"))
    assert f"sum of these bounds is {total:.1f} GiB" in (ROOT / "docs" / "promises.md").read_text()

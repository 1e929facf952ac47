"""Runs of `extract --resume`, and what they write."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import voxdouble_fixtures
from voxdouble_client.cli import commands as cli
from voxdouble_mock import MockAppliance

JOHN = Path(voxdouble_fixtures.__file__).parent / "audio" / "john_doe.wav"
NAMES = ["a.wav", "below/b.WAV", "below/c.wav", "empty.wav"]


def resume(mock: MockAppliance, output: Path, *arguments: object) -> Result:
    """Run `extract --resume` in this process."""
    words = [*map(str, arguments), "--url", mock.url, "-o", str(output), "--resume"]
    return CliRunner().invoke(cli.extract, words)


def lines_of(output: Path) -> dict[str, Any]:
    """Return the lines of an output by path; AssertionError if a recording has two."""
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    found = {line["path"]: line for line in lines}
    assert len(found) == len(lines), "a recording has two lines"
    return found


def starts(mock: MockAppliance) -> int:
    """Return the number of starts that the mock has received."""
    return sum(request.method == "POST" for request in mock.requests)

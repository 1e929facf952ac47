"""`voxdouble demo`, `voxdouble fixtures`, and what the command says of itself."""

from pathlib import Path

import voxdouble_fixtures
from tests.commands.process import run
from voxdouble.cli import COMMANDS


def test_the_demo_does_the_main_job() -> None:
    """It shows the requests, both vectors and that they are equal."""
    shown = run("demo", env={"HTTP_PROXY": "http://127.0.0.1:9"})
    assert shown.returncode == 0, shown.stderr
    assert "202, Location: http://127.0.0.1:" in shown.stdout
    vectors = [line.split(maxsplit=1)[1] for line in shown.stdout.splitlines() if "vector_voiceprint [" in line]
    assert len(vectors) == 2
    assert vectors[0] == vectors[1]
    assert "(128 numbers)" in vectors[0]


def test_fixtures_are_listed() -> None:
    """john_doe.wav is among them."""
    listed = run("fixtures")
    assert listed.returncode == 0
    assert "john_doe.wav" in listed.stdout
    assert len(listed.stdout.splitlines()) == len(voxdouble_fixtures.recordings())


def test_fixtures_are_copied_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """The folder is made, the bytes are the bundled ones, and a user's own file of that name is kept."""
    folder = tmp_path / "new" / "folder"
    assert run("fixtures", str(folder)).returncode == 0
    copied = (folder / "john_doe.wav").read_bytes()
    assert copied == voxdouble_fixtures.path("john_doe.wav").read_bytes()
    (folder / "john_doe.wav").write_bytes(b"mine")
    again = run("fixtures", str(folder))
    assert again.returncode == 0
    assert "Kept" in again.stderr
    assert (folder / "john_doe.wav").read_bytes() == b"mine"


def test_fixtures_cannot_go_into_a_file(tmp_path: Path) -> None:
    """A file where the folder should be is a sentence, not a traceback."""
    file = tmp_path / "file"
    file.touch()
    refused = run("fixtures", str(file))
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    below = run("fixtures", str(file / "below"))
    assert below.returncode == 1
    assert "cannot be copied" in below.stderr


def test_help_names_every_command_and_unknown_ones_are_refused() -> None:
    """The table is what is shown."""
    shown = run("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in COMMANDS)
    assert run("nonsense").returncode == 2
    assert run("--version").stdout.startswith("voxdouble, version ")

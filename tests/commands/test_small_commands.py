"""`voxdouble demo`, `voxdouble fixtures`, and the help of the command itself."""

import json
from pathlib import Path

import voxdouble_fixtures
from tests.commands.process import invoke, run
from tests.http.wire import get
from voxdouble.cli import COMMANDS
from voxdouble_fixtures.generations import GENERATIONS, differences
from voxdouble_mock import MockAppliance
from voxdouble_mock.scenarios.bundled import BUNDLED, load_bundled
from voxdouble_mock.scenarios.text import parse_scenario


def test_the_demo_does_the_main_job() -> None:
    """It prints the requests and two equal vectors, whatever proxy the environment names."""
    demo = invoke("demo", env={"HTTP_PROXY": "http://127.0.0.1:9"})
    assert demo.exit_code == 0, demo.output
    assert "202, Location: http://127.0.0.1:" in demo.stdout
    vectors = [line.split(maxsplit=1)[1] for line in demo.stdout.splitlines() if "vector_voiceprint [" in line]
    assert len(vectors) == 2, demo.stdout
    assert vectors[0] == vectors[1]
    assert "(128 numbers)" in vectors[0]


def test_fixtures_lists_the_recordings() -> None:
    """Each bundled recording has its line, john_doe.wav among them."""
    listed = invoke("fixtures")
    assert listed.exit_code == 0, listed.output
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == [
        recording.file for recording in voxdouble_fixtures.recordings()
    ]
    assert "john_doe.wav" in listed.stdout


def test_fixtures_copies_the_recordings_and_overwrites_nothing(tmp_path: Path) -> None:
    """The folder is created, the bytes are the bundled ones, and a user's own file with that name is kept."""
    folder = tmp_path / "new" / "folder"
    first = invoke("fixtures", str(folder))
    assert first.exit_code == 0, first.output
    assert (folder / "john_doe.wav").read_bytes() == voxdouble_fixtures.path("john_doe.wav").read_bytes()
    (folder / "john_doe.wav").write_bytes(b"mine")
    again = invoke("fixtures", str(folder))
    assert again.exit_code == 0, again.output
    assert "Kept" in again.stderr
    assert (folder / "john_doe.wav").read_bytes() == b"mine"


def test_fixtures_copies_single_recordings(tmp_path: Path) -> None:
    """Only the named files are copied; an unknown name is refused with the closest one."""
    copied = invoke("fixtures", str(tmp_path), "john_doe.wav", "tone_440.flac")
    assert copied.exit_code == 0, copied.output
    assert {file.name for file in tmp_path.iterdir()} == {"john_doe.wav", "tone_440.flac"}
    refused = invoke("fixtures", str(tmp_path / "new"), "john_do.wav")
    assert refused.exit_code == 2, refused.output
    assert "Unknown recording 'john_do.wav', did you mean 'john_doe.wav'?" in refused.stderr
    assert not (tmp_path / "new").exists()


def test_fixtures_replaces_an_interrupted_copy(tmp_path: Path) -> None:
    """A file that is the beginning of the bundled one is completed; a complete one and a longer one are kept."""
    whole = voxdouble_fixtures.path("john_doe.wav").read_bytes()
    copy = tmp_path / "john_doe.wav"
    for before, after in ((b"", whole), (whole[:1000], whole), (whole, whole), (whole + b"more", whole + b"more")):
        copy.write_bytes(before)
        result = invoke("fixtures", str(tmp_path), "john_doe.wav")
        assert result.exit_code == 0, result.output
        assert copy.read_bytes() == after
        assert ("Kept the existing" in result.stderr) == (before == after)
    assert [file.name for file in tmp_path.iterdir()] == ["john_doe.wav"]


def test_scenarios_lists_and_prints_the_bundled_ones() -> None:
    """The list has each name with its description; a printed scenario can be loaded from a file."""
    listed = invoke("scenarios")
    assert listed.exit_code == 0, listed.output
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == list(BUNDLED)
    printed = invoke("scenarios", "slow-start")
    assert parse_scenario(printed.stdout) == load_bundled("slow-start")
    refused = invoke("scenarios", "slow-star")
    assert refused.exit_code == 2, refused.output
    assert "Unknown scenario 'slow-star', did you mean 'slow-start'?" in refused.stderr


def test_openapi_prints_the_document_that_a_mock_serves() -> None:
    """The document is JSON; it is that of `GET /_mock/openapi.json`."""
    printed = invoke("openapi", "--generation", "e4")
    assert printed.exit_code == 0, printed.output
    with MockAppliance() as mock:
        assert json.loads(printed.stdout) == get(mock.url + "/_mock/openapi.json").json()


def test_fixtures_refuses_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A file where the folder should be, or one of its parents, is named in a message."""
    file = tmp_path / "file"
    file.touch()
    refused = invoke("fixtures", str(file))
    assert refused.exit_code == 2, refused.output
    below = invoke("fixtures", str(file / "below"))
    assert below.exit_code == 1, below.output
    assert "cannot be copied" in below.stderr


def test_help_lists_every_command() -> None:
    """`voxdouble --help`, as a process, prints the table of commands."""
    printed = run("--help")
    assert printed.returncode == 0, printed.stderr
    assert [name for name in COMMANDS if name not in printed.stdout] == []


def test_an_unknown_command_is_refused() -> None:
    """The exit status is 2, and the message names the command."""
    refused = invoke("nonsense")
    assert refused.exit_code == 2, refused.output
    assert "nonsense" in refused.stderr


def test_the_version_is_printed() -> None:
    """`voxdouble --version` names the distribution and its version."""
    printed = invoke("--version")
    assert printed.stdout.startswith("voxdouble, version "), printed.output


def test_generations_prints_every_difference() -> None:
    """There is one row for each difference, with its value in each generation, below the head of the table."""
    printed = invoke("generations")
    assert printed.exit_code == 0, printed.output
    head, rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.stdout.splitlines()]
    assert head == ["difference", *GENERATIONS, "statements", "where"]
    assert set("".join(rule)) == {"-"}
    assert [row[:5] for row in rows] == [
        [one.subject, *(one.values[generation] for generation in GENERATIONS)] for one in differences()
    ]
    assert {row[6] for row in rows} == {"responses", "document only"}

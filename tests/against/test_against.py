"""`verify mock --against PACK`: the mock judged by packs of itself, and by those of strangers of two generations."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import voxdouble_fixtures
from tests.commands.process import invoke
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.packs.captured import capture, copied
from voxdouble.against.known import read_known
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.library import folder_of

STRANGERS = {"e4": "newest", "older": "older"}


def against(pack: Path, *options: str) -> Any:
    """Return the finished command."""
    return invoke("verify", "mock", "--against", str(pack), *options)


def differing(pack: Path, report: Path) -> dict[str, str]:
    """Return the reason of each statement that differs."""
    against(pack, "--report", str(report))
    found = json.loads((report / "conformance.json").read_text())["statements"]
    assert {entry["verdict"] for entry in found.values()} <= {"passed", "differs", "unproven"}
    return {key: entry["reason"] for key, entry in found.items() if entry["verdict"] == "differs"}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with packs of both strangers, with results and without."""
    folder = tmp_path_factory.mktemp("packs")
    for name, source in STRANGERS.items():
        copied(source, folder / name, "--with-results")
        copied(source, folder / f"{name}-shared")
    return folder


@pytest.mark.parametrize("generation", ["e2", "e4"])
@pytest.mark.parametrize("options", [["--with-results"], []])
def test_the_mock_does_not_differ_from_itself(tmp_path: Path, generation: Any, options: list[str]) -> None:
    """By a pack that was captured from the mock, no statement differs, and many are compared."""
    with MockAppliance(generation=generation, pending=0, running=0) as mock:
        capture(mock.url, tmp_path / "pack", str(voxdouble_fixtures.path("silence.wav")), *options)
    result = against(tmp_path / "pack")
    assert result.exit_code == 0, result.output
    assert "0 failed, 0 differs" in result.stdout
    assert int(result.stdout.split(" statements: ")[1].split(" passed")[0]) >= 12


def test_a_stranger_of_the_newest_generation_differs(packs: Path, tmp_path: Path) -> None:
    """Members, headers, states, refusals and numbers differ, each at the statement that it concerns."""
    found = differing(packs / "e4", tmp_path / "report")
    assert "`header location`: an absolute path in the pack, an absolute URL from the mock" in found["S8"]
    assert "`result.took` (member): number in the pack, missing from the mock" in found["S36"]
    assert "S13" not in found
    assert "`result.channels[].speech_length` (numbers): 3.565 in the pack" in found["S38"]
    assert "an empty file: `status`: 422 in the pack, 202 from the mock" in found["C11"]
    assert "`task.state` (state): done in the pack, rejected from the mock" in found["C20"]
    assert against(packs / "e4").exit_code == 1


def test_a_stranger_of_an_older_generation_differs(packs: Path, tmp_path: Path) -> None:
    """The mock is of the pack's generation, so that a technology which only the stranger has is a difference."""
    found = differing(packs / "older", tmp_path / "report")
    assert "age-estimation" in found["C37"]
    assert "the mock answers 404 resource.not-found, the appliance 202" in found["C37"]
    assert "`header x-location`: an absolute path in the pack, an absolute URL from the mock" in found["C45"]
    assert not {"S6", "S8"} & found.keys()


@pytest.mark.parametrize("name", ["e4-shared", "older-shared"])
def test_a_pack_without_results_is_compared_by_shape(packs: Path, tmp_path: Path, name: str) -> None:
    """Without voiceprints the mock gets others; members and types are compared, numbers that depend on them are not."""
    found = differing(packs / name, tmp_path / "report")
    assert "C20" not in found
    assert "(member)" in found["C35"]
    assert "`result.channels[].speech_length` (numbers)" in found["S38"]


def test_a_known_difference_does_not_count(packs: Path, tmp_path: Path) -> None:
    """A statement in differences.toml is unproven, with its reason and date; one that no longer differs is reported."""
    known = "".join(
        f'[{key}]\nreason = "A stranger."\ndate = 2026-11-28\n' for key in differing(packs / "e4", tmp_path)
    )
    extra = '[S65]\nreason = "Fixed since."\ndate = 2026-11-28\n[S20]\nreason = "Not compared."\ndate = 2026-11-28\n'
    (packs / "e4" / "differences.toml").write_text(known + extra)
    try:
        result = against(packs / "e4")
    finally:
        (packs / "e4" / "differences.toml").unlink()
    assert result.exit_code == 0, result.output
    assert "0 failed, 0 differs" in result.stdout
    assert "A known difference since 2026-11-28: A stranger." in result.stdout
    assert "S65 no longer differs: remove its entry from differences.toml." in result.stderr
    assert "S20 no longer differs" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[S1]\nreason = 'x'\n", "must have a table with `reason` and `date`"),
        ("[S999]\nreason = 'x'\ndate = 2026-11-28\n", "must name statements of the contract, got 'S999'"),
        ("not toml", "must have a table with `reason` and `date`"),
    ],
)
def test_damaged_known_differences_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """The command ends with 2 and says what the file must hold."""
    pack = copied("mock", tmp_path / "pack")
    (pack / "differences.toml").write_text(text)
    result = against(pack)
    assert result.exit_code == 2
    assert message in result.stderr


def test_copies_of_recordings_are_used_if_they_are_what_their_names_say(tmp_path: Path) -> None:
    """A recording that is not bundled comes from the pack; a changed copy is not used."""
    file = tmp_path / "mine.wav"
    file.write_bytes(
        (Path(__file__).parents[2] / "fixtures/voxdouble_fixtures/audio/john_doe.wav").read_bytes() + b"\0\0"
    )
    with serving(Traits(prefix="")) as url:
        result = invoke("capture", url, str(file), "-o", str(tmp_path / "pack"), "--with-audio")
        assert result.exit_code == 0, result.output
    (copy,) = (tmp_path / "pack" / "audio").iterdir()
    assert "S38" in differing(tmp_path / "pack", tmp_path / "report")
    copy.write_bytes(b"another")
    assert "S38" not in differing(tmp_path / "pack", tmp_path / "report")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["http://127.0.0.1:1"], "TARGET must be `mock`"),
        (["mock", "--only", "S1", "--ca", __file__], "leave out --only, --ca"),
    ],
)
def test_other_targets_and_options_are_refused(tmp_path: Path, words: list[str], message: str) -> None:
    """A pack judges the mock alone, and an option without effect is refused by its name."""
    result = invoke("verify", *words, "--against", str(tmp_path))
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_folder_that_is_not_a_pack_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    result = against(tmp_path)
    assert result.exit_code == 2
    assert "must be a pack" in result.stderr


@pytest.mark.parametrize("name", ["headers.json", "refusals.json"])
def test_damaged_headers_and_refusals_are_left_out(tmp_path: Path, name: str) -> None:
    """A pack from elsewhere is data: a deep or wrong file does not end the command, and the facts are compared."""
    pack = copied("mock", tmp_path / "pack")
    for text in ("[" * 200_000, '{"x": 1}', '{"an empty file": {"status": {"a": []}, "detail": 3, "error": 1}}'):
        (pack / name).write_text(text)
        assert against(pack).exit_code in {0, 1}


def test_the_differences_from_the_bundled_pack_are_known() -> None:
    """No statement differs from the example pack but for known differences, each of which still exists."""
    result = invoke("verify", "mock", "--against", "example")
    assert result.exit_code == 0, result.output
    assert "no longer differs" not in result.stderr
    assert set(re.findall(r"unproven: (\w+): A known difference", result.stdout)) == set(
        read_known(folder_of("example"))
    )

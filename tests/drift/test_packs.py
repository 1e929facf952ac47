"""The drift between packs of strangers of two generations."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands.process import invoke
from tests.packs.captured import copied
from voxdouble.drift.command import drift_of
from voxdouble.drift.drift import Drift
from voxdouble_mock.packs.facts import digest_of

EXTRACTION = "speaker-identification-voiceprint-extraction"


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with packs of strangers of two generations, with results and without."""
    folder = tmp_path_factory.mktemp("packs")
    for name, source in (("e4", "newest"), ("older", "older")):
        copied(source, folder / name, "--with-results")
        copied(source, folder / f"{name}-shared")
    return folder


def changed(drift: Drift) -> dict[tuple[str, str], tuple[str, str]]:
    """Return both sides of each change."""
    return {(one.about, one.change): (one.old, one.new) for one in drift.changes}


def edited(pack: Path, copy: Path, edit: Any) -> Path:
    """Copy a pack with each fact edited; the index is made again."""
    shutil.copytree(pack, copy)
    for file in (copy / "facts").iterdir():
        fact = json.loads(file.read_text())
        edit(fact)
        file.write_text(json.dumps(fact))
    return copy


@pytest.mark.parametrize("name", ["e4", "older", "e4-shared", "older-shared"])
def test_a_pack_does_not_differ_from_itself(packs: Path, name: str) -> None:
    """Two reads of one pack have no change, and exit status 0."""
    result = invoke("drift", str(packs / name), str(packs / name))
    assert result.exit_code == 0, result.output
    assert "No change." in result.stdout


def test_generations_of_strangers_differ(packs: Path) -> None:
    """The generation, the technologies, the headers and the vectors are changes; what both have is compared."""
    drift = drift_of(packs / "older", packs / "e4")
    found = changed(drift)
    assert found["appliance", "generation"][1] == "e4"
    assert found["speaker-identification-voiceprint-conversion", "requests"] == (
        "0 in this pack only",
        "1 in this pack only",
    )
    assert found[f"{EXTRACTION} POST 202", "header location"] == ("missing", "an absolute path")
    assert "type of `result.channels[].vector_voiceprint`" in {change for _, change in found}
    assert invoke("drift", str(packs / "older"), str(packs / "e4")).exit_code == 1


@pytest.mark.parametrize("generation", ["e4", "older"])
def test_voice_data_that_one_side_does_not_hold_is_not_a_change(packs: Path, generation: str) -> None:
    """A pack with results and one without, of the same appliance, have the same shapes."""
    assert changed(drift_of(packs / generation, packs / f"{generation}-shared")) == {}


def test_new_voiceprints_do_not_hide_the_requests_on_them(packs: Path, tmp_path: Path) -> None:
    """Another version gives other voiceprints; requests on these are paired by the form of their lists."""

    def newer(fact: dict[str, Any]) -> None:
        for channel in (fact.get("result") or {}).get("channels", []):
            if "voiceprint" in channel:
                channel["voiceprint"] = "QUJD" + channel["voiceprint"]
        if fact.get("lists"):
            fact["lists"] = {name: [digest_of("QUJD")] * len(one) for name, one in fact["lists"].items()}
        if "scores" in (fact.get("result") or {}):
            fact["result"]["scores"]["values"][0] += 1.5

    copy = edited(packs / "e4", tmp_path / "newer", newer)
    for file in list((copy / "facts").iterdir()):
        fact = json.loads(file.read_text())
        if fact.get("lists"):
            file.rename(file.with_name(key_of(fact)))
    found = changed(drift_of(packs / "e4", copy))
    assert not any(change == "requests" for _, change in found)
    assert ("speaker-identification-voiceprint-comparison", "numbers of `result.scores.values`") in found
    assert (EXTRACTION, "text of `result.channels[].voiceprint`") in found


def key_of(fact: dict[str, Any]) -> str:
    """Return the name of the file of a fact."""
    from voxdouble_mock.packs.facts import Subject

    return Subject(technology=fact["technology"], lists=fact["lists"]).key + ".json"


def test_changes_are_counted_by_place(packs: Path, tmp_path: Path) -> None:
    """The same change in several facts of a technology is one line with their number."""

    def renamed(fact: dict[str, Any]) -> None:
        for channel in (fact.get("result") or {}).get("channels", []):
            if "model" in channel:
                channel["model"] = "sid-xl6"
            channel["quality"] = 1

    drift = drift_of(packs / "e4", edited(packs / "e4", tmp_path / "copy", renamed))
    (model,) = [one for one in drift.changes if one.change == "text of `result.channels[].model`"]
    assert (model.old, model.new.split(" (")[0], model.facts) == ("sid-xl5", "sid-xl6", 3)
    assert ("age-estimation", "member of `result.channels[].quality`") in changed(drift)


def test_a_rejection_in_place_of_a_result_is_a_change(packs: Path, tmp_path: Path) -> None:
    """A changed state is reported alone: the results cannot be compared."""

    def rejected(fact: dict[str, Any]) -> None:
        if fact["technology"] == EXTRACTION and fact["state"] == "done":
            del fact["result"]
            fact.update(state="rejected", error={"type": "task.validation-error", "message": "x"})

    found = changed(drift_of(packs / "e4", edited(packs / "e4", tmp_path / "copy", rejected)))
    assert found[EXTRACTION, "state of `task.state`"] == ("done", "rejected")


def test_changed_refusals_are_found(packs: Path, tmp_path: Path) -> None:
    """Status and type of a bad input are compared."""
    shutil.copytree(packs / "e4", tmp_path / "copy")
    file = tmp_path / "copy" / "refusals.json"
    refusals = json.loads(file.read_text())
    refusals["an empty list"].update(status=400, type="request.invalid")
    file.write_text(json.dumps(refusals))
    found = changed(drift_of(packs / "e4", tmp_path / "copy"))
    assert found["an empty list", "status"] == ("422", "400")
    assert found["an empty list", "type"] == ("request.validation-error", "request.invalid")


def test_times_are_shown_and_do_not_count(packs: Path, tmp_path: Path) -> None:
    """The seconds to each state are listed with their medians; a pack with other times alone has no change."""
    later = edited(packs / "e4", tmp_path / "later", lambda fact: fact["states"].update({fact["state"]: 60.0}))
    result = invoke("drift", str(packs / "e4"), str(later))
    assert result.exit_code == 0
    assert "-> 60 (3 tasks)" in result.stdout
    found = json.loads(invoke("drift", str(packs / "e4"), str(later), "--json").stdout)["times"]
    (done,) = [one for one in found if (one["technology"], one["state"]) == (EXTRACTION, "done")]
    assert len(done["old"]) == 3
    assert (done["new"], done["new_median"]) == ([60.0] * 3, 60.0)


def test_other_folders_are_refused(packs: Path, tmp_path: Path) -> None:
    """A folder that is neither a report nor a pack, and one of each, end the command with 2 and a sentence."""
    result = invoke("drift", str(tmp_path), str(tmp_path))
    assert result.exit_code == 2
    assert "must be a report of `voxdouble verify`" in result.stderr
    result = invoke("drift", str(packs / "e4"), str(tmp_path))
    assert result.exit_code == 2
    assert "must both be packs, or both be reports" in result.stderr


def test_a_damaged_pack_does_not_end_the_command(packs: Path, tmp_path: Path) -> None:
    """A pack from elsewhere is data: damaged facts, deep values and huge numbers are read without a crash."""

    def strange(fact: dict[str, Any]) -> None:
        deep: Any = 1
        for _ in range(200):
            deep = [{"x": deep}]
        if fact.get("result"):
            fact["result"] = {**fact["result"], "deep": deep, "big": 10**400, "text": "\x1b[31m", "empty": [], "no": {}}

    copy = edited(packs / "e4", tmp_path / "copy", strange)
    next((copy / "facts").iterdir()).write_text("[" * 100_000)
    result = invoke("drift", str(packs / "e4"), str(copy), "--html", str(tmp_path / "page.html"))
    assert result.exit_code == 1, result.output
    assert "\x1b" not in result.stdout + (tmp_path / "page.html").read_text()

"""A pack replayed by a mock gives what the appliance gave, and says of each result where it comes from."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.process import invoke
from tests.contract.stranger import CONVERSION, EXTRACTION, serving
from tests.contract.stranger_traits import Traits
from tests.http.wire import convert, extract, get, post, put
from tests.packs.captured import BAD_FILE, COMPARISON, FILES, NEWEST, OLDER, answers, capture, copied
from voxdouble_client import ApplianceClient, TaskRejected
from voxdouble_mock import MockAppliance


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack with results of a simulated appliance of the newest generation."""
    return copied("newest", tmp_path_factory.mktemp("captured") / "pack", "--with-results")


@pytest.fixture
def replayed(pack: Path) -> Iterator[MockAppliance]:
    """Return a mock that replays the pack at once."""
    with MockAppliance(pack=pack, pending=0, running=0) as mock:
        yield mock


def origins(mock: MockAppliance) -> list[str]:
    """Return the origins of the results of all tasks, in their order."""
    return [task["origin"] for task in get(mock.url + "/_mock/tasks").json()["tasks"]]


@pytest.mark.parametrize(("traits", "generation"), [(NEWEST, "e4"), (OLDER, "e2")])
def test_a_client_script_has_equal_results_on_the_appliance_and_on_its_pack(
    tmp_path: Path, traits: Any, generation: str
) -> None:
    """Every technology that the appliance serves gives the same result, and each of them is captured."""
    with serving(traits) as url:
        capture(url, tmp_path / "pack", "--with-results")
        original = answers(url, vectors=generation == "e4")
    with MockAppliance(pack=tmp_path / "pack", pending=0, running=0) as mock:
        again = answers(mock.url, vectors=generation == "e4")
        assert mock.options()["generation"] == generation
        seen = set(origins(mock))
    pairs = [(theirs, ours) for theirs, ours in zip(original, again, strict=True) if ours != 404]
    for theirs, ours in pairs:
        if isinstance(theirs, dict) and "scores" in theirs:  # the simulated appliance adds a little noise to them
            assert ours["scores"].pop("values") == pytest.approx(theirs["scores"].pop("values"), abs=0.05)
        assert ours == theirs
    assert len(pairs) >= {"e4": 12, "e2": 6}[generation]
    assert seen == {"captured"}


def test_a_comparison_is_computed_as_a_whole_unless_every_pair_is_captured(replayed: MockAppliance) -> None:
    """One voiceprint that the pack does not have makes the mock compute, so that two scales never mix."""
    with ApplianceClient(replayed.url) as client, MockAppliance(pending=0, running=0) as other:
        theirs = client.extract_voiceprint(FILES[0]).channels[0].voiceprint
        with ApplianceClient(other.url) as elsewhere:
            ours = elsewhere.extract_voiceprint(FILES[0]).channels[0].voiceprint
        assert client.compare_voiceprints([theirs], [theirs]).values
        with pytest.raises(TaskRejected):  # the simulated appliance's voiceprints cannot be compared by the mock
            client.compare_voiceprints([theirs, ours], [theirs])
        client.compare_voiceprints([ours], [ours])
    assert origins(replayed) == ["captured", "captured", "computed", "computed"]


def test_a_conversion_goes_voiceprint_by_voiceprint(replayed: MockAppliance) -> None:
    """Captured vectors stand beside a computed one, each in its place."""
    with ApplianceClient(replayed.url) as client, MockAppliance(pending=0, running=0) as other:
        theirs = client.extract_voiceprint(FILES[0], include_vector_voiceprint=True).channels[0]
        with ApplianceClient(other.url) as elsewhere:
            ours = elsewhere.extract_voiceprint(FILES[0], include_vector_voiceprint=True).channels[0]
        converted = client.run(CONVERSION, json={"voiceprints": [ours.voiceprint, theirs.voiceprint]}).result
    assert converted == {"vector_voiceprints": [ours.vector_voiceprint, theirs.vector_voiceprint]}


def test_other_parameters_and_recordings_are_computed(replayed: MockAppliance) -> None:
    """A mix of the channels was not captured, nor was another recording; the log says that they were computed."""
    content = FILES[1].read_bytes()
    for query in ({"channel_mode": "mix"}, {"channel_mode": "split"}, {"channels": "0"}):
        assert extract(replayed.url, content, **query).status_code == 202
    extract(replayed.url, FILES[1].read_bytes() + b"\0")
    expected = ["computed", "captured", "captured", "computed"]
    assert origins(replayed) == expected
    assert [one.origin for one in replayed.requests] == expected


def test_a_channel_that_was_not_captured_is_rejected(replayed: MockAppliance) -> None:
    """The recording is not decoded to look for it."""
    location = extract(replayed.url, FILES[0].read_bytes(), channels="5").headers["Location"]
    assert get(location).json()["error"]["detail"][0]["location"] == ["query", "channels"]


def test_audio_of_the_capture_counts_for_the_consumptions(replayed: MockAppliance) -> None:
    """Both channels of the conversation count once, and half of it when one channel is asked for (C36)."""
    for query in ({}, {"channels": "1"}):
        extract(replayed.url, FILES[1].read_bytes(), **query)
    counted = replayed._parts.appliance.audio_processed("")[EXTRACTION]
    with MockAppliance(pending=0, running=0) as computing:
        for query in ({}, {"channels": "1"}):
            extract(computing.url, FILES[1].read_bytes(), **query)
        assert counted == pytest.approx(computing._parts.appliance.audio_processed("")[EXTRACTION], rel=0.01)


def test_only_the_pack_is_replayed_if_it_is_asked_for(pack: Path) -> None:
    """Recordings and voiceprints that the pack does not have end rejected, with their place."""
    with MockAppliance(pack=pack, pack_only=True, pending=0, running=0) as mock:
        known = extract(mock.url, FILES[0].read_bytes()).headers["Location"]
        other = extract(mock.url, FILES[0].read_bytes() + b"\0").headers["Location"]
        voiceprint = get(known).json()["result"]["channels"][0]["voiceprint"]
        converted = convert(mock.url, [voiceprint, "AAAA"]).headers["Location"]
        places = [get(location).json() for location in (other, converted)]
    assert [body["task"]["state"] for body in places] == ["rejected", "rejected"]
    assert [body["error"]["type"] for body in places] == ["task.validation-error"] * 2
    assert [body["error"]["detail"][0]["location"] for body in places] == [["body", "file"], ["body", "voiceprints", 1]]


def test_a_rejection_names_the_missing_voiceprint_or_value(pack: Path, tmp_path: Path) -> None:
    """A voiceprint that the pack compared is not missing for a comparison; its value is for a conversion."""
    only_compared = Path(shutil.copytree(pack, tmp_path / "pack"))
    texts = []
    for file in (only_compared / "facts").iterdir():
        fact = json.loads(file.read_text())
        if fact["technology"] == EXTRACTION and fact["state"] == "done":
            texts += [channel["voiceprint"] for channel in fact["result"]["channels"]]
        if fact["technology"] != COMPARISON:
            file.unlink()
    with MockAppliance(pack=only_compared, pack_only=True, pending=0, running=0) as mock:
        compared = post(
            f"{mock.url}/api/technology/{COMPARISON}", json={"voiceprints_a": [texts[0]], "voiceprints_b": ["AAAA"]}
        )
        converted = convert(mock.url, [texts[0]])
        messages = [get(one.headers["Location"]).json()["error"]["message"] for one in (compared, converted)]
    assert messages[0].startswith("The pack must have voiceprint 0 of `voiceprints_b` for ")
    assert messages[1].startswith("The pack must have a value of voiceprint 0 of `voiceprints` for ")


@pytest.mark.parametrize("result", [{"other": 1}, {"channels": None}, {"channels": []}, {"channels": [1]}])
def test_a_result_of_another_shape_is_replayed_with_null_members(
    pack: Path, tmp_path: Path, result: dict[str, Any]
) -> None:
    """A captured extraction without channels has no members to show as null, and is replayed as it is."""
    changed = Path(shutil.copytree(pack, tmp_path / "pack"))
    for file in (changed / "facts").iterdir():
        fact = json.loads(file.read_text())
        if fact["technology"] == EXTRACTION and fact["state"] == "done":
            file.write_text(json.dumps({**fact, "result": result}))
    with MockAppliance(pack=changed, members="null", pending=0, running=0) as mock:
        polled = get(extract(mock.url, FILES[0].read_bytes()).headers["Location"])
    assert polled.status_code == 200
    assert polled.json()["result"] == result


def test_tasks_can_take_the_captured_times(tmp_path: Path) -> None:
    """A captured task ends as late as the appliance's; without the option it takes the mock's own time."""
    with serving(Traits(prefix="", seconds=0.9)) as url:
        arguments = ("capture", url, str(BAD_FILE), "-o", str(tmp_path / "pack"))
        assert invoke(*arguments).exit_code == 0
    for timed, least, most in ((True, 0.8, 9), (False, 0.19, 0.21)):
        with MockAppliance(pack=tmp_path / "pack", pack_timing=timed, clock="manual") as mock:
            extract(mock.url, BAD_FILE.read_bytes())
            [task] = get(mock.url + "/_mock/tasks").json()["tasks"]
        assert least <= task["ends"] - task["submitted"] <= most


def test_the_generation_of_the_pack_cannot_be_changed(pack: Path, replayed: MockAppliance) -> None:
    """Another generation beside a pack is refused at the start, in Python and over HTTP; the pack's own is not."""
    with pytest.raises(ValueError, match="`generation` must be that of the pack, e4, got 'e1'"):
        MockAppliance(pack=pack, generation="e1")
    with pytest.raises(ValueError, match="must be that of the pack"):
        replayed.options(generation="e2")
    assert put(replayed.url + "/_mock/options", json={"generation": "e1"}).status_code == 422
    assert replayed.options(generation="e4", members="null")["members"] == "null"


def test_a_rule_comes_before_the_pack(replayed: MockAppliance) -> None:
    """A rule of a scenario decides the end of a captured task too."""
    replayed.scenario("rejected-media")
    extract(replayed.url, FILES[0].read_bytes())
    assert origins(replayed) == ["rule"]


def test_a_pack_without_results_replays_rejections(tmp_path: Path) -> None:
    """The bad file ends as on the appliance, and the results of the others are computed."""
    with MockAppliance(pack=copied("newest", tmp_path / "pack"), pending=0, running=0) as mock:
        for file in (BAD_FILE, FILES[0]):
            extract(mock.url, file.read_bytes())
        assert origins(mock) == ["captured", "computed"]
        convert(mock.url, ["AAAA"])


@pytest.mark.parametrize("options", [{"pack_only": True}, {"pack_timing": True}])
def test_an_option_of_a_pack_needs_one(options: dict[str, Any]) -> None:
    """The option alone is refused."""
    with pytest.raises(ValueError, match="needs a `pack`"):
        MockAppliance(**options)


def test_equal_scores_are_kept_in_their_places(replayed: MockAppliance) -> None:
    """A row and a column of the captured matrix stay those of their voiceprints in any order."""
    with ApplianceClient(replayed.url) as client:
        texts = [channel.voiceprint for file in FILES for channel in client.extract_voiceprint(file).channels]
        whole = client.run(COMPARISON, json={"voiceprints_a": texts, "voiceprints_b": texts}).result
        turned = client.run(COMPARISON, json={"voiceprints_a": texts[::-1], "voiceprints_b": texts[:2]}).result
    assert whole is not None
    assert turned is not None
    values, count = whole["scores"]["values"], len(texts)
    expected = [values[row * count + column] for row in range(2) for column in reversed(range(count))]
    assert turned["scores"]["values"] == expected


@pytest.mark.parametrize("converted", [False, True])
def test_vectors_that_the_pack_lacks_are_equal_everywhere(tmp_path: Path, *, converted: bool) -> None:
    """Extraction and conversion take the vector from a captured conversion, or both compute it (C21, S47)."""
    pack = tmp_path / "pack"
    with serving(Traits(prefix="", native=True)) as url:
        capture(url, pack, "--with-results")
    for file in (pack / "facts").iterdir():
        fact = json.loads(file.read_text())
        if fact["technology"] == CONVERSION and not converted:
            file.unlink()
        elif fact["technology"] == EXTRACTION and fact["state"] == "done":
            for channel in fact["result"]["channels"]:
                del channel["vector_voiceprint"]
            file.write_text(json.dumps(fact))
    with MockAppliance(pack=pack, pending=0, running=0) as mock, ApplianceClient(mock.url) as client:
        voices = [
            one for file in FILES for one in client.extract_voiceprint(file, include_vector_voiceprint=True).channels
        ]
        vectors = client.run(CONVERSION, json={"voiceprints": [one.voiceprint for one in voices]}).result
        assert vectors == {"vector_voiceprints": [one.vector_voiceprint for one in voices]}
        expected = "captured" if converted else "computed"
        assert origins(mock)[-1] == expected

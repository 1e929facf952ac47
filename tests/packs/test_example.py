"""The example pack that ships: small, of kind example, and replayed by its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import voxdouble_fixtures
from tests.http.wire import get, post
from tests.repository import tracked
from tools import example_pack
from voxdouble.against.known import FILE as DIFFERENCES
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.library import BUNDLED
from voxdouble_mock.packs.pack import Pack, read_fact

FOLDER = BUNDLED["example"]
MAX_BYTES = 100_000


@pytest.fixture
def mock() -> Iterator[MockAppliance]:
    """Return a mock that replays the example at once."""
    with MockAppliance(pack="example", pending=0, running=0) as started:
        yield started


def test_it_is_small_and_says_what_it_is(mock: MockAppliance) -> None:
    """Header, version and the line of the start say that a simulated appliance was captured."""
    files = tracked(f"{FOLDER.relative_to(Path(__file__).parents[2])}/*")
    assert sum(file.stat().st_size for file in files) < MAX_BYTES
    header = Pack(FOLDER).header
    assert (header.kind, header.version, header.results) == ("example", "simulated", True)
    replay = mock._parts.appliance.packs.replay("example")
    assert replay is not None
    assert "kind example" in replay.introduction()
    assert "simulated appliance" in replay.introduction()
    assert mock.options()["pack"] == "example"


def test_its_recordings_are_bundled(mock: MockAppliance) -> None:
    """Each recording in it is bundled under its name, so everyone can try it; nothing is written to the package."""
    pack = Pack(FOLDER)
    facts = [fact for key in pack.entries if (fact := read_fact(FOLDER, key)) is not None and fact.sha256]
    known = {one.file: one.sha256 for one in voxdouble_fixtures.recordings()}
    assert len(facts) >= 20
    assert all(fact.name in known and known[fact.name] == fact.sha256 for fact in facts)
    assert not (FOLDER / "index.json").exists()


def test_every_method_of_the_client_is_answered_from_it(mock: MockAppliance) -> None:
    """Extraction, conversion, comparison, merging, gender and age are captured, and so is voice activity detection."""
    files = [voxdouble_fixtures.path(name) for name in ("john_doe.wav", "jane_roe_1.flac", "maria_lopez_1.flac")]
    with ApplianceClient(mock.url) as client:
        voices = [client.extract_voiceprint(file, include_vector_voiceprint=True).channels[0] for file in files]
        texts = [one.voiceprint for one in voices]
        assert client.convert_voiceprints(texts).vector_voiceprints == [one.vector_voiceprint for one in voices]
        assert len(client.compare_voiceprints(texts, texts).values) == 9
        assert client.merge_voiceprints(texts).voiceprint
        assert client.identify_gender(files[0]).genders
        assert client.estimate_age_of_voiceprints(texts).ages
        found = client.run("voice-activity-detection", files={"file": files[0]}).result
    assert found is not None
    assert found["channels"][0]["segments"]
    origins = {task["origin"] for task in get(mock.url + "/_mock/tasks").json()["tasks"]}
    assert origins == {"captured"}


def test_a_technology_that_is_not_computed_needs_its_recording(mock: MockAppliance) -> None:
    """Another recording ends failed, and the message names the pack; so do other parameters, but not other channels."""
    url = mock.url + "/api/technology/voice-activity-detection"
    content = voxdouble_fixtures.path("conversation.wav").read_bytes()
    started = [
        post(url, files={"file": content + b"\0"}),
        post(url, files={"file": content}, params={"range_from": "1"}),
        post(url, files={"file": content}, params={"channels": "1"}),
    ]
    bodies = [get(one.headers["Location"]).json() for one in started]
    assert [body["task"]["state"] for body in bodies] == ["failed", "failed", "done"]
    assert all("no fact of the pack example" in body["error"]["message"] for body in bodies[:2])
    assert [one["channel_number"] for one in bodies[2]["result"]["channels"]] == [1]


def test_the_known_differences_stay_when_the_pack_is_made_again(tmp_path: Path) -> None:
    """All files of a pack are replaced but `differences.toml`, which is written by hand."""
    pack, by = tmp_path / "pack", tmp_path / "by"
    for folder, name in ((pack, "old"), (by, "new")):
        (folder / "facts").mkdir(parents=True)
        (folder / "facts" / f"{name}.json").write_text("{}")
        (folder / "pack.toml").write_text(name)
    (pack / DIFFERENCES).write_text("kept")
    example_pack.replace(pack, by)
    assert {str(file.relative_to(pack)) for file in pack.rglob("*.*")} == {"pack.toml", "facts/new.json", DIFFERENCES}
    assert (pack / "pack.toml").read_text() == "new"
    assert (pack / DIFFERENCES).read_text() == "kept"

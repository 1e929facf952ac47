"""Packs without results: states, times, members, errors and lengths are captured, values are computed."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import voxdouble_fixtures
from tests.commands.process import invoke
from tests.contract.stranger import CONVERSION, EXTRACTION, serving
from tests.contract.stranger_traits import Traits
from tests.http.wire import extract, get
from tests.packs.captured import BAD_FILE, COMPARISON, FILES, NEWEST, capture, copied
from voxdouble_client import ApplianceClient
from voxdouble_mock import MockAppliance, voice
from voxdouble_mock.packs.summaries import filled, summary_of

SILENCE = voxdouble_fixtures.path("silence.wav")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack without results."""
    folder = tmp_path_factory.mktemp("captured") / "pack"
    with serving(NEWEST) as url:
        capture(url, folder, str(SILENCE))
    return folder


@pytest.fixture
def replayed(pack: Path) -> Iterator[MockAppliance]:
    """Return a mock that replays the pack at once."""
    with MockAppliance(pack=pack, pending=0, running=0) as mock:
        yield mock


def shape(value: Any) -> Any:
    """Return a value with its members and lengths, and without texts and numbers."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        numbers = value and all(isinstance(one, int | float) for one in value)
        return len(value) if numbers else [shape(one) for one in value]
    return None if value is None else type(value).__name__


@pytest.mark.parametrize("file", [*FILES, SILENCE], ids=lambda file: file.name)
@pytest.mark.parametrize("technology", [EXTRACTION, "gender-identification"])
def test_members_and_lengths_are_those_of_the_appliance(replayed: MockAppliance, technology: str, file: Path) -> None:
    """A result has the appliance's members, channels, speech lengths, and vectors where it gave them."""
    flag = {"include_vector_voiceprint": True}
    with serving(NEWEST) as url, ApplianceClient(url) as theirs, ApplianceClient(replayed.url) as ours:
        params = flag if technology == EXTRACTION else {}
        expected = theirs.run(technology, files={"file": file}, params=params).result
        found = ours.run(technology, files={"file": file}, params=params).result
    assert found is not None
    assert expected is not None
    assert shape(found) == shape(expected)
    for one, other in zip(found["channels"], expected["channels"], strict=True):
        assert one.get("speech_length") == other.get("speech_length")
    [task] = get(replayed.url + "/_mock/tasks").json()["tasks"]
    assert task["origin"] == "computed"


def test_a_shared_pack_of_a_mock_has_vectors(tmp_path: Path) -> None:
    """The computed voiceprints are the captured ones then, and their vectors are numbers, not summaries."""
    with (
        MockAppliance(pack=copied("mock", tmp_path / "pack"), pending=0, running=0) as mock,
        ApplianceClient(mock.url) as client,
    ):
        [channel] = client.extract_voiceprint(FILES[0], include_vector_voiceprint=True).channels
    assert channel.vector_voiceprint is not None
    assert len(channel.vector_voiceprint) == 128


def test_voiceprints_can_be_used(replayed: MockAppliance) -> None:
    """They are compared, and converted to the vectors of their extraction (S47)."""
    with ApplianceClient(replayed.url) as client:
        voices = [
            one for file in FILES for one in client.extract_voiceprint(file, include_vector_voiceprint=True).channels
        ]
        texts = [one.voiceprint for one in voices]
        converted = client.run(CONVERSION, json={"voiceprints": texts}).result
        scores = client.compare_voiceprints(texts, texts).values
    assert converted == {"vector_voiceprints": [one.vector_voiceprint for one in voices]}
    assert len(scores) == len(texts) ** 2


def test_a_file_that_the_mock_cannot_decode_succeeds_as_on_the_appliance(tmp_path: Path) -> None:
    """The state is that of the pack; the voiceprint is made from the digest, always the same, and can be used."""
    unknown = tmp_path / "unknown.au"
    unknown.write_bytes(
        b".snd" + bytes([0, 0, 0, 24, 0, 0, 0, 200, 0, 0, 0, 3, 0, 0, 31, 64, 0, 0, 0, 1]) + b"\x10\x7f" * 100
    )
    with serving(NEWEST) as url:
        assert invoke("capture", url, str(unknown), str(FILES[0]), "-o", str(tmp_path / "pack")).exit_code == 0
    results = []
    for _ in range(2):
        with MockAppliance(pack=tmp_path / "pack", pending=0, running=0) as mock, ApplianceClient(mock.url) as client:
            results.append(client.extract_voiceprint(unknown, include_vector_voiceprint=True).channels)
            assert client.compare_voiceprints([results[-1][0].voiceprint], [results[-1][0].voiceprint]).values
        with MockAppliance(pending=0, running=0) as mock:
            extract(mock.url, unknown.read_bytes())
            [task] = get(mock.url + "/_mock/tasks").json()["tasks"]
            assert task["state"] == "rejected"  # the mock itself cannot decode it
    assert results[0] == results[1]
    assert voice.decode(b64decode(results[0][0].voiceprint)).own is False


def test_states_errors_and_times_are_captured(tmp_path: Path) -> None:
    """A rejection has the appliance's message, and with the option every task the appliance's time."""
    with serving(Traits(prefix="", seconds=0.9)) as url:
        assert invoke("capture", url, str(BAD_FILE), str(FILES[0]), "-o", str(tmp_path / "pack")).exit_code == 0
    with MockAppliance(pack=tmp_path / "pack", pack_timing=True, clock="manual") as mock:
        for file in (BAD_FILE, FILES[0]):
            extract(mock.url, file.read_bytes())
        tasks = get(mock.url + "/_mock/tasks").json()["tasks"]
        mock.clock.advance(20)
        body = get(f"{mock.url}/api/technology/{EXTRACTION}/{tasks[0]['task_id']}").json()
    assert [task["final"] for task in tasks] == ["rejected", "done"]
    assert all(0.8 <= task["ends"] - task["submitted"] <= 9 for task in tasks)
    assert body["error"]["message"] == "Konvertierung: Fehler 7"


def test_the_start_says_that_values_are_computed(pack: Path, replayed: MockAppliance) -> None:
    """The line of the start says that the values are computed."""
    replay = replayed._parts.appliance.packs.replay("pack")
    assert replay is not None
    assert replay.introduction().endswith(
        "It has no results: states, times, members, errors and lengths are captured, values computed."
    )


def test_a_comparison_is_computed_for_our_own_voiceprints(replayed: MockAppliance) -> None:
    """The pack's digests are of the appliance's voiceprints, which only its owner has."""
    with ApplianceClient(replayed.url) as client:
        texts = [client.extract_voiceprint(file).channels[0].voiceprint for file in FILES[:2]]
        result = client.run(COMPARISON, json={"voiceprints_a": texts, "voiceprints_b": texts}).result
    assert result is not None
    assert "unit" not in result["scores"]  # a member of the simulated appliance


SAMPLE: dict[str, Any] = {
    "channels": [
        {
            "channel_number": 3,
            "voiceprint": "A" * 100,
            "speech_length": 1.25,
            "model": "m",
            "vector_voiceprint": [0.5] * 20,
        },
        {
            "channel_number": 4,
            "gender": "male",
            "age": 41,
            "sure": True,
            "scores": [0.9, 0.1],
            "none": None,
            "empty": [],
        },
    ],
    "scores": {"columns_count": 2, "rows_count": 1, "values": [1.5, -2.5]},
}


def test_a_summary_gives_nothing_away() -> None:
    """Texts and numbers that could be guessed have no digest; lengths, counts and models stay."""
    assert summary_of(SAMPLE)["channels"][1] == {
        "channel_number": 4,
        "gender": {"type": "text"},
        "age": {"type": "integer"},
        "sure": {"type": "flag"},
        "scores": {"length": 2},
        "none": None,
        "empty": [],
    }
    first = summary_of(SAMPLE)["channels"][0]
    assert (first["voiceprint"]["size"], len(first["voiceprint"]["sha256"])) == (100, 64)
    assert (first["vector_voiceprint"]["length"], first["speech_length"], first["model"]) == (20, 1.25, "m")


def test_a_summary_is_filled_from_computed_values_or_made() -> None:
    """With the original as the computed value it is the original; without one it has the shape, always the same."""
    summary = summary_of(SAMPLE)
    assert filled(summary, SAMPLE, "seed") == SAMPLE
    made = filled(summary, {}, "seed")
    assert made == filled(summary, None, "seed")
    assert made != filled(summary, None, "other")
    assert summary_of(made)["channels"][1] == summary["channels"][1]
    assert made["channels"][0].keys() == SAMPLE["channels"][0].keys()


def test_a_list_of_flags_is_not_a_list_of_numbers() -> None:
    """Its summary has the type of each flag, and leads to flags again."""
    summary = summary_of({"flags": [True, False]})
    assert summary == {"flags": [{"type": "flag"}, {"type": "flag"}]}
    assert filled(summary, None, "seed") == {"flags": [False, False]}

"""The client with appliances of all generations, and its messages about what an older one lacks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from voxdouble_client import ApiError, ApplianceClient
from voxdouble_client._generations import FIRST, OF_ALL_GENERATIONS
from voxdouble_client.cli.commands import extract
from voxdouble_fixtures import path
from voxdouble_fixtures.generations import GENERATIONS, differences, serves
from voxdouble_mock import MockAppliance

JOHN = path("john_doe.wav")
EXTRACTION = "speaker-identification-voiceprint-extraction"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_client_works_with_each_generation(generation: str) -> None:
    """Served technologies are done, and the 404 of any other names the generation that has it."""
    with (
        MockAppliance(generation=generation, pending=0, running=0) as mock,
        ApplianceClient(mock.url, proxy="") as client,
    ):
        channel = client.extract_voiceprint(JOHN, include_vector_voiceprint=True).channels[0]
        assert (channel.vector_voiceprint is not None) == (generation == "e4")
        assert client.compare_voiceprints([channel.voiceprint], [channel.voiceprint]).score(0, 0) > 0
        handle = client.start_voiceprint_extraction(JOHN)
        assert client.task(handle.url).result().channels[0].voiceprint == channel.voiceprint
        calls: dict[str, Callable[[], object]] = {
            "gender-identification": lambda: client.identify_gender(JOHN),
            "gender-identification-voiceprints": lambda: client.identify_gender_of_voiceprints([channel.voiceprint]),
            "age-estimation": lambda: client.estimate_age(JOHN),
            "age-estimation-voiceprints": lambda: client.estimate_age_of_voiceprints([channel.voiceprint]),
            "speaker-identification-voiceprint-conversion": lambda: client.convert_voiceprints([channel.voiceprint]),
            "speaker-identification-voiceprint-merging": lambda: client.merge_voiceprints([channel.voiceprint] * 2),
        }
        for technology, call in calls.items():
            if serves(generation, technology):
                call()
                continue
            with pytest.raises(ApiError) as caught:
                call()
            assert caught.value.status == 404
            assert f"appliances of a generation before {FIRST[technology]} lack it" in str(caught.value)


def test_the_first_generations_are_those_of_the_table() -> None:
    """The client, which reads no fixtures, knows the same first generations as the table of differences."""
    table = {
        name: next(generation for generation in GENERATIONS if serves(generation, name))
        for one in differences()
        for name in one.technologies
    }
    assert {name: first for name, first in table.items() if first != "e1"} == FIRST
    assert all(serves("e1", name) for name in OF_ALL_GENERATIONS)


@pytest.mark.parametrize("more", [(), ("--resume",)])
def test_missing_vectors_are_named_on_stderr_once(tmp_path: Path, more: tuple[str, ...]) -> None:
    """`extract --vector` on an older appliance writes its answers, and says once that they have no vectors."""
    words = [str(JOHN), str(path("jane_roe_1.flac")), "--vector", "-o", str(tmp_path / "out.jsonl"), *more]
    with MockAppliance(generation="e3", pending=0, running=0) as mock:
        result = CliRunner().invoke(extract, [*words, "--url", mock.url])
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("The result has no vectors. An appliance of a generation before e4") == 1
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


def test_a_missing_vector_is_explained() -> None:
    """An older appliance ignores the request for a vector; the error of `to_numpy` says so."""
    with (
        MockAppliance(generation="e1", pending=0, running=0) as mock,
        ApplianceClient(mock.url, proxy="") as client,
    ):
        channel = client.extract_voiceprint(JOHN, include_vector_voiceprint=True).channels[0]
        with pytest.raises(ValueError, match="before e4 has no vectors"):
            channel.to_numpy()


def test_a_404_of_a_technology_of_all_generations_speaks_of_the_base_url() -> None:
    """Extraction is in all generations, so a 404 to its start is about the base URL."""
    with (
        MockAppliance() as mock,
        ApplianceClient(mock.url + "/wrong", proxy="") as client,
        pytest.raises(ApiError) as caught,
    ):
        client.start_voiceprint_extraction(JOHN)
    message = str(caught.value)
    assert f"The appliance does not have {EXTRACTION}: {mock.url}/wrong is not its base URL." in message


@pytest.mark.parametrize("technology", ["speaker-identification-voiceprint-extration", "speech-to-text"])
def test_a_404_of_any_other_technology_names_all_reasons(technology: str) -> None:
    """A misspelt technology, or one without a method here, may be missing although the base URL is right."""
    with (
        MockAppliance() as mock,
        ApplianceClient(mock.url, proxy="") as client,
        pytest.raises(ApiError) as caught,
    ):
        client.run(technology, files={"file": JOHN})
    reasons = f"the name is wrong, its version or licence lacks it, or {mock.url} is not its base URL."
    assert f"The appliance does not have {technology}: {reasons}" in str(caught.value)

"""Answers from a pack: the mock replays the bundled example."""

from dataclasses import replace
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect, expect_status
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.example_pack import result_of, voiceprint_of
from voxdouble_contract.samples.recordings import SPEECH, STEREO, bundled, tone
from voxdouble_contract.samples.voiceprints import computed_voiceprint
from voxdouble_contract.target.mock_options import PATH
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import COMPARISON, CONVERSION, EXTRACTION, MERGING
from voxdouble_contract.tasks import StartedTask

OTHER = "jane_roe_1.flac"
VECTORS = "?include_vector_voiceprint=true"


def ended(target: Target, technology: str, start: Exchange) -> StartedTask:
    """Return a started task, polled to its end."""
    expect_status(start, 202)
    return StartedTask(target, technology, start).ended()


def result(target: Target, technology: str, body: object) -> tuple[Any, StartedTask]:
    """Return the result of a task on voiceprints, and the task; the result is None if it did not end done."""
    task = ended(target, technology, target.post_json(technology, body))
    return task.last.get("result"), task


def shown_generation(target: Target) -> object:
    """Return the generation that the options of a mock's namespace show."""
    return target.get_object(PATH).get("generation")


@statement("C51")
def test_the_generation_is_that_of_the_pack(replaying: Target) -> None:
    """A namespace with a pack has its generation; options with another generation are refused and change nothing."""
    expect(shown_generation(replaying) == "e4", "The generation must be that of the pack, e4.")
    refused = replaying.send("PUT", PATH, json={"generation": "e2"})
    expect_status(refused, 422)
    found = refused.get("detail", 0, "location")
    expect(found == ["body", "generation"], f"The location must be that of `generation`, got {found}.", refused)
    expect(shown_generation(replaying) == "e4", "A refused change must change nothing.", refused)


@statement("C52")
@pytest.mark.parametrize(("query", "numbers"), [("", (0, 1)), ("?channels=1", (1,)), ("?channels=1,0", (1, 0))])
@pytest.mark.parametrize("vectors", [False, True])
def test_a_recording_of_the_pack_has_its_captured_result(
    replaying: Target, query: str, numbers: tuple[int, ...], *, vectors: bool
) -> None:
    """`channels` and the vectors are answered from the capture of the whole recording, whatever its file is named."""
    flag = (query and "&") + VECTORS[1:] if vectors else ""
    media = replace(bundled(STEREO), name="renamed.wav")
    query = query + flag if query or not flag else VECTORS
    task = ended(replaying, EXTRACTION, replaying.post_media(EXTRACTION, media, query))
    captured = result_of(EXTRACTION, STEREO)["channels"]
    wanted = [
        {name: value for name, value in captured[number].items() if vectors or name != "vector_voiceprint"}
        for number in numbers
    ]
    expect(task.last.get("result", "channels") == wanted, "The channels must be those of the pack.", task.last)


@statement("C52")
@pytest.mark.parametrize("query", ["?channel_mode=mix", ""])
def test_other_parameters_and_recordings_are_computed(replaying: Target, query: str) -> None:
    """A mix, and a recording that the pack does not have, get a computed result."""
    media = bundled(STEREO) if query else tone(0.5)
    task = ended(replaying, EXTRACTION, replaying.post_media(EXTRACTION, media, query)).done()
    captured = [channel["voiceprint"] for channel in result_of(EXTRACTION, STEREO)["channels"]]
    expect(task.channels[0].get("voiceprint") not in captured, "The result must be computed.", task.last)


@statement("C53")
def test_a_conversion_goes_voiceprint_by_voiceprint(replaying: Target) -> None:
    """A captured vector stands beside a computed one, each in its place."""
    ours, theirs = computed_voiceprint(SPEECH), voiceprint_of(SPEECH)
    vectors, task = result(replaying, CONVERSION, {"voiceprints": [ours, theirs]})
    alone, _ = result(replaying, CONVERSION, {"voiceprints": [ours]})
    captured = result_of(EXTRACTION, SPEECH)["channels"][0]["vector_voiceprint"]
    found = vectors["vector_voiceprints"] if isinstance(vectors, dict) else None
    wanted = [alone["vector_voiceprints"][0], captured]
    expect(found == wanted, "The first vector must be computed, and the second captured.", task.last)


@statement("C53")
def test_a_comparison_is_captured_as_a_whole_or_computed_as_a_whole(replaying: Target) -> None:
    """With every pair in the pack the scores are captured; with one other voiceprint none of them is."""
    ours, first, second = computed_voiceprint(SPEECH), voiceprint_of(SPEECH), voiceprint_of(OTHER)
    captured, task = result(replaying, COMPARISON, {"voiceprints_a": [first, second], "voiceprints_b": [second, first]})
    known = result_of(COMPARISON)["scores"]
    values = captured["scores"]["values"] if isinstance(captured, dict) else []
    inside = set(values) <= set(known["values"])
    expect(len(values) == 4 and inside, "The scores must be those of the pack.", task.last)
    mixed, task = result(replaying, COMPARISON, {"voiceprints_a": [first, ours], "voiceprints_b": [second, first]})
    values = mixed["scores"]["values"] if isinstance(mixed, dict) else known["values"]
    expect(not set(values) & set(known["values"]), "No score may be captured beside computed ones.", task.last)


@statement("C53")
def test_a_merging_is_captured_for_exactly_its_list(replaying: Target) -> None:
    """Another list of captured voiceprints is computed."""
    names = (SPEECH, OTHER, "maria_lopez_1.flac")
    texts = [voiceprint_of(name) for name in names]
    captured, task = result(replaying, MERGING, {"voiceprints": texts})
    expect(captured == result_of(MERGING), "The result must be that of the pack.", task.last)
    computed, task = result(replaying, MERGING, {"voiceprints": texts[::-1]})
    found = computed.get("voiceprint") if isinstance(computed, dict) else None
    expect(found not in {None, result_of(MERGING)["voiceprint"]}, "The result must be computed.", task.last)


@statement("C54")
def test_only_the_pack_is_replayed_if_that_is_asked_for(only_pack: Target) -> None:
    """A recording or voiceprint that the pack does not have ends rejected, with its place."""
    known = ended(only_pack, EXTRACTION, only_pack.post_media(EXTRACTION, bundled(SPEECH)))
    expect(known.state == "done", f"The recording of the pack must end done, got {known.state}.", known.last)
    body = {"voiceprints": [voiceprint_of(SPEECH), computed_voiceprint(SPEECH)]}
    for technology, start, place in (
        (EXTRACTION, only_pack.post_media(EXTRACTION, tone(0.5)), ["body", "file"]),
        (CONVERSION, only_pack.post_json(CONVERSION, body), ["body", "voiceprints", 1]),
    ):
        task = ended(only_pack, technology, start)
        expect(task.state == "rejected", f"The state must be rejected, got {task.state}.", task.last)
        kind, found = task.last.get("error", "type"), task.last.get("error", "detail", 0, "location")
        expect(kind == "task.validation-error", f"`type` must be task.validation-error, got {kind!r}.", task.last)
        expect(found == place, f"The location must be {place}, got {found}.", task.last)

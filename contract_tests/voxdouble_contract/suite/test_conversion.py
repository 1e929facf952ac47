"""Requests and results of voiceprint conversion."""

import math
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.voiceprints import TINY, foreign_voiceprint, voiceprint
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION
from voxdouble_contract.tasks import StartedTask, Tasks

LENGTHS = frozenset({0, 128})
NOT_A_VOICEPRINT = "bm8gdm9pY2VwcmludA=="  # Base64 of "no voiceprint"


def convert(tasks: Tasks, *voiceprints: str) -> StartedTask:
    """Return the conversion of these voiceprints."""
    return tasks.post(CONVERSION, *voiceprints)


@statement("S41")
@pytest.mark.parametrize("count", [1, 2])
def test_a_list_of_voiceprints_is_accepted(tasks: Tasks, count: int) -> None:
    """A list of one voiceprint is accepted, and one of two."""
    convert(tasks, *[tasks.voiceprint()] * count).accepted()


@statement("S41")
@pytest.mark.parametrize("body", [{}, {"voiceprints": None}, {"voiceprints": "text"}, {"voiceprints": [1]}])
def test_anything_but_a_list_of_strings_is_refused(target: Target, tasks: Tasks, body: object) -> None:
    """Without a list of strings no task is made."""
    convert(tasks, tasks.voiceprint()).accepted()
    response = target.post_json(CONVERSION, body)
    is_refused = 400 <= response.status < 500
    expect(is_refused, "A conversion without a list of strings must be refused.", response)


@statement("S44")
def test_vectors_are_in_the_order_of_the_voiceprints(tasks: Tasks) -> None:
    """Each voiceprint has its vector at the same index."""
    first, second = tasks.voiceprint(), tasks.voiceprint("other speech")
    alone = [convert(tasks, text).done().vectors[:1] for text in (first, second)]
    three, two = convert(tasks, first, second, first).done(), convert(tasks, second, first).done()
    expect(len(three.vectors) == 3, "Three voiceprints must have three vectors.", three.last)
    expect(len(two.vectors) == 2, "Two voiceprints must have two vectors.", two.last)
    if alone[0] == alone[1]:
        unproven("The two samples have the same vector, so that no order can be seen.")
    expect(three.vectors == alone[0] + alone[1] + alone[0], "The order must be that of the request.", three.last)
    expect(two.vectors == alone[1] + alone[0], "The order must be that of the request.", two.last)


@statement("S44")
def test_there_is_one_vector_for_each_voiceprint(tasks: Tasks) -> None:
    """The result has as many vectors as the request has voiceprints."""
    task = convert(tasks, tasks.voiceprint()).done()
    listed = task.last.get("result", "vector_voiceprints")
    expect(isinstance(listed, list), "`result.vector_voiceprints` must be a list.", task.last)
    expect(len(task.vectors) == 1, "One voiceprint must have one vector.", task.last)


@statement("S45")
@pytest.mark.parametrize("source", ["conversion", "extraction"])
def test_a_vector_has_128_numbers_or_none(tasks: Tasks, source: str) -> None:
    """Each vector has 128 finite numbers, or is empty."""
    found = vectors_of(tasks, source)
    for vector, response in found:
        is_vector = isinstance(vector, list) and len(vector) in LENGTHS and all(map(is_number, vector))
        expect(is_vector, "A vector must have 128 numbers, or none.", response)
    if not any(vector for vector, _ in found):
        unproven("No speech was found in the samples.")


def vectors_of(tasks: Tasks, source: str) -> list[tuple[Any, Exchange]]:
    """Return vectors, each with the response that has it."""
    if source == "conversion":
        task = convert(tasks, tasks.voiceprint(), tasks.voiceprint("other speech")).done()
        return [(vector, task.last) for vector in task.vectors]
    started = [tasks.upload(name).done() for name in ("speech with vector", "other speech")]
    return [(channel.get("vector_voiceprint"), task.last) for task in started for channel in task.channels]


@statement("S46")
def test_the_vector_of_silence_is_empty(tasks: Tasks) -> None:
    """The voiceprint of a silent recording has an empty vector."""
    silence = tasks.upload("silence").done()
    task = convert(tasks, tasks.voiceprint("silence")).done()
    expect(task.vectors == [[]], "The vector must be empty.", silence.last, task.last)


@statement("S47")
@pytest.mark.parametrize("name", ["speech with vector", "other speech"])
def test_conversion_and_extraction_give_the_same_vector(tasks: Tasks, name: str) -> None:
    """The conversion of an extracted voiceprint gives the extraction's own vector, number for number."""
    extraction = tasks.upload(name).done()
    task = convert(tasks, tasks.voiceprint(name)).done()
    wanted = extraction.channels[0].get("vector_voiceprint")
    expect(task.vectors == [wanted], "The vector must be that of the extraction.", extraction.last, task.last)
    if wanted == []:
        unproven("No speech was found in the sample, so that both vectors are empty.")


@statement("C17")
def test_an_unknown_member_is_ignored(target: Target) -> None:
    """An unknown member does not change the response."""
    expect_status(target.post_json(CONVERSION, {"voiceprints": [TINY], "colour": "green"}), 202)


@statement("C18")
@pytest.mark.parametrize("around", ["{}\n", " {}", "\r\n\t{} \n"])
def test_white_space_around_a_voiceprint_is_ignored(tasks: Tasks, around: str) -> None:
    """A voiceprint with a line end, as read from a text file, is accepted and gives the same vector."""
    text = tasks.voiceprint()
    padded, plain = convert(tasks, around.format(text)), convert(tasks, text)
    expect_status(padded.start, 202)
    expect(padded.done().vectors == plain.done().vectors, "White space must not matter.", padded.last, plain.last)


@statement("C20")
def test_base64_without_a_voiceprint_is_rejected(tasks: Tasks) -> None:
    """Base64 of other bytes ends the task rejected, with its index in the error."""
    task = convert(tasks, tasks.voiceprint(), NOT_A_VOICEPRINT).ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)
    places = [detail.get("location") for detail in task.last.details("error")]
    has_index = any(isinstance(place, list) and 1 in place for place in places)
    expect(has_index, "A detail's location must have the index 1.", task.last)


@statement("C21")
@pytest.mark.parametrize("length", [1, 5, 128, 300])
def test_foreign_voiceprints_are_accepted(tasks: Tasks, length: int) -> None:
    """A voiceprint in the vendor's form has a vector, the same each time, whatever the length of its embedding."""
    text = foreign_voiceprint(length)
    task = convert(tasks, text, text).ended()
    expect(task.state == "done", "The task must be done.", task.last)
    expect(len(task.vectors) == 2, "Two voiceprints must have two vectors.", task.last)
    expect(task.vectors[0] == task.vectors[1] != [], "Both vectors must be the same, and not empty.", task.last)


@statement("C21")
def test_an_embedding_of_zeros_has_an_empty_vector(tasks: Tasks) -> None:
    """A foreign voiceprint whose numbers are all zero has no direction, and so an empty vector."""
    task = convert(tasks, voiceprint([0.0] * 8)).ended()
    expect(task.state == "done" and task.vectors == [[]], "The vector must be empty.", task.last)


def is_number(value: object) -> bool:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

"""What a conversion takes and gives (contract 3.2, 4.2)."""

import math
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.recipes import foreign_voiceprint
from voxdouble_contract.runs import Runs, check_accepted
from voxdouble_contract.samples import voiceprint
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

LENGTHS = frozenset({0, 128})


@statement("S41")
@pytest.mark.parametrize("count", [1, 2])
def test_a_list_of_voiceprints_is_taken(runs: Runs, count: int) -> None:
    """One voiceprint is enough, and two are accepted."""
    start = runs.conversion(*[runs.own_voiceprint()] * count).start
    check_accepted(start)


@statement("S41")
@pytest.mark.parametrize("body", [{}, {"voiceprints": None}, {"voiceprints": "text"}, {"voiceprints": [1]}])
def test_nothing_but_a_list_of_strings_is_taken(target: Target, runs: Runs, body: object) -> None:
    """Without a list of strings no task is made."""
    check_accepted(runs.conversion(runs.own_voiceprint()).start)
    answer = target.post_json(CONVERSION, body)
    expect(400 <= answer.status < 500, "A conversion without a list of strings should be refused.", answer)


@statement("S44")
def test_vectors_come_in_the_order_of_the_voiceprints(runs: Runs) -> None:
    """Each voiceprint has its vector, in the same place."""
    first, second = runs.own_voiceprint(), runs.own_voiceprint("other speech")
    alone = [runs.convert(text).vectors[:1] for text in (first, second)]
    both, turned = runs.convert(first, second, first), runs.convert(second, first)
    expect(len(both.vectors) == 3, "Three voiceprints should have three vectors.", both.last)
    expect(len(turned.vectors) == 2, "Two voiceprints should have two vectors.", turned.last)
    if alone[0] == alone[1]:
        unproven("The two samples have the same vector, so that no order can be seen.")
    expect(both.vectors == alone[0] + alone[1] + alone[0], "The order should be that of the input.", both.last)
    expect(turned.vectors == alone[1] + alone[0], "The order should be that of the input.", turned.last)


@statement("S44")
def test_there_is_a_list_of_vectors(runs: Runs) -> None:
    """The result has as many vectors as there were voiceprints."""
    run = runs.convert(runs.own_voiceprint())
    listed = run.last.get("result", "vector_voiceprints")
    expect(isinstance(listed, list), "`result.vector_voiceprints` should be a list.", run.last)
    expect(len(run.vectors) == 1, "One voiceprint should have one vector.", run.last)


@statement("S45")
@pytest.mark.parametrize("source", ["conversion", "extraction"])
def test_a_vector_has_128_numbers_or_none(runs: Runs, source: str) -> None:
    """Each vector has 128 finite numbers, or none."""
    found = vectors_of(runs, source)
    for vector, answer in found:
        is_vector = isinstance(vector, list) and len(vector) in LENGTHS and all(map(is_number, vector))
        expect(is_vector, "A vector should have 128 numbers, or none.", answer)
    if not any(vector for vector, _ in found):
        unproven("No speech was found in the samples.")


def vectors_of(runs: Runs, source: str) -> list[tuple[Any, Exchange]]:
    """Collect vectors, each with the answer it came in."""
    if source == "conversion":
        run = runs.convert(runs.own_voiceprint(), runs.own_voiceprint("other speech"))
        return [(vector, run.last) for vector in run.vectors]
    done = [runs.done(name) for name in ("speech with vector", "other speech")]
    return [(channel.get("vector_voiceprint"), run.last) for run in done for channel in run.channels]


@statement("S46")
def test_silence_has_an_empty_vector(runs: Runs) -> None:
    """The voiceprint of a silent recording has a vector without numbers."""
    silent = runs.done("silence")
    run = runs.convert(runs.own_voiceprint("silence"))
    expect(run.vectors == [[]], "The vector should be empty.", silent.last, run.last)


@statement("S47")
@pytest.mark.parametrize("name", ["speech with vector", "other speech"])
def test_both_ways_to_a_vector_agree(runs: Runs, name: str) -> None:
    """Converting an extraction's voiceprint gives the extraction's own vector, number for number."""
    extraction = runs.done(name)
    run = runs.convert(runs.own_voiceprint(name))
    wanted = extraction.channels[0].get("vector_voiceprint")
    expect(run.vectors == [wanted], "The vector should be the extraction's.", extraction.last, run.last)
    if wanted == []:
        unproven("No speech was found in the sample, so that both vectors are empty.")


@statement("C17")
def test_unknown_members_are_ignored(target: Target) -> None:
    """A member that means nothing changes nothing."""
    expect_status(target.post_json(CONVERSION, {"voiceprints": ["AAAA"], "colour": "green"}), 202)


@statement("C18")
@pytest.mark.parametrize("around", ["{}\n", " {}", "\r\n\t{} \n"])
def test_white_space_is_stripped(runs: Runs, around: str) -> None:
    """A voiceprint that was read from a text file with its line end is accepted."""
    text = runs.own_voiceprint()
    start = runs.conversion(around.format(text)).start
    expect_status(start, 202)
    padded, plain = runs.convert(around.format(text)), runs.convert(text)
    expect(padded.vectors == plain.vectors, "White space should not matter.", padded.last, plain.last)


@statement("C20")
def test_what_is_no_voiceprint_is_rejected(runs: Runs) -> None:
    """Base64 of something else ends the task rejected, and the error says where it stands."""
    run = runs.converted(runs.own_voiceprint(), "bm8gdm9pY2VwcmludA==")
    expect(run.state == "rejected", "The task should end rejected.", run.last)
    places = [detail.get("location") for detail in run.last.details("error")]
    expect(any(1 in (place or []) for place in places), "A detail's location should have the index 1.", run.last)


@statement("C21")
@pytest.mark.parametrize("length", [1, 5, 128, 300])
def test_voiceprints_from_elsewhere_are_taken(runs: Runs, length: int) -> None:
    """A voiceprint in the vendor's form has a vector, the same one each time, however long its embedding."""
    text = foreign_voiceprint(length)
    run = runs.converted(text, text)
    expect(run.state == "done", "The task should be done.", run.last)
    expect(run.vectors[0] == run.vectors[1] != [], "Both vectors should be the same, and not empty.", run.last)


@statement("C21")
def test_an_embedding_of_zeros_has_an_empty_vector(runs: Runs) -> None:
    """A voiceprint from elsewhere that is all zero has no direction, and so no vector."""
    run = runs.converted(voiceprint([0.0] * 8))
    expect(run.state == "done" and run.vectors == [[]], "The vector should be empty.", run.last)


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

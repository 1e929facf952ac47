"""What merging takes and gives (contract 3.2, 4.4)."""

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.family import Family
from voxdouble_contract.recipes import foreign_voiceprint
from voxdouble_contract.runs import Run, Runs, check_accepted
from voxdouble_contract.samples import voiceprint
from voxdouble_contract.statements import statement
from voxdouble_contract.verdicts import expect, unproven

SAMPLES = ("speech with vector", "other speech")
ROUNDING = 0.02
"""Seconds: lengths have two decimals."""


@statement("S51")
def test_two_voiceprints_can_be_merged(runs: Runs, family: Family) -> None:
    """Two are enough."""
    check_accepted(family.merged(*map(runs.own_voiceprint, SAMPLES)).start)


@statement("S51")
@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_cannot(runs: Runs, family: Family, count: int) -> None:
    """With one voiceprint alone, or none, nothing is merged."""
    check_accepted(family.merged(*map(runs.own_voiceprint, SAMPLES)).start)
    run = family.merged(*[runs.own_voiceprint()] * count)
    if run.start.status == 202:
        family.ended(run)
        expect(run.state != "done", f"Merging should need two voiceprints, not {count}.", run.start, run.last)
    else:
        expect(400 <= run.start.status < 500, f"Merging {count} voiceprints should be refused.", run.start)


@pytest.fixture(scope="session")
def merged(runs: Runs, family: Family) -> Run:
    """Merge the voiceprints of two recordings."""
    run = family.merged(*map(runs.own_voiceprint, SAMPLES))
    family.done(run)
    return run


@statement("C22")
def test_the_result_has_a_voiceprint_and_a_speech_length(runs: Runs, merged: Run) -> None:
    """The speech length is the sum of the parts', but for rounding."""
    expect(isinstance(merged.last.get("result", "voiceprint"), str), "There should be a `voiceprint`.", merged.last)
    parts = [runs.done(name).channels[0].get("speech_length") or 0.0 for name in SAMPLES]
    found = merged.last.get("result", "speech_length")
    adds_up = isinstance(found, int | float) and abs(found - sum(parts)) <= ROUNDING
    expect(adds_up, f"`speech_length` should be the sum of {parts}.", merged.last)


@statement("C22")
def test_what_was_merged_is_a_voiceprint(runs: Runs, merged: Run) -> None:
    """It has a vector, as every voiceprint has."""
    vectors = runs.converted(text_of(merged)).last
    expect(vectors.get("result", "vector_voiceprints", 0), "It should have a vector.", merged.last, vectors)


@statement("C22")
def test_a_voiceprint_merged_with_itself_stays_what_it_is(runs: Runs, family: Family) -> None:
    """The mean of equal embeddings is the embedding."""
    own = runs.own_voiceprint()
    run = family.merged(own, own)
    family.done(run)
    before, after = runs.convert(own), runs.convert(text_of(run))
    expect(before.vectors == after.vectors, "Its vector should not change.", before.last, after.last)


@statement("C22")
def test_without_speech_lengths_all_weigh_the_same(runs: Runs, family: Family) -> None:
    """Voiceprints that tell none are merged into the plain mean of their embeddings, whatever their order."""
    parts = voiceprint([0.5, 0.25, -1.0]), voiceprint([0.25, -0.75, 0.5])
    mean = runs.converted(voiceprint([0.375, -0.25, -0.25])).last
    both = family.merged(*parts), family.merged(*reversed(parts))
    family.done(*both)
    for run in both:
        found = runs.converted(text_of(run)).last
        expect(vectors_of(found) == vectors_of(mean), "Its vector should be the mean's.", mean, found)


@statement("C22")
def test_embeddings_of_different_lengths_are_rejected(family: Family) -> None:
    """They have no mean."""
    run = family.merged(foreign_voiceprint(5), foreign_voiceprint(6))
    family.ended(run)
    expect(run.state == "rejected", "The task should end rejected.", run.last)


def text_of(run: Run) -> str:
    """Take the merged voiceprint; that there is none is the finding of another test."""
    found = run.last.get("result", "voiceprint")
    return found if isinstance(found, str) else unproven(f"The result has no voiceprint: {run.last}.")


def vectors_of(answer: Exchange) -> list[object]:
    """Take the vectors; unproven where there are none."""
    found = answer.get("result", "vector_voiceprints")
    return found if isinstance(found, list) else unproven(f"The result has no vectors: {answer}.")

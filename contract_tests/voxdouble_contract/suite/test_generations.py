"""The technologies and the vectors that each generation of the interface has."""

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import (
    AGE,
    AGE_VOICEPRINTS,
    COMPARISON,
    CONVERSION,
    EXTRACTION,
    GENDER,
    GENDER_VOICEPRINTS,
    MERGING,
    UNAVAILABLE,
)
from voxdouble_contract.tasks import Tasks
from voxdouble_fixtures.generations import serves, value

TASKS = "/api/technology/"
TECHNOLOGIES = (EXTRACTION, COMPARISON, CONVERSION, MERGING, GENDER, GENDER_VOICEPRINTS, AGE, AGE_VOICEPRINTS)


@statement("C37")
@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_each_generation_serves_its_technologies(target: Target, technology: str) -> None:
    """A POST of an empty object gets a 404 if the technology is not served, and else neither 403, 404 nor 405."""
    served = {serves(generation, technology) for generation in target.generations}
    if len(served) > 1:
        unproven("The target's generation is not known well enough.")
    response = target.send("POST", TASKS + technology, json={})
    if not served.pop():
        expect_status(response, 404)
        expect(response.get("type") == "resource.not-found", "`type` must be resource.not-found.", response)
    elif response.status in UNAVAILABLE and target.kind != "mock":
        unproven(f"The technology {UNAVAILABLE[response.status]} here: {response}.")
    else:
        expect(response.status not in UNAVAILABLE, "The technology must be served.", response)


@statement("C37")
def test_vectors_are_ignored_before_the_newest_generation(target: Target, tasks: Tasks) -> None:
    """An extraction with `include_vector_voiceprint` has vectors in the newest generation alone."""
    wanted = {value("vectors", generation) != "ignored" for generation in target.generations}
    if len(wanted) > 1:
        unproven("The target's generation is not known well enough.")
    task = tasks.upload("speech with vector").done()
    found = [channel.get("vector_voiceprint") is not None for channel in task.channels]
    expected = "every" if wanted == {True} else "no"
    expect(set(found) == wanted, f"There must be a vector for {expected} channel.", task.last)

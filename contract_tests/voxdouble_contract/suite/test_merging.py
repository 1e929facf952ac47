"""Requests and results of voiceprint merging."""

import pytest

from voxdouble_contract.judging.expectations import expect, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.voiceprints import foreign_voiceprint, voiceprint
from voxdouble_contract.target.technologies import CONVERSION, MERGING
from voxdouble_contract.tasks import StartedTask, Tasks, all_done

SAMPLES = ("speech with vector", "other speech")
TOLERANCE = 0.02
"""Seconds: speech lengths have two decimals."""


def converted(tasks: Tasks, text: str) -> StartedTask:
    """Return the finished conversion of one voiceprint."""
    return tasks.post(CONVERSION, text).ended()


@statement("S51")
def test_two_voiceprints_are_accepted(tasks: Tasks) -> None:
    """Two voiceprints are enough."""
    tasks.post(MERGING, *map(tasks.voiceprint, SAMPLES)).accepted()


@statement("S51")
@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_voiceprints_are_not_merged(tasks: Tasks, count: int) -> None:
    """One voiceprint, or none, is refused, or its task does not end done."""
    tasks.post(MERGING, *map(tasks.voiceprint, SAMPLES)).accepted()
    task = tasks.post(MERGING, *[tasks.voiceprint()] * count)
    if task.start.status == 202:
        state = task.ended().state
        expect(state != "done", f"Merging must require two voiceprints, not {count}.", task.start, task.last)
    else:
        expect(400 <= task.start.status < 500, f"Merging {count} voiceprints must be refused.", task.start)


@pytest.fixture(scope="session")
def merged(tasks: Tasks) -> StartedTask:
    """Return the merging of the voiceprints of two recordings."""
    return tasks.post(MERGING, *map(tasks.voiceprint, SAMPLES)).accepted().done()


@statement("C22")
def test_the_speech_length_is_the_sum(tasks: Tasks, merged: StartedTask) -> None:
    """The result has a voiceprint, and the sum of the inputs' speech lengths but for rounding."""
    expect(isinstance(merged.last.get("result", "voiceprint"), str), "There must be a `voiceprint`.", merged.last)
    parts = [tasks.upload(name).done().channels[0].get("speech_length") or 0.0 for name in SAMPLES]
    found = merged.last.get("result", "speech_length")
    is_sum = isinstance(found, int | float) and abs(found - sum(parts)) <= TOLERANCE
    expect(is_sum, f"`speech_length` must be the sum of {parts}, got {found}.", merged.last)


@statement("C22")
def test_a_merged_voiceprint_has_a_vector(tasks: Tasks, merged: StartedTask) -> None:
    """The merged voiceprint can be converted."""
    conversion = converted(tasks, voiceprint_of(merged))
    vector = conversion.last.get("result", "vector_voiceprints", 0)
    expect(vector, "The merged voiceprint must have a vector.", merged.last, conversion.last)


@statement("C22")
def test_a_voiceprint_merged_with_itself_keeps_its_vector(tasks: Tasks) -> None:
    """The mean of equal embeddings is that embedding."""
    own = tasks.voiceprint()
    task = tasks.post(MERGING, own, own).accepted().done()
    before, after = (tasks.post(CONVERSION, text).done() for text in (own, voiceprint_of(task)))
    expect(before.vectors == after.vectors, "The vector must not change.", before.last, after.last)


@statement("C22")
def test_without_speech_lengths_all_inputs_weigh_the_same(tasks: Tasks) -> None:
    """Voiceprints without a speech length are merged into the plain mean of their embeddings, in any order."""
    parts = voiceprint([0.5, 0.25, -1.0]), voiceprint([0.25, -0.75, 0.5])
    mean = converted(tasks, voiceprint([0.375, -0.25, -0.25]))
    both = tasks.post(MERGING, *parts), tasks.post(MERGING, *reversed(parts))
    all_done(*both)
    for task in both:
        found = converted(tasks, voiceprint_of(task))
        expect(found.vectors == mean.vectors, "The vector must be that of the mean.", mean.last, found.last)


@statement("C22")
def test_embeddings_of_different_lengths_are_rejected(tasks: Tasks) -> None:
    """Voiceprints with embeddings of different lengths end the task rejected."""
    task = tasks.post(MERGING, foreign_voiceprint(5), foreign_voiceprint(6)).accepted().ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)


def voiceprint_of(task: StartedTask) -> str:
    """Return the merged voiceprint; the test of the speech length reports a missing one."""
    found = task.last.get("result", "voiceprint")
    return found if isinstance(found, str) else unproven(f"The result has no voiceprint: {task.last}.")

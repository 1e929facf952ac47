"""Members that are not used: absent, or null on a mock that was started with `--members null`."""

from typing import Any

import pytest

from voxdouble_contract.judging.expectations import expect, unproven
from voxdouble_contract.judging.observed_tasks import FINAL
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.mock_options import read_members
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION, have_vectors
from voxdouble_contract.tasks import StartedTask, Tasks

ABSENT, NULL = "absent", "null"
STEP_SECONDS, STEPS = 0.1, 30


def form_of(members: dict[str, Any], name: str) -> str:
    """Return the form of a member: absent, null or present."""
    return ABSENT if name not in members else NULL if members[name] is None else "present"


def expect_forms(body: Any, wanted: dict[str, str], task: StartedTask) -> None:
    """Raise Broken unless the members of an object have these forms."""
    found = {name: form_of(body if isinstance(body, dict) else {}, name) for name in wanted}
    expect(found == wanted, f"The members must be {wanted}, got {found}.", task.last)


@statement("C15")
def test_without_the_flag_there_is_no_vector(target: Target, tasks: Tasks) -> None:
    """Without `include_vector_voiceprint` a mock leaves the member out, or shows null if that is its option."""
    task = tasks.upload("speech").done()
    found = form_of(task.channels[0], "vector_voiceprint")
    members = read_members(target)
    wanted = {members if have_vectors(target.generations) else ABSENT} if members else {ABSENT, NULL}
    expect(found in wanted, f"`vector_voiceprint` must be {' or '.join(sorted(wanted))}, got {found}.", task.last)


@statement("C15")
def test_a_vector_is_null_if_members_are(null_members: Target) -> None:
    """With `--members null` the member is null without the flag, and a vector with it."""
    if not have_vectors(null_members.generations):
        unproven("The target's generation has no vectors.")
    tasks = Tasks(null_members)
    task, with_vector = tasks.upload("speech").done(), tasks.upload("speech with vector").done()
    expect_forms(task.channels[0], {"vector_voiceprint": NULL}, task)
    expect_forms(with_vector.channels[0], {"vector_voiceprint": "present"}, with_vector)


def polled(target: Target, media: Media) -> StartedTask:
    """Return the extraction of a recording, polled in every state."""
    task = StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, media))
    for _ in range(STEPS):
        task.poll()
        target.clock.pass_time(STEP_SECONDS)
        if task.state in FINAL:
            return task
    return unproven(f"The task had not ended after {STEPS} polls.")


@statement("C44")
@pytest.mark.parametrize(("rate", "used"), [(8000, "result"), (4000, "error")])
@pytest.mark.parametrize("form", [ABSENT, NULL])
def test_members_that_are_not_used_are_absent_or_null(
    movable_clock: Target, null_members: Target, rate: int, used: str, form: str
) -> None:
    """A mock leaves out an unused `result` or `error`, in every state, or with `--members null` shows it as null."""
    target = movable_clock if form == ABSENT else null_members
    task = polled(target, tone(0.2, rate=rate))
    for poll in task.polls:
        is_last = poll is task.last
        wanted = {name: "present" if is_last and name == used else form for name in ("result", "error")}
        body = poll.json if isinstance(poll.json, dict) else {}
        found = {name: form_of(body, name) for name in wanted}
        expect(found == wanted, f"The members must be {wanted}, got {found}.", poll)
    start = task.start.json if isinstance(task.start.json, dict) else {}
    both = {name: form_of(start, name) for name in ("result", "error")}
    expect(both == {"result": ABSENT, "error": ABSENT}, "The 202 must have neither member.", task.start)

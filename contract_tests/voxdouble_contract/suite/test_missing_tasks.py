"""Polls of tasks that do not exist: unknown, expired or malformed ids."""

import time
import uuid

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION, LIFECYCLE_TECHNOLOGIES
from voxdouble_contract.tasks import StartedTask, Tasks
from voxdouble_fixtures.generations import NEWEST

MALFORMED = ("not-a-uuid", "123e4567", "123e4567-e89b-12d3-a456-42661417400g")
LONG_SECONDS = 1_000_000.0
"""Seconds by which a clock is moved if the lifetime of tasks is unknown."""
MAX_WAIT_SECONDS = 60.0
"""Seconds to wait for an expiry, at most, if the clock cannot be moved."""


@statement("S19")
@pytest.mark.parametrize("technology", LIFECYCLE_TECHNOLOGIES)
def test_an_unknown_id_is_404(target: Target, tasks: Tasks, technology: str) -> None:
    """An id that was never given out gets a 404."""
    tasks.require(technology)
    expect_status(target.get_task(technology, str(uuid.uuid4())), 404)


@statement("S20")
def test_an_expired_task_is_404(target: Target, movable_clock_if_any: Target | None, tasks: Tasks) -> None:
    """A poll of an expired task gets a 404, as for an unknown id."""
    if movable_clock_if_any is not None:
        known = movable_clock_if_any.profile.task_lifetime
        task = start(movable_clock_if_any).ended()
        movable_clock_if_any.clock.advance(LONG_SECONDS if known is None else known)
        response = task.poll()
        if response.status == 200 and known is None:
            unproven("Its tasks live for an unknown, long time (a profile may name a task_lifetime).")
        expect_status(response, 404)
        return
    task = tasks.upload("speech").ended()
    response = target.get_task(EXTRACTION, task.task_id)
    lifetime = target.profile.task_lifetime
    if lifetime is not None and lifetime <= MAX_WAIT_SECONDS and response.status == 200:
        time.sleep(lifetime)
        response = target.get_task(EXTRACTION, task.task_id)
    elif response.status == 200:
        unproven("Its tasks do not expire within this run (a profile may name a short task_lifetime).")
    expect_status(response, 404)


@statement("S21")
@pytest.mark.parametrize("technology", LIFECYCLE_TECHNOLOGIES)
def test_a_poll_is_never_422(target: Target, tasks: Tasks, technology: str) -> None:
    """A GET of a task never gets a 422, whatever its id and its query are."""
    tasks.require(technology)
    paths = [target.path(technology, task_id) for task_id in (*MALFORMED, str(uuid.uuid4()))]
    for path in [*paths, f"{paths[-1]}?channel_mode=none", f"{paths[0]}?task_id=1"]:
        response = target.send("GET", path)
        expect(response.status != 422, "A GET must not get a 422.", response)


@statement("S62")
@pytest.mark.parametrize("technology", LIFECYCLE_TECHNOLOGIES)
@pytest.mark.parametrize("task_id", MALFORMED)
def test_a_malformed_id_is_400_or_404(target: Target, tasks: Tasks, technology: str, task_id: str) -> None:
    """An id that is not a UUID gets a 400 or 404."""
    tasks.require(technology)
    expect_status(target.get_task(technology, task_id), 400, 404)


@statement("C4")
@pytest.mark.parametrize("task_id", MALFORMED)
def test_a_malformed_id_is_404(target: Target, task_id: str) -> None:
    """An id that is not a UUID gets a 404; in the older generations see C38."""
    if target.generations != {NEWEST}:
        unproven("It holds for the newest generation.")
    expect_status(target.get_task(EXTRACTION, task_id), 404)


@statement("C38")
@pytest.mark.parametrize("task_id", MALFORMED)
def test_a_malformed_id_is_422_in_older_generations(target: Target, task_id: str) -> None:
    """An id that is not a UUID gets a 422 that names it."""
    response = target.get_task(EXTRACTION, task_id)
    expect_status(response, 422)
    expect(response.get("type") == "request.validation-error", "`type` must be request.validation-error.", response)
    detail = response.get("detail")
    locations = [one.get("location") for one in detail if isinstance(one, dict)] if isinstance(detail, list) else []
    expect(locations == [["path", "task_id"]], "One detail must have the location of `task_id`.", response)


@statement("C4")
def test_the_id_of_another_technologys_task_is_404(target: Target, tasks: Tasks) -> None:
    """The id of an extraction is unknown to conversion."""
    tasks.require(CONVERSION)
    path = target.path(CONVERSION, tasks.upload("speech").accepted().task_id)
    expect_status(target.send("GET", path, check=False), 404)  # any other response is not that of a conversion


@statement("C3")
def test_a_task_lives_for_an_hour_from_its_end(movable_clock: Target) -> None:
    """A task exists until just before its lifetime is over, and not after it."""
    if not movable_clock.own:
        unproven("This mock may have been started with another lifetime.")
    task = start(movable_clock)
    movable_clock.clock.advance(0.7 + 3600.0 - 0.001)
    before = task.poll()
    movable_clock.clock.advance(0.001)
    after = task.poll()
    expect_status(before, 200)
    expect_status(after, 404)
    expect(after.get("type") == "resource.not-found", "`type` must be resource.not-found.", after)


def start(target: Target) -> StartedTask:
    """Return a new extraction."""
    return StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, tone(0.5)))

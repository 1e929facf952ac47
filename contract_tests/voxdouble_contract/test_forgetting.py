"""Tasks that are not there: never were, not any more, or cannot be (contract 1.5, 3.3)."""

import time
import uuid

import pytest

from voxdouble_contract.runs import Run, Runs, watch
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, EXTRACTION, TECHNOLOGIES, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

MALFORMED = ("not-a-uuid", "123e4567", "123e4567-e89b-12d3-a456-42661417400g")
LONG_SECONDS = 1_000_000.0
"""How far a clock is moved where the lifetime is not known."""
PATIENCE_SECONDS = 60.0
"""How long an expiry is waited for where the clock cannot be moved."""


@statement("S19")
@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_an_unknown_id_is_404(target: Target, runs: Runs, technology: str) -> None:
    """An id that was never given out is answered 404."""
    runs.need(technology)
    expect_status(target.get_task(technology, str(uuid.uuid4())), 404)


@statement("S20")
def test_an_expired_task_is_404(target: Target, clocked_or_none: Target | None, runs: Runs) -> None:
    """A task that has expired is answered as an unknown one is."""
    if clocked_or_none is not None:
        known = clocked_or_none.profile.task_lifetime
        run = done_task(clocked_or_none)
        clocked_or_none.advance(LONG_SECONDS if known is None else known)
        again = clocked_or_none.get_task(EXTRACTION, run.task_id)
        if again.status == 200 and known is None:
            unproven("Its tasks live long, nobody knows how long (a profile may name a task_lifetime).")
        expect_status(again, 404)
        return
    run = runs.ended("speech")
    again = target.get_task(EXTRACTION, run.task_id)
    lifetime = target.profile.task_lifetime
    if lifetime is not None and lifetime <= PATIENCE_SECONDS and again.status == 200:
        time.sleep(lifetime)
        again = target.get_task(EXTRACTION, run.task_id)
    elif again.status == 200:
        unproven("Its tasks do not expire within this run (a profile may name a short task_lifetime).")
    expect_status(again, 404)


@statement("S21")
@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_a_get_is_never_422(target: Target, runs: Runs, technology: str) -> None:
    """Whatever is wrong with a GET, it is not answered 422."""
    runs.need(technology)
    paths = [target.path(technology, wrong) for wrong in (*MALFORMED, str(uuid.uuid4()))]
    for path in [*paths, f"{paths[-1]}?channel_mode=none", f"{paths[0]}?task_id=1"]:
        answer = target.send("GET", path)
        expect(answer.status != 422, "A GET should not be answered 422.", answer)


@statement("S62")
@pytest.mark.parametrize("technology", TECHNOLOGIES)
@pytest.mark.parametrize("wrong", MALFORMED)
def test_a_malformed_id_is_400_or_404(target: Target, runs: Runs, technology: str, wrong: str) -> None:
    """What is no UUID is answered 400 or 404."""
    runs.need(technology)
    expect_status(target.get_task(technology, wrong), 400, 404)


@statement("C4")
@pytest.mark.parametrize("wrong", MALFORMED)
def test_a_malformed_id_is_404(target: Target, wrong: str) -> None:
    """Of the two, we choose 404."""
    expect_status(target.get_task(EXTRACTION, wrong), 404)


@statement("C4")
def test_another_technologys_task_is_404(target: Target, runs: Runs) -> None:
    """An extraction is not found among the conversions."""
    runs.need(CONVERSION)
    path = target.path(CONVERSION, runs.accepted("speech").task_id)
    expect_status(target.send("GET", path, judge=False), 404)  # whatever else comes is no conversion's result


@statement("C3")
def test_a_task_lives_for_an_hour_from_its_end(clocked: Target) -> None:
    """Just before its lifetime is over a task is there, and then it is not."""
    if not clocked.own:
        unproven("The lifetime of this mock may have been chosen otherwise.")
    run = Run(EXTRACTION, clocked.post_media(EXTRACTION, hum(0.5)))
    clocked.advance(0.7 + 3600.0 - 0.001)
    before = clocked.get_task(EXTRACTION, run.task_id)
    clocked.advance(0.001)
    after = clocked.get_task(EXTRACTION, run.task_id)
    expect_status(before, 200)
    expect_status(after, 404)
    expect(after.get("type") == "resource.not-found", "`type` should be resource.not-found.", after)


def done_task(target: Target) -> Run:
    """Start a task and watch it to its end."""
    run = Run(EXTRACTION, target.post_media(EXTRACTION, hum(0.5)))
    watch(target, [run])
    if run.trouble or not run.ended:
        unproven(run.trouble or f"The task could not be started: {run.start}.")
    return run

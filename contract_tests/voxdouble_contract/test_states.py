"""What a GET tells of a task while it lives (contract 1.2, 1.4, 2.5 a)."""

import contextlib
from collections.abc import Callable

import pytest

from voxdouble_contract.recipes import FAILING
from voxdouble_contract.runs import FINAL, STATES, Run, Runs, watch
from voxdouble_contract.samples import Media, hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import EXTRACTION, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

TASK_ERRORS = frozenset({"internal", "task.validation-error"})
NO_VOICEPRINT = "bm8gdm9pY2VwcmludA=="  # Base64 of "no voiceprint"
STORIES = (["pending", "running", "done"], ["pending", "running", "failed"], ["pending", "rejected"])
STEP_SECONDS, STEPS = 0.05, 40

WATCHED: dict[str, Callable[[Runs], Run]] = {
    "extraction": lambda runs: runs.watched("speech"),
    "conversion": lambda runs: runs.watched_conversion(runs.own_voiceprint()),
    "bad file": lambda runs: runs.watched("not audio"),
}


@pytest.fixture(params=WATCHED)
def run(request: pytest.FixtureRequest, runs: Runs) -> Run:
    """Watch a task of each kind."""
    return WATCHED[request.param](runs)


@pytest.fixture(params=["extraction", "conversion"])
def done(request: pytest.FixtureRequest, runs: Runs) -> Run:
    """Watch a task of each technology until it is done."""
    return runs.done("speech") if request.param == "extraction" else runs.convert(runs.own_voiceprint())


@statement("S10")
@pytest.mark.parametrize("run", ["extraction", "conversion"], indirect=True)
def test_every_poll_is_200(run: Run) -> None:
    """Each GET of a task on its way to `done` is answered 200."""
    for poll in run.polls:
        expect_status(poll, 200)


@statement("S11")
def test_the_answer_names_the_task_that_was_asked_for(run: Run) -> None:
    """Each answer has the id of its URL."""
    for poll in run.polls:
        expect(poll.get("task", "task_id") == run.task_id, f"`task.task_id` should be {run.task_id}.", poll)


@statement("S12")
def test_states_are_the_five(run: Run) -> None:
    """Each state that is seen is one of the five."""
    for poll in [run.start, *run.polls]:
        found = poll.get("task", "state")
        expect(found in STATES, f"`task.state` should be one of {', '.join(sorted(STATES))}.", poll)


@statement("S13")
def test_done_has_a_result_and_no_error(done: Run) -> None:
    """A done task has `result` and not `error`."""
    expect(isinstance(done.last.get("result"), dict), "A done task should have a `result`.", done.last)
    expect(done.last.get("error") is None, "A done task should have no `error`.", done.last)


@statement("S14")
def test_rejected_and_failed_have_an_error_and_no_result(runs: Runs) -> None:
    """A task that ended badly has `error` and not `result`."""
    for run in runs.refused_or_bad():
        expect(isinstance(run.last.get("error"), dict), "It should have an `error`.", run.last)
        expect(run.last.get("result") is None, "It should have no `result`.", run.last)


@statement("S15")
def test_task_errors_are_of_two_types(runs: Runs) -> None:
    """The error's type is one of the two."""
    for run in runs.refused_or_bad():
        found = run.last.get("error", "type")
        expect(found in TASK_ERRORS, f"`error.type` should be one of {', '.join(sorted(TASK_ERRORS))}.", run.last)


@statement("S16")
def test_task_errors_have_type_and_message(runs: Runs) -> None:
    """The error has a type and a message, and details only as a list."""
    for run in runs.refused_or_bad():
        for member in ("type", "message"):
            expect(isinstance(run.last.get("error", member), str), f"`error.{member}` should be a string.", run.last)
        detail = run.last.get("error", "detail")
        expect(detail is None or isinstance(detail, list), "`error.detail` should be a list.", run.last)


@statement("S17")
def test_locations_are_paths(runs: Runs) -> None:
    """Each detail's location is an array of integers and strings."""
    bad = runs.refused_or_bad()
    with contextlib.suppress(pytest.skip.Exception):  # where there is no conversion, the files' errors have to do
        bad.append(runs.converted(NO_VOICEPRINT))
    details = [(detail, run.last) for run in bad for detail in run.last.get("error", "detail") or []]
    for detail, answer in details or unproven("No error of a task had a detail."):
        location = detail.get("location") if isinstance(detail, dict) else None
        is_path = isinstance(location, list) and all(type(step) in {int, str} for step in location)
        expect(is_path, "`detail[].location` should be an array of integers and strings.", answer)


@statement("S18")
def test_rejected_and_failed_have_their_own_types(runs: Runs) -> None:
    """A rejected task's error says that it was not valid, a failed one's that something inside went wrong."""
    for run in runs.refused_or_bad():
        wanted = "task.validation-error" if run.state == "rejected" else "internal"
        expect(run.last.get("error", "type") == wanted, f"`error.type` should be {wanted}.", run.last)


@statement("S76")
def test_the_two_families_of_errors_do_not_mix(runs: Runs, target: Target) -> None:
    """A task's error has no type of a request's error, and the other way round."""
    for run in runs.refused_or_bad():
        found = str(run.last.get("error", "type"))
        expect(found == "internal" or found.startswith("task."), "A task's error has a request error's type.", run.last)
    refused = target.send("GET", target.path(EXTRACTION, "00000000-0000-4000-8000-000000000000"))
    found = str(refused.get("type"))
    expect(not found.startswith("task."), "A request's error has a task error's type.", refused)


@statement("S78")
@pytest.mark.parametrize("name", ["not audio", FAILING])
def test_bad_ends_are_200(runs: Runs, name: str) -> None:
    """A GET of a task that ended badly is answered 200."""
    run = runs.watched(name)
    if run.state not in {"rejected", "failed"}:
        unproven(f"The task did not end badly: it was {run.state}.")
    expect_status(run.last, 200)


@statement("C2")
@pytest.mark.parametrize("wanted", STORIES, ids=lambda story: story[-1])
def test_states_go_forward(clocked: Target, wanted: list[str]) -> None:
    """A done or failed task was running before, a rejected one was not, and no state comes back."""
    run = Run(EXTRACTION, clocked.post_media(EXTRACTION, sample_ending(clocked, wanted[-1])))
    expect(run.start.get("task", "state") == "pending", "The 202 should say pending.", run.start)
    for _ in range(STEPS):
        run.polls.append(clocked.get_task(EXTRACTION, run.task_id))
        clocked.pass_time(STEP_SECONDS)
    seen = list(dict.fromkeys(poll.get("task", "state") for poll in run.polls))
    order = [poll.get("task", "state") for poll in run.polls]
    expect(seen == wanted, f"The states should be {wanted}; they were {seen}.", run.last)
    expect(order == sorted(order, key=wanted.index), "A state came back.", *run.polls)


def sample_ending(target: Target, state: str) -> Media:
    """Find a recording whose task will end in that state."""
    if state == "failed":
        file = target.profile.failing_file
        return Media(file.name, file.read_bytes()) if file else unproven("Nothing that makes a task fail is known.")
    return hum(1.0) if state == "done" else hum(1.0, rate=4000)


@statement("C2")
def test_final_is_final(runs: Runs, target: Target) -> None:
    """A final state stays what it is, and so does the outcome, until the task is forgotten."""
    run = runs.ended("speech")
    again = Run(run.technology, run.start, list(run.polls))
    again.polls.append(target.get_task(run.technology, run.task_id))
    if again.last.status == 404:
        unproven("The task was forgotten before it could be asked for again.")
    expect(again.last.json == run.last.json, "A final answer should stay as it is.", run.last, again.last)


@statement("C30")
def test_tasks_do_not_wait_for_one_another(clocked: Target) -> None:
    """Twenty tasks at once end as soon as one alone."""
    starts = [clocked.post_media(EXTRACTION, hum(0.2)) for _ in range(20)]
    clocked.pass_time(1.0)
    runs = [Run(EXTRACTION, start) for start in starts]
    for run in runs:
        run.polls.append(clocked.get_task(EXTRACTION, run.task_id))
    late = [run.last for run in runs if run.state not in FINAL]
    expect(not late, f"{len(late)} of 20 tasks had not ended after a second.", *late)


@statement("C1")
@pytest.mark.parametrize(("technology", "pending", "running"), [("extraction", 0.2, 0.5), ("conversion", 0.05, 0.05)])
def test_delays_are_as_chosen(clocked: Target, technology: str, pending: float, running: float) -> None:
    """A task is pending and running for as long as was chosen, to the millisecond."""
    if not clocked.own:
        unproven("The delays of this mock may have been chosen otherwise.")
    run = start_one(clocked, technology)
    seen = {}
    for name, step in [("0", 0.0), ("p-", pending - 0.001), ("p", 0.001), ("r-", running - 0.001), ("r", 0.001)]:
        clocked.pass_time(step)
        seen[name] = clocked.get_task(run.technology, run.task_id)
    states = [answer.get("task", "state") for answer in seen.values()]
    wanted = ["pending", "pending", "running", "running", "done"]
    expect(states == wanted, f"The states should be {wanted}; they were {states}.", *seen.values())


def start_one(target: Target, technology: str) -> Run:
    """Start a task that will be done."""
    extraction = Run(EXTRACTION, target.post_media(EXTRACTION, hum(0.5)))
    if technology == "extraction":
        return extraction
    watch(target, [extraction])
    return Runs(target).conversion(extraction.channels[0]["voiceprint"])

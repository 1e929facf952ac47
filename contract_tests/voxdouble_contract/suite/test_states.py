"""Polls of a task: its states, results and errors."""

import contextlib
from collections.abc import Callable

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.observed_tasks import FINAL, STATES
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import FAILING, tone
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION
from voxdouble_contract.tasks import StartedTask, Tasks

TASK_ERRORS = frozenset({"internal", "task.validation-error"})
NOT_A_VOICEPRINT = "bm8gdm9pY2VwcmludA=="  # Base64 of "no voiceprint"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
SEQUENCES = (["pending", "running", "done"], ["pending", "running", "failed"], ["pending", "rejected"])
STEP_SECONDS, STEPS = 0.05, 40
OWN_SECONDS = 1.0
"""Seconds after which each task of a mock that the suite starts has ended."""
EXPIRED = 404
OTHER_DURATIONS = "This mock may have been started with other durations."

WATCHED: dict[str, Callable[[Tasks], StartedTask]] = {
    "extraction": lambda tasks: tasks.upload("speech").watched(),
    "conversion": lambda tasks: tasks.post(CONVERSION, tasks.voiceprint()).watched(),
    "bad file": lambda tasks: tasks.upload("not audio").watched(),
    "failing file": lambda tasks: tasks.upload(FAILING).watched(),
}


@pytest.fixture(params=WATCHED)
def task(request: pytest.FixtureRequest, tasks: Tasks) -> StartedTask:
    """Return a task of each kind, polled until it has ended or the time for that is up."""
    return WATCHED[request.param](tasks)


@pytest.fixture(params=["extraction", "conversion"])
def done(request: pytest.FixtureRequest, tasks: Tasks) -> StartedTask:
    """Return a done extraction, and a done conversion."""
    return WATCHED[request.param](tasks).done()


@statement("S10")
@pytest.mark.parametrize("task", ["extraction", "conversion"], indirect=True)
def test_every_poll_is_200(task: StartedTask) -> None:
    """Each poll of a task that ends done gets a 200."""
    for poll in task.polls:
        expect_status(poll, 200)


@statement("S11")
def test_the_response_has_the_requested_task_id(task: StartedTask) -> None:
    """Each response has the task id of its URL."""
    for poll in task.polls:
        expect(poll.get("task", "task_id") == task.task_id, f"`task.task_id` must be {task.task_id}.", poll)


@statement("S12")
def test_the_state_is_one_of_the_five(task: StartedTask) -> None:
    """Each state is one of the five."""
    for poll in [task.start, *task.polls]:
        found = poll.get("task", "state")
        is_state = isinstance(found, str) and found in STATES
        expect(is_state, f"`task.state` must be one of {', '.join(sorted(STATES))}, got {found!r}.", poll)


@statement("S13")
def test_a_done_task_has_a_result_and_no_error(done: StartedTask) -> None:
    """A done task has `result` and not `error`."""
    expect(isinstance(done.last.get("result"), dict), "A done task must have a `result`.", done.last)
    expect(done.last.get("error") is None, "A done task must have no `error`.", done.last)


@statement("S14")
def test_a_rejected_or_failed_task_has_an_error_and_no_result(tasks: Tasks) -> None:
    """A rejected or failed task has `error` and not `result`."""
    for task in tasks.bad_ends():
        expect(isinstance(task.last.get("error"), dict), f"A {task.state} task must have an `error`.", task.last)
        expect(task.last.get("result") is None, f"A {task.state} task must have no `result`.", task.last)


@statement("S15")
def test_the_error_of_a_task_has_one_of_two_types(tasks: Tasks) -> None:
    """The type of a task's error is one of the two documented ones."""
    for task in tasks.bad_ends():
        found = task.last.get("error", "type")
        is_known = isinstance(found, str) and found in TASK_ERRORS
        expect(is_known, f"`error.type` must be one of {', '.join(sorted(TASK_ERRORS))}, got {found!r}.", task.last)


@statement("S16")
def test_the_error_of_a_task_has_type_and_message(tasks: Tasks) -> None:
    """A task's error has a type and a message; its details, if any, are a list."""
    for task in tasks.bad_ends():
        for member in ("type", "message"):
            expect(isinstance(task.last.get("error", member), str), f"`error.{member}` must be a string.", task.last)
        detail = task.last.get("error", "detail")
        expect(detail is None or isinstance(detail, list), "`error.detail` must be a list.", task.last)


@statement("S17")
def test_a_location_is_a_path(tasks: Tasks) -> None:
    """The location of each detail is an array of integers and strings."""
    bad = tasks.bad_ends()
    with contextlib.suppress(pytest.skip.Exception):  # without conversion, the errors of extractions have to do
        bad.append(tasks.post(CONVERSION, NOT_A_VOICEPRINT).ended())
    details = [(detail, task.last) for task in bad for detail in task.last.get("error", "detail") or []]
    for detail, response in details or unproven("No error of a task had a detail."):
        location = detail.get("location") if isinstance(detail, dict) else None
        is_path = isinstance(location, list) and all(type(step) in {int, str} for step in location)
        expect(is_path, "`detail[].location` must be an array of integers and strings.", response)


@statement("S18")
def test_rejected_and_failed_tasks_have_different_types(tasks: Tasks) -> None:
    """A rejected task's error is a task.validation-error, a failed one's is internal."""
    for task in tasks.bad_ends():
        wanted = "task.validation-error" if task.state == "rejected" else "internal"
        expect(task.last.get("error", "type") == wanted, f"`error.type` must be {wanted}.", task.last)


@statement("S76")
def test_errors_of_tasks_and_of_requests_share_no_type(tasks: Tasks, target: Target) -> None:
    """A task's error has no type of a request's error, and a request's error none of a task's."""
    for task in tasks.bad_ends():
        found = str(task.last.get("error", "type"))
        is_of_task = found == "internal" or found.startswith("task.")
        expect(is_of_task, f"A task's error has the type {found} of a request's error.", task.last)
    refusal = target.send("GET", target.path(EXTRACTION, UNKNOWN_ID))
    found = str(refusal.get("type"))
    expect(not found.startswith("task."), f"A request's error has the type {found} of a task's error.", refusal)


@statement("S78")
@pytest.mark.parametrize("name", ["not audio", FAILING])
def test_a_poll_of_a_rejected_or_failed_task_is_200(tasks: Tasks, name: str) -> None:
    """A poll of a rejected or failed task gets a 200."""
    task = tasks.upload(name).watched()
    if task.state not in {"rejected", "failed"}:
        unproven(f"The task did not end rejected or failed, but {task.state}.")
    expect_status(task.last, 200)


@statement("C2")
@pytest.mark.parametrize("wanted", SEQUENCES, ids=lambda sequence: sequence[-1])
def test_states_go_forward(movable_clock: Target, wanted: list[str]) -> None:
    """A done or failed task was running before, a rejected one was not, and no state comes back."""
    media = sample_ending(movable_clock, wanted[-1])
    task = StartedTask(movable_clock, EXTRACTION, movable_clock.post_media(EXTRACTION, media))
    expect(task.start.get("task", "state") == "pending", "The 202 must say pending.", task.start)
    for _ in range(STEPS):
        task.poll()
        movable_clock.clock.pass_time(STEP_SECONDS)
    if not movable_clock.own:
        task.ended()
    order = [str(poll.get("task", "state")) for poll in task.polls if poll.status != EXPIRED]
    seen = list(dict.fromkeys(order))
    if not movable_clock.own and seen == [state for state in wanted if state in seen] != wanted:
        unproven(OTHER_DURATIONS)
    expect(seen == wanted, f"The states must be {wanted}, got {seen}.", task.last)
    expect(order == sorted(order, key=wanted.index), "A state came back.", *task.polls)


def sample_ending(target: Target, state: str) -> Media:
    """Return a file whose task ends in that state."""
    if state == "failed":
        file = target.profile.failing_file
        return Media(file.name, file.read_bytes()) if file else unproven("No file that makes a task fail is known.")
    return tone(1.0) if state == "done" else tone(1.0, rate=4000)


@statement("C2")
def test_a_final_state_stays(tasks: Tasks, target: Target) -> None:
    """A final state and its result stay the same until the task expires."""
    task = tasks.upload("speech").ended()
    again = target.get_task(task.technology, task.task_id)
    if again.status == 404:
        unproven("The task expired before it could be polled again.")
    expect(again.json == task.last.json, "The response of a final task must stay the same.", task.last, again)


@statement("C30")
def test_tasks_do_not_queue(movable_clock: Target) -> None:
    """Twenty tasks at once end as soon as a single one."""
    seconds = OWN_SECONDS if movable_clock.own else seconds_alone(movable_clock)
    starts = [movable_clock.post_media(EXTRACTION, tone(0.2)) for _ in range(20)]
    movable_clock.clock.pass_time(seconds)
    started = [StartedTask(movable_clock, EXTRACTION, start) for start in starts]
    for task in started:
        task.poll()
    late = [task.last for task in started if task.state not in FINAL and task.last.status != EXPIRED]
    expect(not late, f"{len(late)} of 20 tasks had not ended after {seconds:.1f} s.", *late)


def seconds_alone(target: Target) -> float:
    """Return the seconds after which a task without others has ended; unproven if it takes too long to wait for."""
    began = target.clock.elapsed
    StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, tone(0.2))).accepted().ended()
    return target.clock.elapsed - began


@statement("C1")
@pytest.mark.parametrize(("technology", "pending", "running"), [(EXTRACTION, 0.2, 0.5), (CONVERSION, 0.05, 0.05)])
def test_tasks_take_the_chosen_time(movable_clock: Target, technology: str, pending: float, running: float) -> None:
    """A task is pending and running for the chosen time, to the millisecond."""
    if not movable_clock.own:
        unproven(OTHER_DURATIONS)
    tasks = Tasks(movable_clock)
    task = tasks.upload("speech")
    if technology == CONVERSION:
        task = tasks.post(CONVERSION, task.done().channels[0]["voiceprint"])
    for step in (0.0, pending - 0.001, 0.001, running - 0.001, 0.001):
        movable_clock.clock.pass_time(step)
        task.poll()
    states = [poll.get("task", "state") for poll in task.polls]
    wanted = ["pending", "pending", "running", "running", "done"]
    expect(states == wanted, f"The states must be {wanted}, got {states}.", *task.polls)

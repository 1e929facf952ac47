"""The 202 response to an accepted POST."""

import uuid
from urllib.parse import urlsplit

import pytest

from voxdouble_contract.exchange import Exchange, split_url
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION, LIFECYCLE_TECHNOLOGIES
from voxdouble_contract.tasks import StartedTask, Tasks


@pytest.fixture(params=LIFECYCLE_TECHNOLOGIES)
def task(request: pytest.FixtureRequest, tasks: Tasks) -> StartedTask:
    """Return a task of each of LIFECYCLE_TECHNOLOGIES."""
    if request.param == EXTRACTION:
        return tasks.upload("speech").accepted()
    return tasks.post(request.param, tasks.voiceprint()).accepted()


@statement("S1")
def test_an_accepted_post_is_202(task: StartedTask) -> None:
    """A complete and valid POST gets a 202."""
    expect_status(task.start, 202)


@statement("S2")
def test_the_body_has_task_id_and_state(task: StartedTask) -> None:
    """The 202 body has a UUID and a state."""
    expect(is_uuid(task.start.get("task", "task_id")), "`task.task_id` must be a UUID.", task.start)
    expect(isinstance(task.start.get("task", "state"), str), "`task.state` must be a string.", task.start)


@statement("S3")
def test_the_first_state_is_pending(task: StartedTask) -> None:
    """The state in the 202 body is `pending`."""
    expect(task.start.get("task", "state") == "pending", "`task.state` must be pending.", task.start)


@statement("S4")
def test_the_body_has_no_result_and_no_error(task: StartedTask) -> None:
    """The 202 body has neither result nor error."""
    found = [task.start.get(member) for member in ("result", "error")]
    expect(found == [None, None], "The 202 body must have neither `result` nor `error`.", task.start)


@statement("S5")
def test_there_is_a_location(task: StartedTask) -> None:
    """The 202 has the header `Location`."""
    expect(task.start.headers.get("Location"), "The 202 must have a `Location` header.", task.start)


@statement("S6")
def test_there_is_an_x_location(task: StartedTask) -> None:
    """The 202 has the header `X-Location`."""
    expect(task.start.headers.get("X-Location"), "The 202 must have an `X-Location` header.", task.start)


@statement("S6")
def test_x_location_leads_to_the_task(task: StartedTask, target: Target) -> None:
    """Without a `Location`, `X-Location` is a URL or an absolute path that ends in technology and task id."""
    found = the_only_location(task.start)
    parts = split_url(found)
    is_absolute = bool(parts.scheme and parts.netloc) or (not parts.netloc and found.startswith("/"))
    expect(is_absolute, "`X-Location` must be an absolute URL or an absolute path.", task.start)
    wanted = urlsplit(target.url).path + target.path(task.technology, task.task_id)
    expect(parts.path.endswith(wanted), f"The path of `X-Location` must end in {wanted}.", task.start)


def the_only_location(start: Exchange) -> str:
    """Return `X-Location` where it is the only header, and so the one to follow (S6)."""
    if "Location" in start.headers:
        unproven("The target has `Location` too, which is the one to follow.")
    return start.headers.get("X-Location") or unproven("There was no `X-Location`.")


def location(start: Exchange) -> str:
    """Return the `Location`; the test of S5 reports a missing one."""
    return start.headers.get("Location") or unproven("There was no `Location`.")


@statement("S7")
def test_location_ends_in_technology_and_task_id(task: StartedTask, target: Target) -> None:
    """The path of `Location` is that of the task, below the path of the base URL."""
    found = split_url(location(task.start), task.start.url).path
    wanted = urlsplit(target.url).path + target.path(task.technology, task.task_id)
    expect(found.endswith(wanted), f"The path of `Location` must end in {wanted}.", task.start)


@statement("S8")
def test_location_can_be_fetched_as_it_stands(task: StartedTask, target: Target) -> None:
    """`Location` is a URL of the task that needs no joining with another."""
    location(task.start)
    check_leads_to_task("Location", task, target)


@statement("C45")
def test_x_location_can_be_fetched_as_it_stands(task: StartedTask, target: Target) -> None:
    """Without a `Location`, `X-Location` is a URL of the task that needs no joining with another."""
    the_only_location(task.start)
    check_leads_to_task("X-Location", task, target)


def check_leads_to_task(header: str, task: StartedTask, target: Target) -> None:
    """Raise Broken unless the URL in a header of the 202 can be fetched as it stands, and is that of the task."""
    url = task.start.headers[header]
    is_url = split_url(url).scheme in {"http", "https"}
    expect(is_url, f"`{header}` must be a URL that can be fetched as it stands.", task.start)
    response = target.fetch(url)
    is_own = target.transport.is_own(url)
    if response.status in {401, 403} and not is_own:
        unproven(f"`{header}` has another origin, to which the suite does not send its token: {response}.")
    foreign = "" if is_own else " Its scheme, host or port is not the target's, as behind a proxy that changes them."
    found = response.failure or response.status
    expect(response.status == 200, f"`{header}` must get a 200 as it stands, got {found}.{foreign}", response)
    is_task = response.get("task", "task_id") == task.task_id
    expect(is_task, f"`{header}` must lead to the task.{foreign}", task.start, response)


@statement("S9")
def test_location_is_a_url_or_an_absolute_path(task: StartedTask) -> None:
    """`Location` has one of the two documented forms."""
    found = location(task.start)
    parts = split_url(found)
    is_url = parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.path.startswith("/")
    is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    expect(is_url or is_path, "`Location` must be an absolute URL or an absolute path.", task.start)


@statement("S77")
def test_location_and_x_location_are_equal(task: StartedTask) -> None:
    """`X-Location` equals `Location`."""
    found = task.start.headers.get("X-Location") or unproven("There was no `X-Location`.")
    expect(found == location(task.start), "`X-Location` must equal `Location`.", task.start)


@statement("C24")
def test_task_ids_are_random(tasks: Tasks) -> None:
    """Two task ids are different random UUIDs."""
    started = [tasks.upload(name).accepted() for name in ("speech", "speech with vector")]
    starts, ids = [task.start for task in started], [task.task_id for task in started]
    are_random = all(is_uuid(found) and uuid.UUID(found).version == 4 for found in ids)
    expect(are_random, "Task ids must be random UUIDs (version 4).", *starts)
    expect(ids[0] != ids[1], "Two tasks must have different ids.", *starts)


@statement("C25")
def test_equal_posts_make_two_tasks(target: Target) -> None:
    """The same POST sent twice makes two tasks."""
    started = [StartedTask(target, EXTRACTION, target.post_media(EXTRACTION, tone(0.2))).accepted() for _ in range(2)]
    ids = {task.start.get("task", "task_id") for task in started}
    expect(len(ids) == 2, "Two equal POSTs must make two tasks.", *(task.start for task in started))


def is_uuid(value: object) -> bool:
    """Return whether a value is the text of a UUID."""
    try:
        return bool(uuid.UUID(str(value))) and isinstance(value, str)
    except ValueError:
        return False

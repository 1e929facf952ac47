"""What a POST that is accepted answers (contract 1.3)."""

import uuid
from urllib.parse import urljoin, urlsplit

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.runs import Run, Runs, check_accepted
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import EXTRACTION, TECHNOLOGIES, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven


@pytest.fixture(params=TECHNOLOGIES)
def start(request: pytest.FixtureRequest, runs: Runs) -> Run:
    """Start a task of each technology."""
    if request.param == EXTRACTION:
        return runs.accepted("speech")
    run = runs.conversion(runs.own_voiceprint())
    check_accepted(run.start)
    return run


@statement("S1")
def test_an_accepted_task_is_202(start: Run) -> None:
    """A POST with all that is needed is answered 202."""
    expect_status(start.start, 202)


@statement("S2")
def test_the_body_names_the_task_and_its_state(start: Run) -> None:
    """The 202 body has a UUID and a state."""
    expect(is_uuid(start.start.get("task", "task_id")), "`task.task_id` should be a UUID.", start.start)
    expect(isinstance(start.start.get("task", "state"), str), "`task.state` should be a string.", start.start)


@statement("S3")
def test_the_first_state_is_pending(start: Run) -> None:
    """The 202 body says `pending`."""
    expect(start.start.get("task", "state") == "pending", "`task.state` should be pending.", start.start)


@statement("S4")
def test_the_body_has_no_outcome_yet(start: Run) -> None:
    """The 202 body has neither result nor error."""
    outcome = [start.start.get(member) for member in ("result", "error")]
    expect(outcome == [None, None], "The 202 body should have neither `result` nor `error`.", start.start)


@statement("S5")
def test_there_is_a_location(start: Run) -> None:
    """The 202 has `Location`."""
    expect(start.start.headers.get("Location"), "The 202 should have a `Location` header.", start.start)


@statement("S6")
def test_there_is_an_x_location(start: Run) -> None:
    """The 202 has `X-Location`."""
    expect(start.start.headers.get("X-Location"), "The 202 should have an `X-Location` header.", start.start)


def location(start: Exchange) -> str:
    """Take the `Location`; its absence is another test's finding."""
    return start.headers.get("Location") or unproven("There was no `Location`.")


@statement("S7")
def test_location_ends_in_technology_and_id(start: Run, target: Target) -> None:
    """The path of `Location` is that of the task, below the base URL's own path."""
    found = urlsplit(urljoin(start.start.url, location(start.start))).path
    wanted = urlsplit(target.url).path + target.path(start.technology, start.task_id)
    expect(found.endswith(wanted), f"The path of `Location` should end in {wanted}.", start.start)


@statement("S8")
def test_location_can_be_fetched_as_it_stands(start: Run, target: Target) -> None:
    """`Location` is a URL that leads to the task without being joined to another."""
    url = location(start.start)
    expect(
        urlsplit(url).scheme in {"http", "https"},
        "`Location` should be a URL that can be fetched as it is.",
        start.start,
    )
    answer = target.fetch(url)
    expect_status(answer, 200)
    expect(answer.get("task", "task_id") == start.task_id, "`Location` should lead to the task.", start.start, answer)


@statement("S9")
def test_location_is_a_url_or_an_absolute_path(start: Run) -> None:
    """`Location` has one of the two forms that are documented."""
    found = location(start.start)
    parts = urlsplit(found)
    is_url = parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.path.startswith("/")
    is_path = not parts.scheme and not parts.netloc and found.startswith("/")
    expect(is_url or is_path, "`Location` should be an absolute URL or an absolute path.", start.start)


@statement("S77")
def test_both_locations_are_the_same(start: Run) -> None:
    """`X-Location` equals `Location`."""
    found = start.start.headers.get("X-Location") or unproven("There was no `X-Location`.")
    expect(found == location(start.start), "`X-Location` should be the same as `Location`.", start.start)


@statement("C24")
def test_ids_are_random(runs: Runs) -> None:
    """Two ids are different random UUIDs."""
    ids = [runs.accepted(name).task_id for name in ("speech", "speech with vector")]
    starts = [runs.accepted(name).start for name in ("speech", "speech with vector")]
    expect(
        all(is_uuid(found) and uuid.UUID(found).version == 4 for found in ids), "Ids should be random UUIDs.", *starts
    )
    expect(ids[0] != ids[1], "Two tasks should have two ids.", *starts)


@statement("C25")
def test_equal_posts_make_two_tasks(target: Target) -> None:
    """The same request twice makes two tasks."""
    starts = [target.post_media(EXTRACTION, hum(0.2)) for _ in range(2)]
    for start in starts:
        check_accepted(start)
    ids = {start.get("task", "task_id") for start in starts}
    expect(len(ids) == 2, "Two equal POSTs should make two tasks.", *starts)


def is_uuid(value: object) -> bool:
    """Whether a value is the text of a UUID."""
    try:
        return bool(uuid.UUID(str(value))) and isinstance(value, str)
    except ValueError:
        return False

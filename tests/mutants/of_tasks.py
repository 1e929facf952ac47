"""Appliances with errors in the lifecycle of tasks."""

from collections.abc import Callable
from typing import Any

from tests.mutants.changes import Mutant, header, member, on_start, on_status, on_task, status
from tests.mutants.middleware import Request, Response, Wrap, changing_responses

LOST = "http://127.0.0.1:9"


def only(needle: str, change: Any) -> Wrap:
    """Return middleware that changes the 202 of technologies with that word in their name."""
    return changing_responses(
        lambda request, response: change(response) if response.status == 202 and needle in request.path else None
    )


def with_a_query(change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes the 202 of requests with a query."""
    return changing_responses(
        lambda request, response: change(response) if response.status == 202 and request.query else None
    )


def remembering(on_known: Any, *, known: bool = True) -> Wrap:
    """Return middleware that changes the 404 of expired tasks, or of unknown ones."""
    ids: set[str] = set()

    def change(request: Request, response: Response) -> None:
        if response.status == 202:
            ids.add(response.task["task_id"])
        if request.method == "GET" and response.status == 404 and (request.path.split("/")[-1] in ids) == known:
            on_known(response)

    return changing_responses(change)


def running_if_odd(response: Response) -> None:
    """Show a final task with an odd id as running."""
    body = response.json
    if int(body["task"]["task_id"][-1], 16) % 2:
        body["task"]["state"] = "running"
    response.json = {"task": body["task"]}


def one_at_a_time() -> Wrap:
    """Return middleware that shows one done task, and each other one as running."""
    first: list[str] = []

    def apply(response: Response) -> None:
        task = response.json["task"]
        first[:] = first or [task["task_id"]]
        if task["task_id"] != first[0]:
            response.json = {"task": {**task, "state": "running"}}

    return on_task(apply, "done")


def flickering() -> Wrap:
    """Return middleware that shows a done task as running at every second poll."""
    seen: dict[str, int] = {}

    def change(response: Response) -> None:
        task_id = response.task["task_id"]
        seen[task_id] = seen.get(task_id, 0) + 1
        if seen[task_id] % 2 == 0:
            response.json = {"task": {"task_id": task_id, "state": "running"}}

    return on_task(change, "done")


def changing_result() -> Wrap:
    """Return middleware that adds a number to the result, another one at each poll."""
    count = iter(range(1_000_000))

    def change(response: Response) -> None:
        body = response.json
        body["result"]["count"] = next(count)
        response.json = body

    return on_task(change, "done")


def rejected(*path: str, value: Any = None, drop: bool = False) -> Wrap:
    """Return middleware that changes a member of polls of rejected tasks."""
    return on_task(member(*path, value=value, drop=drop), "rejected")


def done(*path: str, value: Any = None, drop: bool = False) -> Wrap:
    """Return middleware that changes a member of polls of done tasks."""
    return on_task(member(*path, value=value, drop=drop), "done")


def detail_location(response: Response) -> None:
    """Change each location to dotted text."""
    body = response.json
    for detail in body["error"].get("detail", []):
        detail["location"] = ".".join(map(str, detail["location"]))
    response.json = body


def float_location(response: Response) -> None:
    """Change each index to a float."""
    body = response.json
    for detail in body["error"].get("detail", []):
        detail["location"] = [*detail["location"], 0.5]
    response.json = body


def late(response: Response) -> None:
    """Show a done task as still running."""
    response.json = {"task": {**response.task, "state": "running"}}


def not_a_url(url: str) -> str:
    """Return a URL with a bracket in its host, which no parser accepts."""
    return url.replace("://", "://[")


MUTANTS = [
    Mutant("S1", "an accepted task gets a 200", on_start(status(200))),
    Mutant("S1", "an accepted conversion gets a 201", only("conversion", status(201))),
    Mutant("S1", "a valid upload gets a 500", only("extraction", status(500))),
    Mutant("S2", "the id is a counter", on_start(member("task", "task_id", value="17"))),
    Mutant("S2", "the 202 has no state", on_start(member("task", "state", drop=True))),
    Mutant(
        "S2", "the id of a conversion stands beside the task", only("conversion", member("task", "task_id", drop=True))
    ),
    Mutant("S3", "a task starts as running", on_start(member("task", "state", value="running"))),
    Mutant("S3", "a task with options starts as running", with_a_query(member("task", "state", value="running"))),
    Mutant("S4", "the 202 has an empty result", on_start(member("result", value={}))),
    Mutant("S4", "the 202 has an error", on_start(member("error", value={"type": "internal", "message": ""}))),
    Mutant("S5", "Location is missing", on_start(header("Location", lambda _: None))),
    Mutant("S5", "a task with options has no Location", with_a_query(header("Location", lambda _: None))),
    Mutant("S5", "a conversion has no Location", only("conversion", header("Location", lambda _: None))),
    Mutant("S6", "X-Location is missing", on_start(header("X-Location", lambda _: None))),
    Mutant(
        "S7",
        "Location has no technology",
        on_start(header("Location", lambda url: "/api/tasks/" + url.split("/")[-1])),
    ),
    Mutant(
        "S7", "Location of a task with options ends in a slash", with_a_query(header("Location", lambda url: url + "/"))
    ),
    Mutant("S7", "Location names another id", on_start(header("Location", lambda url: url[:-4] + "0000"))),
    Mutant("S7", "Location ends in a slash", on_start(header("Location", lambda url: url + "/"))),
    Mutant("S8", "Location is a bare path", on_start(header("Location", lambda url: "/" + url.split("/", 3)[3]))),
    Mutant(
        "S8", "Location leads elsewhere", on_start(header("Location", lambda url: f"{LOST}/" + url.split("/", 3)[3]))
    ),
    Mutant("S9", "Location is a relative path", on_start(header("Location", lambda url: url.split("/", 3)[3]))),
    *(Mutant(key, "Location is not a URL", on_start(header("Location", not_a_url))) for key in ("S7", "S8", "S9")),
    Mutant("S9", "Location has no scheme", on_start(header("Location", lambda url: url.removeprefix("http:")))),
    Mutant("S10", "a pending task gets a 202", on_task(status(202), "pending")),
    Mutant("S10", "a running task gets a 204", on_task(status(204), "running")),
    Mutant("S10", "a done task gets a 303", on_task(status(303), "done")),
    Mutant(
        "S11",
        "every response has the same task id",
        on_task(member("task", "task_id", value="3fa85f64-5717-4562-b3fc-2c963f66afa6")),
    ),
    Mutant("S12", "done is called finished", done("task", "state", value="finished")),
    Mutant("S12", "running is called processing", on_task(member("task", "state", value="processing"), "running")),
    Mutant("S12", "states are written in capitals", on_task(member("task", "state", value=str.upper))),
    Mutant("S13", "a done task has an error too", done("error", value={"type": "internal", "message": "none"})),
    Mutant("S13", "a done task's result is called output", done("result", drop=True)),
    Mutant("S14", "a rejected task has no error", rejected("error", drop=True)),
    Mutant("S14", "a rejected task has a result too", rejected("result", value={"channels": []})),
    Mutant("S15", "the error of a task has an unknown type", rejected("error", "type", value="audio.invalid")),
    Mutant("S16", "a task's error has no message", rejected("error", "message", drop=True)),
    Mutant("S16", "the error of a task has no type", rejected("error", "type", drop=True)),
    Mutant("S16", "a task's details are an object", rejected("error", "detail", value={"location": []})),
    Mutant("S17", "locations are dotted words", on_task(detail_location, "rejected")),
    Mutant("S17", "indexes are floats", on_task(float_location, "rejected")),
    Mutant("S18", "a rejected task's error is internal", rejected("error", "type", value="internal")),
    Mutant("S14", "a failed task has no error", on_task(member("error", drop=True), "failed")),
    Mutant(
        "S18",
        "the error of a failed task is not internal",
        on_task(member("error", "type", value="task.failed"), "failed"),
    ),
    Mutant("S78", "a failed task gets a 500", on_task(status(500), "failed")),
    Mutant("S19", "an unknown id gets a 400", remembering(status(400), known=False)),
    Mutant("S19", "an unknown id gets a 200", remembering(status(200), known=False)),
    Mutant("S19", "an unknown id gets a 410", remembering(status(410), known=False)),
    Mutant("S20", "an expired task gets a 410", remembering(status(410))),
    Mutant("S20", "an expired task gets a 200", remembering(status(200))),
    Mutant("S21", "a malformed id gets a 422", on_status(404, status(422), method="GET")),
    Mutant("S62", "a malformed id gets a 422", on_status(404, status(422), method="GET")),
    Mutant("S62", "a malformed id gets a 500", on_status(404, status(500), method="GET")),
    Mutant("S76", "the error of a task has the type of a refusal", rejected("error", "type", value="request.invalid")),
    Mutant(
        "S76", "a request's error is of a task error's type", on_status(404, member("type", value="task.not-found"))
    ),
    Mutant("S77", "X-Location is a bare path", on_start(header("X-Location", lambda url: "/" + url.split("/", 3)[3]))),
    Mutant("S78", "a rejected task gets a 422", on_task(status(422), "rejected")),
    Mutant("S78", "a rejected task gets a 409", on_task(status(409), "rejected")),
    Mutant("C1", "every task takes a moment longer", on_task(late, "done")),
    Mutant("C2", "a rejected task was running", on_task(member("task", "state", value="running"), "pending")),
    Mutant("C2", "a done task runs again", flickering()),
    Mutant("C2", "the result changes", changing_result()),
    Mutant("C3", "a done task expires at once", on_task(status(404), "done")),
    Mutant("C3", "an expired task gets a 410", remembering(status(410))),
    Mutant("C4", "a malformed id gets a 400", on_status(404, status(400), method="GET")),
    Mutant(
        "C24",
        "ids are of version 1",
        on_start(member("task", "task_id", value=lambda text: text[:14] + "1" + text[15:])),
    ),
    Mutant(
        "C25",
        "equal POSTs make one task",
        on_start(member("task", "task_id", value="3fa85f64-5717-4562-b3fc-2c963f66afa6")),
    ),
    Mutant("C30", "some tasks wait longer", on_task(running_if_odd, "done")),
    Mutant("C30", "tasks wait for one another", one_at_a_time()),
]

"""GET /_mock/tasks/<task_id>: one task with its request, its polls and its answer."""

from functools import partial

import msgspec
import orjson
from flask import Flask, Response

from voxdouble_mock.core.errors import NotFound
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import FINAL, State, Task
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.mock_api.tasks import task_json
from voxdouble_mock.http.mock_api.voice_data import summary, voiceprint_of
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services

PATH = "/_mock/tasks/<task_id>"


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", PATH, partial(get_task, services))
    add_route(app, "GET", f"{PATH}/voiceprints/<index>", partial(get_voiceprint, services))


def get_task(services: Services, task_id: str) -> Response:
    """Return a task, the log entry of its request, its polls, and its answer with voice data summarised.

    Polls that the log has dropped are missing. The request is null if the log has dropped it.
    """
    (task, state), name = live_task(services, task_id), namespace()

    def make() -> bytes:
        logged, _ = services.control.requests(name)
        entries = [entry for entry in logged if entry.task_id == task.task_id]
        body = {
            "task": task_json(task, state),
            "request": next((entry for entry in entries if entry.method == "POST"), None),
            "polls": [poll_json(entry) for entry in entries if entry.method == "GET"],
            "answer": answer(task, state),
        }
        return msgspec.json.encode(body)

    return services.large_responses.respond(make)


def get_voiceprint(services: Services, task_id: str, index: str) -> Response:
    """Return the Base64 text of one voiceprint in a task's result; `index` counts from 0 in the order of the text."""
    task, state = live_task(services, task_id)
    number = int(index) if index.isascii() and index.isdigit() and len(index) <= 6 else -1

    def make() -> bytes:
        found = voiceprint_of(task.payload, number) if state is State.DONE and number >= 0 else None
        if found is None:
            raise NotFound(f"The result of this task has no voiceprint number {index[:40]!r}.")
        return orjson.dumps({"voiceprint": found})

    return services.large_responses.respond(make)


def live_task(services: Services, task_id: str) -> tuple[Task, State]:
    """Return a task of any technology with its state. Raises NotFound."""
    found = services.appliance.task(namespace(), task_id)
    if found is None:
        raise NotFound("There is no task with this id: the id is wrong, or the task has expired.")
    return found


def poll_json(entry: LoggedRequest) -> dict[str, object]:
    """Return a logged poll as a mark on the task's timeline."""
    return {"number": entry.number, "at": entry.at, "status": entry.status, "fault": entry.fault}


def answer(task: Task, state: State) -> dict[str, object]:
    """Return the members that a poll shows besides the task itself."""
    if state not in FINAL:
        return {}
    return {"result" if state is State.DONE else "error": summary(task.payload)}

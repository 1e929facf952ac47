"""The two routes of every technology: POST starts a task, GET tells how it stands (contract 1, 10 a)."""

from collections.abc import Callable
from functools import partial

import orjson
from flask import Flask, Response, request

from voxdouble_mock.core.errors import NotFound
from voxdouble_mock.core.task import FINAL, State, Task
from voxdouble_mock.http import json_body, upload
from voxdouble_mock.http.services import Services, namespace
from voxdouble_mock.http.wire import TASKS, raw_answer, task_location
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._query import parse_query
from voxdouble_mock.technologies._technology import MediaRequest, MediaTechnology, Technology, VoiceprintTechnology


def register(app: Flask, services: Services) -> None:
    """Give each technology that was found its two routes."""
    for name, technology in discover().items():
        start: Callable[[], Response]
        if isinstance(technology, MediaTechnology):
            start = partial(start_media, services, technology)
        else:
            start = partial(start_voiceprints, services, technology)
        app.add_url_rule(TASKS + name, f"start {name}", start, methods=["POST"])
        app.add_url_rule(
            f"{TASKS}{name}/<task_id>", f"get {name}", partial(get_task, services, technology), methods=["GET"]
        )


def start_media(services: Services, technology: MediaTechnology) -> Response:
    """Take a recording in; refusals come in the order of C5."""
    limits = services.settings.limits
    upload.check_size(limits)
    separator = upload.boundary()
    query = parse_query(technology.parameters, last_values())
    with upload.received_file(separator, limits, services.uploads) as file:
        compute = partial(technology.run, MediaRequest(file, query, limits))
        return accepted(services, services.appliance.submit(namespace(), technology, compute))


def start_voiceprints(services: Services, technology: VoiceprintTechnology) -> Response:
    """Take lists of voiceprints in."""
    limits = services.settings.limits
    json_body.check_json_size(limits.max_json)
    json_body.check_json_type()
    with json_body.received_json(limits, services.json) as body:
        compute = partial(technology.run, json_body.voiceprint_lists(body, technology, limits))
        return accepted(services, services.appliance.submit(namespace(), technology, compute))


def accepted(services: Services, task: Task) -> Response:
    """Answer 202 for a task that is stored; the body always says pending (S1 to S6, C2)."""
    response = raw_answer(task_body(task, State.PENDING), 202)
    response.headers["Location"] = task_location(services.settings, task.technology, task.task_id)
    response.headers["X-Location"] = response.headers["Location"]
    response.autocorrect_location_header = False
    return response


def get_task(services: Services, technology: Technology, task_id: str) -> Response:
    """Tell a task's state, and its result or error once it has one (S10 to S14, S19, S20)."""
    found = services.appliance.find(namespace(), technology.name, task_id)
    if found is None:
        raise NotFound("There is no such task: its id is wrong, or the task has expired.")
    return raw_answer(task_body(*found))


def task_body(task: Task, state: State) -> bytes:
    """Write a task as the GET shows it; the outcome is JSON text already and goes in as it is."""
    body: dict[str, object] = {"task": {"task_id": task.task_id, "state": state}}
    if state in FINAL:
        body["result" if state is State.DONE else "error"] = orjson.Fragment(task.outcome)
    return orjson.dumps(body)


def last_values() -> dict[str, str]:
    """Give the query's parameters; of a repeated one the last counts (C16)."""
    return {name: values[-1] for name, values in request.args.lists()}

"""The two routes of every technology: POST starts a task, GET tells how it stands (contract 1, 10 a)."""

from collections.abc import Callable
from functools import partial

import orjson
from flask import Flask, Response, request

from voxdouble_mock.core.errors import NotFound
from voxdouble_mock.core.fault import Status
from voxdouble_mock.core.task import FINAL, State, Task
from voxdouble_mock.http import wire_faults
from voxdouble_mock.http.exchange import entry, exchange, facts, last_values
from voxdouble_mock.http.services import Services, namespace
from voxdouble_mock.http.vendor import json_body, upload
from voxdouble_mock.http.wire import TASKS, raw_answer, task_location
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._query import parse_query
from voxdouble_mock.technologies._technology import (
    MediaRequest,
    MediaTechnology,
    Result,
    Technology,
    VoiceprintTechnology,
)


def register(app: Flask, services: Services) -> None:
    """Give each technology that was found its two routes."""
    for name, technology in discover().items():
        start: Callable[[], Response]
        if isinstance(technology, MediaTechnology):
            start = partial(start_media, services, technology)
        else:
            start = partial(start_voiceprints, services, technology)
        get = partial(get_task, services, technology)
        app.add_url_rule(TASKS + name, f"start {name}", partial(called, services, name, start), methods=["POST"])
        app.add_url_rule(
            f"{TASKS}{name}/<task_id>", f"get {name}", partial(called, services, name, get), methods=["GET"]
        )


def called(services: Services, technology: str, view: Callable[..., Response], task_id: str | None = None) -> Response:
    """Answer a call to a technology, unless a fault that is armed refuses it."""
    notes = exchange()
    notes.technology, notes.task_id = technology, task_id
    notes.fault = services.control.next_fault(namespace(), technology, request.method, task_id)
    if isinstance(notes.fault, Status):
        return wire_faults.refuse(notes.fault, services.appliance.clock(namespace())[1])
    return view() if task_id is None else view(task_id)


def start_media(services: Services, technology: MediaTechnology) -> Response:
    """Take a recording in; refusals come in the order of C5."""
    limits = services.settings.limits
    upload.check_size(limits)
    separator = upload.boundary()
    query = parse_query(technology.parameters, last_values())
    with upload.received_file(separator, limits, services.uploads) as file:
        return submitted(services, technology, partial(technology.run, MediaRequest(file, query, limits)))


def start_voiceprints(services: Services, technology: VoiceprintTechnology) -> Response:
    """Take lists of voiceprints in."""
    limits = services.settings.limits
    json_body.check_json_size(limits.max_json)
    json_body.check_json_type()
    with json_body.received_json(limits, services.json) as body:
        lists = json_body.voiceprint_lists(body, technology, limits)
        return submitted(services, technology, partial(technology.run, lists))


def submitted(services: Services, technology: Technology, compute: Callable[[], Result]) -> Response:
    """Store the task and answer 202: the body always says pending (S1 to S6, C2). A scenario may refuse instead."""
    notes = exchange()
    came = services.appliance.submit(namespace(), technology, facts(), compute)
    notes.choice = came.choice
    notes.fault = notes.fault or came.fault
    if came.task is None:
        assert isinstance(came.fault, Status)
        return wire_faults.refuse(came.fault, services.appliance.clock(namespace())[1])
    notes.task_id = came.task.task_id
    response = raw_answer(task_body(came.task, State.PENDING), 202)
    response.headers["Location"] = task_location(services.settings, technology.name, came.task.task_id)
    response.headers["X-Location"] = response.headers["Location"]
    response.autocorrect_location_header = False
    return response


def get_task(services: Services, technology: Technology, task_id: str) -> Response:
    """Tell a task's state, and its result or error once it has one (S10 to S14, S19, S20)."""
    notes = exchange()
    found = services.appliance.find(namespace(), technology.name, task_id)
    if found is not None:
        notes.fault = notes.fault or found[0].fault
        state = wire_faults.shown_state(notes.fault, found[1])
        if state is not None:
            return raw_answer(task_body(found[0], state))
    raise NotFound("There is no such task: its id is wrong, or the task has expired.")


def task_body(task: Task, state: State) -> bytes:
    """Write a task as the GET shows it; the outcome is JSON text already and goes in as it is."""
    body: dict[str, object] = {"task": {"task_id": task.task_id, "state": state}}
    if state in FINAL:
        body["result" if state is State.DONE else "error"] = orjson.Fragment(task.outcome)
    return orjson.dumps(body)


def finish(services: Services, response: Response) -> Response:
    """Log a request to the vendor's paths, then do to its answer what a fault says."""
    if request.path.startswith("/api/"):
        services.control.log(namespace(), partial(entry, status=response.status_code))
    return wire_faults.damage(exchange().fault, response)

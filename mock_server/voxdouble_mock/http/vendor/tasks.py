"""The two routes of every technology: POST starts a task, GET returns its state and result."""

from collections.abc import Callable, Sequence
from functools import partial

import orjson
from flask import Flask, Response
from msgspec import structs

from voxdouble_mock.appliance import Execution
from voxdouble_mock.core.errors import NotFound
from voxdouble_mock.core.fault import Status
from voxdouble_mock.core.scenario import RequestSummary
from voxdouble_mock.core.task import FINAL, State, Task
from voxdouble_mock.execution import Completion, no_result
from voxdouble_mock.http.current_request import connection, headers, options, query
from voxdouble_mock.http.direct_routes import Routes
from voxdouble_mock.http.errors import refusal_response
from voxdouble_mock.http.json_responses import TASKS, json_text_response, task_location
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor import json_body, upload, wire_faults
from voxdouble_mock.http.vendor.generation import check_task_id, has_vectors, location_headers, parameters_of
from voxdouble_mock.http.vendor.offered import check_offered
from voxdouble_mock.http.vendor.view_result import (
    Content,
    ViewResult,
    begin,
    finish,
    handle,
    handle_content,
    refused_by,
    unknown_parameters,
)
from voxdouble_mock.packs.facts import entries
from voxdouble_mock.store import OpenRequest
from voxdouble_mock.technologies import all_technologies
from voxdouble_mock.technologies._recording_options import read_options
from voxdouble_mock.technologies._technology import (
    MediaRequest,
    MediaTechnology,
    Result,
    Technology,
    VoiceprintTechnology,
)

View = Callable[[OpenRequest], ViewResult]

SHARED_BYTES = 64 * 1024
"""The size in bytes from which a payload is sent without a copy; a smaller one is copied into the response."""


def register(app: Flask, services: Services) -> Routes:
    """Add the two routes of each technology, and return all."""
    routes = Routes()
    for name, technology in all_technologies().items():
        start: View
        if isinstance(technology, MediaTechnology):
            start = partial(start_media, services, technology)
        else:
            start = partial(start_voiceprints, services, technology)
        path = TASKS + name
        routes.starts[path] = partial(answer, services, technology, start)
        routes.polls[f"{path}/"] = partial(answer, services, technology, partial(get_task, services, technology))
        add_route(app, "POST", path, routes.starts[path])
        add_route(app, "GET", f"{path}/<task_id>", routes.polls[f"{path}/"])
    return routes


def answer(services: Services, technology: Technology, view: View, task_id: str | None = None) -> Response:
    """Answer a call to a technology with its view's result, or with the status that an armed fault injects."""
    opened = begin(services, technology.name, task_id)
    check_offered(services, opened.record, technology.name)
    armed = opened.fault
    result = handle(lambda: ViewResult(refused_by(opened, armed)) if isinstance(armed, Status) else view(opened))
    known = parameters_of(technology, options().generation) if task_id is None else ()
    result = structs.replace(
        result,
        technology=technology.name,
        task_id=result.task_id or task_id,
        fault=armed or result.fault,
        warnings=unknown_parameters(technology.name, [parameter.name for parameter in known]),
        opened=opened,
    )
    return finish(services, result)


def start_media(services: Services, technology: MediaTechnology, opened: OpenRequest) -> ViewResult:
    """Start a task on an uploaded recording; refusals come in the order of C5."""
    limits = services.settings.limits
    upload.check_size(limits)
    boundary = upload.boundary()
    given = read_options(parameters_of(technology, options().generation), query())
    with upload.receive(boundary, limits, services.upload_quota) as received:
        content = Content(received.sha256, received.size, received.name)

        def run(checkpoint: Callable[[], None]) -> Result | Completion:
            request = MediaRequest(received.open(), given, limits.max_audio_seconds, checkpoint)
            if replay is not None:
                return replay.of_recording(technology, received.sha256, request)
            if technology.run is None:
                raise no_result(technology.name, received.sha256)
            return technology.run(request)

        replay = services.appliance.packs.replay(options().pack)
        execution = Execution(run, (options().pack, given), is_connected())
        return handle_content(content, lambda: start_task(services, technology, opened, content, execution))


def start_voiceprints(services: Services, technology: VoiceprintTechnology, opened: OpenRequest) -> ViewResult:
    """Start a task on lists of voiceprints; refusals come in the order of C5."""
    limits = services.settings.limits
    json_body.check_size(limits)
    json_body.check_type()
    with json_body.receive(limits, services.json_quota) as received:
        content = Content(received.sha256, received.size)

        def run(_: Callable[[], None]) -> Result | Completion:
            lists = received.lists(technology, limits)
            return technology.run(lists) if replay is None else replay.of_voiceprints(technology, lists)

        replay = services.appliance.packs.replay(options().pack)
        execution = Execution(run, options().pack, is_connected())
        return handle_content(content, lambda: start_task(services, technology, opened, content, execution))


def is_connected() -> Callable[[], bool]:
    """Return a function that returns whether the client of the current request is still connected."""
    client = connection()
    return lambda: not client.has_left()


def start_task(
    services: Services, technology: Technology, opened: OpenRequest, content: Content, execution: Execution
) -> ViewResult:
    """Store a task and answer 202 with state pending (S1 to S6, C2), unless the scenario refuses the request."""
    summary = RequestSummary(technology.name, query(), headers(), content.sha256 or "", content.file_name)
    submitted = services.appliance.submit(opened, technology, summary, execution)
    task = submitted.task
    if task is None:
        assert isinstance(submitted.fault, Status)
        return ViewResult(refused_by(opened, submitted.fault), choice=submitted.choice, fault=submitted.fault)
    response = json_text_response(orjson.dumps(task_body(task, State.PENDING)), 202)
    location = task_location(services.settings, technology.name, task.task_id)
    for header in location_headers(options().generation):
        response.headers[header] = location
    return ViewResult(
        response, task_id=task.task_id, choice=submitted.choice, fault=submitted.fault, origin=task.origin
    )


def get_task(services: Services, technology: Technology, opened: OpenRequest) -> ViewResult:
    """Return a task's state, and its result or error if the state is final (S10 to S14, S19, S20)."""
    check_task_id(opened.call.task_id or "", options().generation)
    found = services.appliance.find(opened, technology.name)
    if found is None:
        raise no_such_task()
    task, state = found
    fault = opened.fault or task.fault
    shown = wire_faults.shown_state(fault, state)
    if shown is None:
        return ViewResult(refusal_response(no_such_task()), fault=fault)
    origin = task.origin if shown in FINAL else None
    text = task_text(task, shown, technology)
    own = 0 if isinstance(text, bytes) or text[1] is task.payload else len(text[1])
    response = services.large_responses.counted(json_text_response(text), own)
    return ViewResult(response, fault=fault, origin=origin)


def no_such_task() -> NotFound:
    """Return the refusal of an id that is unknown, or whose task has expired (S19, S20)."""
    return NotFound("There is no task with this id: the id is wrong, or the task has expired.")


def task_text(task: Task, state: State, technology: Technology) -> bytes | Sequence[bytes]:
    """Return the JSON text of a task and its outcome; members without a value are absent or null (C44).

    A large text is in pieces, so that all clients that read the payload share one copy.
    """
    members: dict[str, object] = {"result": None, "error": None} if options().members == "null" else {}
    if state not in FINAL:
        return orjson.dumps({**task_body(task, state), **members})
    payload, name = payload_text(task, technology), "result" if state is State.DONE else "error"
    if len(payload) < SHARED_BYTES:
        return orjson.dumps({**task_body(task, state), **members, name: orjson.Fragment(payload)})
    before, after = orjson.dumps({**task_body(task, state), **members, name: ""}).split(f'"{name}":""'.encode())
    return before + f'"{name}":'.encode(), payload, after


def payload_text(task: Task, technology: Technology) -> bytes:
    """Return the JSON text of a task's payload. With `members=null`, each missing vector is null (C15)."""
    nulls = options().members == "null" and task.timeline.final is State.DONE and has_vectors(options().generation)
    if not (nulls and isinstance(technology, MediaTechnology) and technology.entry_members):
        return task.payload
    result = orjson.loads(task.payload)
    channels = entries(result, "channels")
    if not channels:  # a result from a pack may have another shape
        return task.payload
    nulled = [{**{name: one.get(name) for name in technology.entry_members}, **one} for one in channels]
    return orjson.dumps({**result, "channels": nulled})


def task_body(task: Task, state: State) -> dict[str, object]:
    """Return the task in a response (S2 to S4)."""
    return {"task": {"task_id": task.task_id, "state": state}}

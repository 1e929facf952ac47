"""The result of a view of the vendor's routes, and the last steps of every request: its log entry and its fault."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from flask import Flask, Response, request

from voxdouble_mock.core.fault import Fault
from voxdouble_mock.core.request_log import SHOWN, LoggedRequest
from voxdouble_mock.core.scenario import Choice
from voxdouble_mock.http.current_request import namespace, public_headers, query
from voxdouble_mock.http.errors import error_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.wire_faults import apply_fault

NO_CHOICE = Choice()
MAX_LOGGED = 50
"""Headers, query parameters and rules of a scenario that one log entry keeps."""


@dataclass(frozen=True, slots=True)
class Content:
    """The digest and size in bytes of an uploaded file or a JSON body, and the file's name."""

    sha256: str | None = None
    size: int | None = None
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """A response, what the log entry says about its request, and the fault to apply to the response."""

    response: Response
    technology: str | None = None
    task_id: str | None = None
    content: Content = Content()
    choice: Choice = NO_CHOICE
    fault: Fault | None = None


def handle(view: Callable[[], Handled]) -> Handled:
    """Return a view's result, or an error response if the view raises an exception."""
    try:
        return view()
    except Exception as error:  # noqa: BLE001 (error_response logs each exception that is not a refusal)
        return Handled(error_response(error))


def handle_content(content: Content, view: Callable[[], Handled]) -> Handled:
    """Return a view's result or error response, together with the content of the request."""
    return replace(handle(view), content=content)


def finish(services: Services, handled: Handled) -> Response:
    """Log a request to the vendor's paths, and return its response with the fault applied."""
    if request.path.startswith("/api/"):
        services.control.log(namespace(), partial(log_entry, handled))
    return apply_fault(handled.fault, handled.response)


def add_vendor_route(app: Flask, services: Services, path: str, view: Callable[[], Response]) -> None:
    """Add a GET route that is logged, and to which faults do not apply."""
    add_route(app, "GET", path, lambda: finish(services, handle(lambda: Handled(view()))))


def log_entry(handled: Handled, number: int, at: float) -> LoggedRequest:
    """Return the log entry of the current request; texts that the caller chose are shortened."""
    content, rule, misses, fault = handled.content, handled.choice.rule, handled.choice.misses, handled.fault
    return LoggedRequest(
        number=number,
        at=at,
        method=request.method[:SHOWN],
        path=request.path[:SHOWN],
        status=handled.response.status_code,
        technology=handled.technology,
        task_id=handled.task_id and handled.task_id[:SHOWN],
        query=_shortened(query()),
        headers=_shortened(public_headers()),
        file_name=content.file_name and content.file_name[:SHOWN],
        sha256=content.sha256,
        size=content.size,
        rule=None if rule is None else rule.name or f"rule {len(misses) + 1}",
        misses=misses[:MAX_LOGGED],
        fault=None if fault is None else str(fault.__struct_config__.tag),
    )


def _shortened(members: dict[str, str]) -> dict[str, str]:
    return {name[:SHOWN]: value[:SHOWN] for name, value in list(members.items())[:MAX_LOGGED]}

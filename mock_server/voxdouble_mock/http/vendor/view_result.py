"""The result of a view of the vendor's routes, and the last steps of every request: its log entry and its fault."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import orjson
from flask import Flask, Response
from msgspec import Struct, structs

from voxdouble_mock.core.clock import read
from voxdouble_mock.core.fault import Call, Fault, Status
from voxdouble_mock.core.request_log import LoggedRequest, bounded
from voxdouble_mock.core.scenario import Choice
from voxdouble_mock.core.secrets import is_secret
from voxdouble_mock.core.task import Origin
from voxdouble_mock.http import request_lines
from voxdouble_mock.http.current_request import (
    OPTIONS,
    environ,
    method,
    namespace,
    path,
    public_headers,
    public_query,
    query,
)
from voxdouble_mock.http.errors import error_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.offered import offers
from voxdouble_mock.http.vendor.wire_faults import apply_fault, status_response
from voxdouble_mock.store import NamespaceRecord, OpenRequest

NO_CHOICE = Choice()
ERROR_HEADERS = ("retry-after", "allow", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Content:
    """The digest and size in bytes of an uploaded file or a JSON body, and the file's name."""

    sha256: str | None = None
    size: int | None = None
    file_name: str | None = None


class ViewResult(Struct, frozen=True):
    """A response, what the log entry says about its request, and the fault to apply to the response."""

    response: Response
    technology: str | None = None
    task_id: str | None = None
    content: Content = Content()
    choice: Choice = NO_CHOICE
    fault: Fault | None = None
    warnings: tuple[str, ...] = ()
    origin: Origin | None = None
    opened: OpenRequest | None = None
    """The request as it began; None if it was refused before it began, or if its path is not offered."""


def handle(view: Callable[[], ViewResult]) -> ViewResult:
    """Return a view's result, or an error response if the view raises an exception."""
    try:
        return view()
    except Exception as error:  # noqa: BLE001 (error_response logs each exception that is not a refusal)
        return ViewResult(error_response(error))


def handle_content(content: Content, view: Callable[[], ViewResult]) -> ViewResult:
    """Return a view's result or error response, together with the content of the request."""
    return structs.replace(handle(view), content=content)


def finish(services: Services, result: ViewResult) -> Response:
    """Log a request to the vendor's paths, and return its response with the fault applied."""
    if path().startswith("/api/"):
        create = method() not in {"GET", "HEAD", "OPTIONS"}
        services.control.log(namespace(), log_entry(result), result.opened, create=create)
    environ()[request_lines.KEY] = {
        "task": result.task_id,
        "rule": result.choice.rule_name,
        "fault": fault_kind(result.fault),
    }
    return apply_fault(result.fault, result.response)


def fault_kind(fault: Fault | None) -> str | None:
    """Return the kind of a fault."""
    return None if fault is None else str(fault.__struct_config__.tag)


def fault_settings(fault: Fault | None) -> dict[str, str]:
    """Return the members of a fault other than its kind, each as a text.

    Members without a value are left out, and so is an `origin` with credentials.
    """
    members = {} if fault is None else structs.asdict(fault)
    texts = {name: orjson.dumps(value).decode().strip('"') for name, value in members.items() if value is not None}
    return {name: text for name, text in sorted(texts.items()) if not is_secret(name, text)}


def error_headers(response: Response) -> dict[str, str]:
    """Return the headers of an error response that tell a client what to do; none of any other response."""
    if response.status_code < 400:
        return {}
    return {name: response.headers[name] for name in ERROR_HEADERS if name in response.headers}


def begin(services: Services, technology: str | None, task_id: str | None = None) -> OpenRequest:
    """Begin the current request, and read its options; `technology` is None outside the technologies."""

    def is_offered(record: NamespaceRecord) -> bool:
        return technology is None or offers(services, record, technology)

    opened = services.appliance.begin(namespace(), Call(technology, method(), task_id), is_offered)
    environ()[OPTIONS] = services.control.options_of(opened.record)
    return opened


def reason_of(response: Response) -> str | None:
    """Return the message and the details of an error response with the vendor's body; None for any other response."""
    if response.status_code < 400 or response.mimetype != "application/json":
        return None
    body = orjson.loads(response.get_data())
    others = [detail["message"] for detail in body["detail"][1:]]  # the message itself contains the first one
    return " ".join([body["message"], *others])


def refused_by(open_request: OpenRequest, fault: Status) -> Response:
    """Return the response that a status fault injects."""
    return status_response(fault, read(open_request.record.clock, open_request.now))


def add_vendor_route(app: Flask, services: Services, path: str, view: Callable[[], Response]) -> None:
    """Add a GET route outside the technologies. Only faults without technology, method and task_id apply to it."""

    def answer() -> Response:
        opened = begin(services, None)
        armed = opened.fault
        result = handle(lambda: ViewResult(refused_by(opened, armed) if isinstance(armed, Status) else view()))
        return finish(services, structs.replace(result, fault=armed, opened=opened))

    add_route(app, "GET", path, answer)


def unknown_parameters(technology: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return a warning for each query parameter of the request that a technology ignores (C17)."""
    takes = ", ".join(known) or "none"
    warnings = []
    for name in query():
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f", did you mean {close[0]}?" if close else "."
            warnings.append(f"query parameter {name[:40]!r} was ignored{hint} {technology} takes {takes} here.")
    return tuple(warnings)


def log_entry(result: ViewResult) -> LoggedRequest:
    """Return the log entry of the current request, of bounded size."""
    content = result.content
    entry = LoggedRequest(
        method=method(),
        path=path(),
        status=result.response.status_code,
        technology=result.technology,
        task_id=result.task_id,
        query=public_query(),
        headers=public_headers(),
        file_name=content.file_name,
        sha256=content.sha256,
        size=content.size,
        origin=result.origin,
        reason=reason_of(result.response),
        rule=result.choice.rule_name,
        misses=result.choice.misses,
        fault=fault_kind(result.fault),
        fault_settings=fault_settings(result.fault),
        response_headers=error_headers(result.response),
        warnings=result.warnings,
    )
    return bounded(entry)

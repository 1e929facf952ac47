"""Appliances with wrong or missing refusals."""

import json
from itertools import count
from typing import Any

from tests.mutants.changes import Mutant, accepted, member, on_status, status
from tests.mutants.middleware import TASKS, Request, Response, Wrap, changing_requests, changing_responses

NOT_JSON = {"Content-Type": "text/html"}
Change = Any


def refusal(change: Change, *, least: int = 400) -> Wrap:
    """Return middleware that changes every refusal."""
    return changing_responses(lambda request, response: change(response) if response.status >= least else None)


def located(name: str, change: Change) -> Wrap:
    """Return middleware that changes a 422 whose first location has that member."""

    def apply(response: Response) -> None:
        details = response.json["detail"]
        if details and name in details[0]["location"]:
            change(response)

    return on_status(422, apply)


def page(response: Response) -> None:
    """Change the response to an HTML page."""
    response.headers, response.body = dict(NOT_JSON), b"<html><h1>Error</h1></html>"


def wrapped(response: Response) -> None:
    """Put the error into a member `error`."""
    response.json = {"error": response.json}


def nested(response: Response) -> None:
    """Nest the context of each detail."""
    body = response.json
    for detail in body["detail"]:
        detail["context"] = {"limit": {"least": 1}}
    response.json = body


def of_type(number: int, name: str) -> Wrap:
    """Return middleware that changes the `type` of refusals with that status."""
    return on_status(number, member("type", value=name))


def other_methods(change: Change, *methods: str) -> Wrap:
    """Return middleware that changes the 405 of some methods."""
    return changing_responses(
        lambda request, response: (
            change(response) if response.status == 405 and request.method in (methods or {request.method}) else None
        )
    )


def limiting(every: int) -> Wrap:
    """Return middleware that gives every nth request a 429."""
    number = count(1)

    def apply(request: Request, response: Response) -> None:
        if next(number) % every == 0:
            status(429)(response)

    return changing_responses(apply)


def demanding(name: str, number: int) -> Wrap:
    """Return middleware that refuses every request without a header."""
    return changing_responses(
        lambda request, response: status(number)(response) if request.header(name) is None else None
    )


def replaced(old: int, new: int) -> Wrap:
    """Return middleware that replaces one status by another."""
    return changing_responses(lambda request, response: status(new)(response) if response.status == old else None)


def full_for(technology: str) -> Wrap:
    """Return middleware that changes the response to a large request to a technology to 507."""

    def apply(request: Request, response: Response) -> None:
        if technology in request.path and int(request.header("Content-Length") or 0) > 50_000:
            response.status = 507
            response.json = {"type": "storage.capacity-exceeded", "message": "Full.", "detail": []}

    return changing_responses(apply)


def system(path: str, change: Change) -> Wrap:
    """Return middleware that changes the response of a system path."""
    return changing_responses(lambda request, response: change(response) if request.path.endswith(path) else None)


def any_part(request: Request) -> None:
    """Rename the part `media` to `file`."""
    if request.path.startswith(TASKS) and (request.header("Content-Type") or "").startswith("multipart"):
        request.replace(request.read().replace(b'name="media"', b'name="file"'))


def empty_or_missing(request: Request) -> None:
    """Put a voiceprint into an empty or missing list."""
    if (request.header("Content-Type") or "").startswith("application/json"):
        body = request.read()
        if body in {b"{}", b'{"voiceprints":[]}'}:
            request.replace(json.dumps({"voiceprints": ["AAAA"]}).encode())


MUTANTS = [
    Mutant("S22", "a DELETE gets a 200", other_methods(status(200), "DELETE")),
    Mutant("S22", "a PATCH gets a 501", other_methods(status(501), "PATCH")),
    Mutant("S22", "a GET of a start path gets a 400", other_methods(status(400), "GET")),
    Mutant("S23", "broken JSON gets a 422", replaced(400, 422)),
    Mutant("S24", "an upload without file gets a 400", located("file", status(400))),
    Mutant("S24", "a body without voiceprints gets a 400", located("voiceprints", status(400))),
    Mutant("S24", "an upload without file gets a 500", located("file", status(500))),
    Mutant("S25", "a body over the limit gets a 400", replaced(413, 400)),
    Mutant("S25", "a body over the limit is accepted", on_status(413, accepted)),
    Mutant("S26", "full storage gets a 413", replaced(507, 413)),
    Mutant("S26", "full storage gets a 503", replaced(507, 503)),
    Mutant("S26", "the storage is never full", on_status(507, accepted)),
    Mutant("S27", "conversions fill the storage", full_for("conversion")),
    Mutant("S28", "a part of any name is accepted", changing_requests(any_part)),
    Mutant("S31", "an unknown channel mode is ignored", located("channel_mode", accepted)),
    Mutant("S31", "an unknown channel mode gets a 400", located("channel_mode", status(400))),
    Mutant("S41", "a missing list is accepted", changing_requests(empty_or_missing)),
    Mutant("S42", "an empty list is accepted", changing_requests(empty_or_missing)),
    Mutant("S42", "an empty list gets a 400", located("voiceprints", status(400))),
    Mutant("S43", "a list over the limit gets a 413", located("voiceprints", status(413))),
    Mutant("S43", "a list over the limit is accepted", located("voiceprints", accepted)),
    Mutant("S54", "a request without a token gets a 401", demanding("Authorization", 401)),
    Mutant("S54", "a request without a token gets a 403", demanding("Authorization", 403)),
    Mutant("S56", "tracing headers are required", demanding("x-request-id", 400), "e2"),
    Mutant(
        "S56",
        "tracing headers are refused",
        changing_responses(lambda request, response: status(400)(response) if request.header("x-request-id") else None),
        "e2",
    ),
    Mutant("S58", "every twentieth request gets a 429", limiting(20)),
    Mutant("S60", "an upload over the limit is accepted", on_status(413, accepted)),
    Mutant("S61", "a slow upload is accepted", on_status(400, accepted)),
    Mutant("S64", "the error is inside a member", refusal(wrapped)),
    Mutant("S64", "a refusal is an HTML page", refusal(page)),
    Mutant("S64", "a refusal has no message", refusal(member("message", drop=True))),
    Mutant("S64", "the details are text", refusal(member("detail", value="none"))),
    Mutant("S65", "the type is unknown", of_type(404, "not_found")),
    Mutant("S65", "a refusal has no type", refusal(member("type", drop=True))),
    Mutant("S66", "a 400 has the type of a 422", of_type(400, "request.validation-error")),
    Mutant("S67", "a 404 is internal", of_type(404, "internal")),
    Mutant("S68", "a 405 has the type of a 400", of_type(405, "request.invalid")),
    Mutant("S69", "a 413 has the type of a 400", of_type(413, "request.invalid")),
    Mutant("S70", "a 422 has the type of a 400", of_type(422, "request.invalid")),
    Mutant("S71", "a 507 is internal", of_type(507, "internal")),
    Mutant("S72", "an empty detail is null", refusal(member("detail", value=lambda found: found or None))),
    Mutant(
        "S72",
        "an empty detail is missing",
        changing_responses(
            lambda request, response: member("detail", drop=True)(response) if response.status == 404 else None
        ),
    ),
    Mutant("S73", "contexts are nested", on_status(422, nested)),
    Mutant("S74", "the info has no version", system("/info", member("version", drop=True))),
    Mutant("S74", "the version is a number", system("/info", member("version", value=3.7))),
    Mutant("S74", "the info gets a 404", system("/info", status(404))),
    Mutant("S75", "the status gets a 503", system("/status", status(503))),
    Mutant("S75", "the status gets a 204", system("/status", status(204))),
    Mutant("S82", "an upload over the limit gets a 400", replaced(413, 400)),
    Mutant(
        "C5",
        "the method is checked before the path",
        changing_responses(
            lambda request, response: (
                status(405)(response) if response.status == 404 and request.method == "PATCH" else None
            )
        ),
    ),
]

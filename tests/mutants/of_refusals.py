"""Appliances that refuse wrongly, or not at all."""

import json
from itertools import count
from typing import Any

from tests.mutants.changes import Mutant, accepted, member, on_status, status
from tests.mutants.middleware import TASKS, Request, Response, Wrap, changing_requests, changing_responses

NOT_JSON = {"Content-Type": "text/html"}
Change = Any


def refusal(change: Change, *, least: int = 400) -> Wrap:
    """Change every refusal."""
    return changing_responses(lambda request, answer: change(answer) if answer.status >= least else None)


def located(name: str, change: Change) -> Wrap:
    """Change the 422 whose first location has that member."""

    def fault(answer: Response) -> None:
        details = answer.json["detail"]
        if details and name in details[0]["location"]:
            change(answer)

    return on_status(422, fault)


def page(answer: Response) -> None:
    """Response with an HTML page."""
    answer.headers, answer.body = dict(NOT_JSON), b"<html><h1>Error</h1></html>"


def wrapped(answer: Response) -> None:
    """Wrap the error up."""
    answer.json = {"error": answer.json}


def nested(answer: Response) -> None:
    """Nest the context of each detail."""
    body = answer.json
    for detail in body["detail"]:
        detail["context"] = {"limit": {"least": 1}}
    answer.json = body


def of_type(number: int, name: str) -> Wrap:
    """Give the refusals with that status another type."""
    return on_status(number, member("type", value=name))


def other_methods(change: Change, *methods: str) -> Wrap:
    """Change the 405s of some methods."""
    return changing_responses(
        lambda request, answer: (
            change(answer) if answer.status == 405 and request.method in (methods or {request.method}) else None
        )
    )


def limiting(every: int) -> Wrap:
    """Response each so-manieth request 429."""
    number = count(1)

    def fault(request: Request, answer: Response) -> None:
        if next(number) % every == 0:
            status(429)(answer)

    return changing_responses(fault)


def demanding(name: str, number: int) -> Wrap:
    """Refuse every request that lacks a header."""
    return changing_responses(lambda request, answer: status(number)(answer) if request.header(name) is None else None)


def swapped(first: int, second: int) -> Wrap:
    """Response requests that are wrong in several ways as if the order of judging were another."""
    return changing_responses(lambda request, answer: status(second)(answer) if answer.status == first else None)


def full_for_conversions(request: Request, answer: Response) -> None:
    """Say that the storage is full when a large conversion comes."""
    if "conversion" in request.path and int(request.header("Content-Length") or 0) > 50_000:
        answer.status = 507
        answer.json = {"type": "storage.capacity-exceeded", "message": "Full.", "detail": []}


def system(path: str, change: Change) -> Wrap:
    """Change the answer of a system path."""
    return changing_responses(lambda request, answer: change(answer) if request.path.endswith(path) else None)


def any_part(request: Request) -> None:
    """Take every part for the file."""
    if request.path.startswith(TASKS) and (request.header("Content-Type") or "").startswith("multipart"):
        request.replace(request.read().replace(b'name="media"', b'name="file"'))


def empty_or_missing(request: Request) -> None:
    """Take a missing list for one with a voiceprint in it."""
    if (request.header("Content-Type") or "").startswith("application/json"):
        body = request.read()
        if body in {b"{}", b'{"voiceprints":[]}'}:
            request.replace(json.dumps({"voiceprints": ["AAAA"]}).encode())


MUTANTS = [
    Mutant("S22", "a DELETE is answered 200", other_methods(status(200), "DELETE")),
    Mutant("S22", "a PATCH is answered 501", other_methods(status(501), "PATCH")),
    Mutant("S22", "a GET of a start path is answered 400", other_methods(status(400), "GET")),
    Mutant("S23", "broken JSON is answered 422", swapped(400, 422)),
    Mutant("S24", "an upload without file is answered 400", located("file", status(400))),
    Mutant("S24", "a body without voiceprints is answered 400", located("voiceprints", status(400))),
    Mutant("S24", "an upload without file is answered 500", located("file", status(500))),
    Mutant("S25", "a body over the limit is answered 400", swapped(413, 400)),
    Mutant("S25", "a body over the limit is accepted", on_status(413, accepted)),
    Mutant("S26", "full storage is answered 413", swapped(507, 413)),
    Mutant("S26", "full storage is answered 503", swapped(507, 503)),
    Mutant("S26", "nothing fills the storage", on_status(507, accepted)),
    Mutant("S27", "conversions fill the storage", changing_responses(full_for_conversions)),
    Mutant("S28", "any part will do", changing_requests(any_part)),
    Mutant("S31", "an unknown channel mode is ignored", located("channel_mode", accepted)),
    Mutant("S31", "an unknown channel mode is answered 400", located("channel_mode", status(400))),
    Mutant("S41", "a missing list is taken for one", changing_requests(empty_or_missing)),
    Mutant("S42", "an empty list is accepted", changing_requests(empty_or_missing)),
    Mutant("S42", "an empty list is answered 400", located("voiceprints", status(400))),
    Mutant("S43", "a list over the limit is answered 413", located("voiceprints", status(413))),
    Mutant("S43", "a list over the limit is accepted", located("voiceprints", accepted)),
    Mutant("S54", "who has no token is answered 401", demanding("Authorization", 401)),
    Mutant("S54", "who has no token is answered 403", demanding("Authorization", 403)),
    Mutant("S56", "tracing headers are demanded", demanding("x-request-id", 400), "e2"),
    Mutant(
        "S56",
        "tracing headers are refused",
        changing_responses(lambda q, a: status(400)(a) if q.header("x-request-id") else None),
        "e2",
    ),
    Mutant("S58", "each twentieth request is answered 429", limiting(20)),
    Mutant("S60", "an upload over the limit is accepted", on_status(413, accepted)),
    Mutant("S61", "a slow upload is accepted", on_status(400, accepted)),
    Mutant("S64", "the error is wrapped up", refusal(wrapped)),
    Mutant("S64", "a refusal is an HTML page", refusal(page)),
    Mutant("S64", "a refusal has no message", refusal(member("message", drop=True))),
    Mutant("S64", "the details are text", refusal(member("detail", value="none"))),
    Mutant("S65", "a type is unknown", of_type(404, "not_found")),
    Mutant("S65", "a refusal is of no type", refusal(member("type", drop=True))),
    Mutant("S66", "a 400 is of a 422's type", of_type(400, "request.validation-error")),
    Mutant("S67", "a 404 is internal", of_type(404, "internal")),
    Mutant("S68", "a 405 is of a 400's type", of_type(405, "request.invalid")),
    Mutant("S69", "a 413 is of a 400's type", of_type(413, "request.invalid")),
    Mutant("S70", "a 422 is of a 400's type", of_type(422, "request.invalid")),
    Mutant("S71", "a 507 is internal", of_type(507, "internal")),
    Mutant("S72", "without details there is null", refusal(member("detail", value=lambda found: found or None))),
    Mutant(
        "S72",
        "without details there is nothing",
        changing_responses(lambda q, a: member("detail", drop=True)(a) if a.status == 404 else None),
    ),
    Mutant("S73", "contexts are nested", on_status(422, nested)),
    Mutant("S74", "the info has no version", system("/info", member("version", drop=True))),
    Mutant("S74", "the version is a number", system("/info", member("version", value=3.7))),
    Mutant("S74", "the info is answered 404", system("/info", status(404))),
    Mutant("S75", "the status is answered 503", system("/status", status(503))),
    Mutant("S75", "the status is answered 204", system("/status", status(204))),
    Mutant("S82", "an upload over the limit is answered 400", swapped(413, 400)),
    Mutant(
        "C5",
        "the method is judged before the path",
        changing_responses(lambda q, a: status(405)(a) if a.status == 404 and q.method == "PATCH" else None),
    ),
]

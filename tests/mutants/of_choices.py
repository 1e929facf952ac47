"""Appliances whose refusals differ from the choices of this project (C statements)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.mutants.changes import (
    Mutant,
    accepted,
    each_channel,
    header,
    member,
    on_start,
    on_status,
    status,
)
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses
from tests.mutants.of_refusals import Change, full_for, limiting, located, of_type, other_methods, replaced, system


def on_words(words: bytes, change: Change) -> Wrap:
    """Return middleware that changes the refusal of a request with these bytes in its body."""

    def apply(request: Request, response: Response) -> None:
        if response.status >= 400 and words in request.environ.get("mutant.body", b""):
            change(response)

    inner = changing_responses(apply)
    return lambda app: keeping(inner(app))


def on_multipart(words: bytes, change: Change) -> Wrap:
    """Return middleware that changes the refusal of an upload with these bytes in its body."""

    def apply(request: Request, response: Response) -> None:
        if response.status == 422 and words in request.environ.get("mutant.body", b""):
            change(response)

    inner = changing_responses(apply)
    return lambda app: keeping(inner(app), "multipart/form-data")


def refusing_bodies(unusual: Callable[[bytes], bool]) -> Wrap:
    """Return middleware that refuses uploads with an unusual body."""

    def apply(request: Request, response: Response) -> None:
        if response.status == 202 and unusual(request.environ.get("mutant.body", b"--")):
            status(400)(response)

    inner = changing_responses(apply)
    return lambda app: keeping(inner(app), "multipart/form-data")


def keeping(app: Any, content_type: str = "application/json") -> Any:
    """Return middleware that keeps a copy of the body of every request of a content type."""

    def kept(environ: Any, start_response: Any) -> Any:
        if environ.get("CONTENT_TYPE", "").startswith(content_type):
            environ["mutant.body"] = Request(environ).read()
        return app(environ, start_response)

    return kept


def without_details(response: Response) -> None:
    """Remove the details."""
    member("detail", value=[])(response)


def more_details(response: Response) -> None:
    """Repeat each detail."""
    member("detail", value=lambda details: details * 2)(response)


def elsewhere(response: Response) -> None:
    """Set the location of each detail to the whole body."""
    body = response.json
    for detail in body["detail"]:
        detail["location"] = ["body"]
    response.json = body


def halved(channel: dict[str, Any]) -> None:
    """Halve the speech length of a channel."""
    channel["speech_length"] /= 2


def lowered(response: Response) -> None:
    """Allow requests from pages of every origin."""
    response.headers["Access-Control-Allow-Origin"] = "*"


def renamed_host(request: Request, ending: str) -> None:
    """Replace a Host with that ending: a foreign one by a private one, and the other way round."""
    if (request.header("Host") or "").endswith(ending):
        request.environ["HTTP_HOST"] = "127.0.0.1" if ending.startswith(".") else "elsewhere.example"


def without(name: str) -> Callable[[Request], None]:
    """Return a change that removes a header from a request."""

    def change(request: Request) -> None:
        request.environ.pop(name, None)

    return change


def echoing(request: Request, response: Response) -> None:
    """Echo the tracing ids of a request."""
    for name in ("x-correlation-id", "x-request-id"):
        response.headers[name] = request.header(name) or "none"


def unserved(request: Request, response: Response) -> None:
    """Answer the starts of conversions as an unknown path."""
    if request.method == "POST" and request.path.endswith("-conversion"):
        response.status = 404


def below(part: str, change: Change) -> Wrap:
    """Return middleware that changes the 404 of paths with that part."""
    return changing_responses(
        lambda request, response: change(response) if response.status == 404 and part in request.path else None
    )


def served_too(technology: str) -> Wrap:
    """Return middleware that accepts requests to a technology that is not served."""
    return changing_responses(
        lambda request, response: (
            accepted(response) if response.status == 404 and request.path.endswith(technology) else None
        )
    )


def redirecting(request: Request, response: Response) -> None:
    """Redirect a trailing slash."""
    if response.status == 404 and request.path.endswith("/"):
        response.status, response.headers["Location"] = 307, request.path.rstrip("/")


def contains(part: bytes, body: bytes) -> bool:
    """Return whether a body has a part."""
    return part in body


ENDINGS = {"FLAC": b'.flac"', "MP3": b'.mp3"', "Ogg Vorbis": b'.ogg"', "Ogg Opus": b'.opus"'}
"""The ends of the file names of recordings in other formats than WAV."""


MUTANTS = [
    Mutant("C5", "the content type is checked before the size", replaced(413, 422)),
    Mutant("C6", "a wrong content type gets a 415", located("content-type", status(415))),
    Mutant("C6", "the error of a wrong content type points to the body", located("content-type", elsewhere)),
    Mutant("C6", "a compressed body gets a 415", located("content-encoding", status(415))),
    Mutant("C6", "a compressed body gets a 400", located("content-encoding", status(400))),
    Mutant("C7", "deep JSON gets a 500", on_words(b"[" * 50_000, status(500))),
    Mutant("C7", "NaN gets a 422", on_words(b"NaN", status(422))),
    Mutant("C8", "details are missing", on_status(422, without_details)),
    Mutant("C8", "locations name no member", on_status(422, elsewhere)),
    Mutant("C8", "there are more than twenty details", on_status(422, more_details)),
    Mutant("C9", "HEAD gets a 200", other_methods(status(200), "HEAD")),
    Mutant("C9", "Allow names OPTIONS too", other_methods(header("Allow", lambda found: found + ", OPTIONS"))),
    Mutant("C9", "Allow is missing", other_methods(header("Allow", lambda _: None))),
    Mutant("C10", "a trailing slash is redirected", changing_responses(redirecting)),
    Mutant(
        "C10",
        "static files are forbidden",
        changing_responses(lambda request, response: status(403)(response) if "static" in request.path else None),
    ),
    Mutant("C26", "a wrong token gets a 401", replaced(403, 401)),
    Mutant("C27", "the limits are ten times as large", on_status(413, accepted)),
    Mutant("C28", "a bound gets a 429", replaced(503, 429)),
    Mutant("C28", "a bound has no Retry-After", on_status(503, header("Retry-After", lambda _: None))),
    Mutant("C29", "the tracing ids are echoed", changing_responses(echoing)),
    Mutant("C31", "the status has a member", system("/status", member("status", value="ok"))),
    Mutant("C33", "every origin is allowed", changing_responses(lambda request, response: lowered(response))),
    Mutant("C33", "a page of another origin is accepted", replaced(403, 200)),
    Mutant("C37", "conversion is not served", changing_responses(unserved)),
    Mutant("C37", "age is served in e1", served_too("age-estimation"), "e1"),
    Mutant("C37", "merging is forbidden in e3", replaced(404, 403), "e3"),
    Mutant("C37", "a technology that is not served is internal", of_type(404, "internal"), "e2"),
    Mutant("C37", "e3 has vectors", each_channel(lambda channel: channel.update(vector_voiceprint=[0.5])), "e3"),
    Mutant("C37", "e4 has no vectors", each_channel(lambda channel: channel.pop("vector_voiceprint", None))),
    Mutant("C38", "a malformed id gets a 404", replaced(422, 404), "e1"),
    Mutant("C38", "the refusal of a malformed id names no member", on_status(422, elsewhere), "e2"),
    Mutant("C38", "a malformed id is an invalid request", of_type(422, "request.invalid"), "e3"),
    Mutant("C39", "every twentieth request gets a 429", limiting(20), "e2"),
    Mutant("C40", "a DELETE gets a 404", other_methods(status(404), "DELETE"), "e1"),
    Mutant("C40", "a 405 has the type of a 400", of_type(405, "request.invalid"), "e3"),
    Mutant("C41", "gender from voiceprints fills the storage", full_for("gender-identification-voiceprints"), "e2"),
    Mutant("C41", "age from voiceprints fills the storage", full_for("age-estimation-voiceprints"), "e3"),
    Mutant("C42", "speech to text gets a 501", below("/speech-to-text", status(501))),
    Mutant("C42", "polls of a technology that is not computed are answered", below("/keyword-spotting/", status(200))),
    Mutant("C42", "the message names no technology", below("deepfake", member("message", value="There is no route."))),
    Mutant("C42", "a technology that is not computed is internal", below("emotion", member("type", value="internal"))),
    Mutant("C60", "every Host is accepted", changing_requests(lambda request: renamed_host(request, ".example"))),
    Mutant(
        "C60", "a name without a dot is refused", changing_requests(lambda request: renamed_host(request, "appliance"))
    ),
    Mutant("C60", "the site of a request is ignored", changing_requests(without("HTTP_SEC_FETCH_SITE"))),
    Mutant("C60", "the origin of a request is ignored", changing_requests(without("HTTP_ORIGIN"))),
    *(
        Mutant("C71", f"a recording in {name} is refused", refusing_bodies(partial(contains, end)))
        for name, end in ENDINGS.items()
    ),
    Mutant("C71", "a recording in MP3 is decoded in part", each_channel(halved)),
    Mutant("C70", "text before the first delimiter is refused", refusing_bodies(lambda body: body[:2] != b"--")),
    Mutant("C70", "white space after a delimiter is refused", refusing_bodies(lambda body: b" \t\r\n" in body)),
    Mutant("C70", "a file in Base64 is accepted", on_multipart(b"base64", accepted)),
    Mutant("C70", "the refusal of a file in Base64 names no member", on_multipart(b"base64", elsewhere)),
    Mutant("C34", "a response is not described", on_start(status(206))),
    Mutant("C34", "invalid requests are accepted", on_status(422, accepted)),
]

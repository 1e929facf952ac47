"""Appliances that break one half of a statement with several: an "and", an "or", a number, an entry of a list."""

from collections.abc import Callable
from typing import Any

from tests.mutants.changes import Mutant, each_channel, header, member, on_start, on_status, on_task, status
from tests.mutants.middleware import TASKS, Request, Response, Wrap, changing_requests, changing_responses
from tests.mutants.of_choices import below, keeping, on_multipart, on_words, refusing_bodies
from tests.mutants.of_refusals import of_type, other_methods, refusal, system
from tests.mutants.of_tasks import LOST
from tests.mutants.result_changes import FLAG, asking_if, channels, refused_by_name, refusing, set_member

TRACING = ("x-correlation-id", "x-request-id")
TOKEN = "Bearer contract-suite"


def showing(state: str, instead: str) -> Wrap:
    """Return middleware that shows one state as another."""
    return on_task(member("task", "state", value=instead), state)


def refusing_starts_with(name: str) -> Wrap:
    """Return middleware that refuses the starts of tasks with a header."""
    return changing_responses(
        lambda request, response: (
            status(400)(response) if request.header(name) and request.path.startswith(TASKS) else None
        )
    )


def echoing(name: str) -> Wrap:
    """Return middleware that echoes one header of a request."""

    def apply(request: Request, response: Response) -> None:
        if request.header(name):
            response.headers[name] = str(request.header(name))

    return changing_responses(apply)


def with_token(condition: Callable[[str | None], bool]) -> Wrap:
    """Return middleware that accepts some wrong tokens."""

    def change(request: Request) -> None:
        if condition(request.header("Authorization")):
            request.environ["HTTP_AUTHORIZATION"] = TOKEN

    return changing_requests(change)


def of_type_on(content_type: str, change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes the 400 of requests with exactly this content type."""
    return changing_responses(
        lambda request, response: (
            change(response) if response.status == 400 and request.header("Content-Type") == content_type else None
        )
    )


def conversion_of_an_extraction(request: Request, response: Response) -> None:
    """Answer polls of unknown conversions."""
    if request.method == "GET" and response.status == 404 and "-conversion/" in request.path:
        response.status = 200


def slow(technology: str, state: str, instead: str) -> Wrap:
    """Return middleware that shows a state of one technology's tasks as the state before it."""

    def apply(request: Request, response: Response) -> None:
        if request.method == "GET" and technology in request.path and response.state == state:
            response.json = {"task": {**response.task, "state": instead}}

    return changing_responses(apply)


def nested_lists(response: Response) -> None:
    """Nest lists in the context of each detail."""
    body = response.json
    for detail in body["detail"]:
        detail["context"] = {"limits": [[1, 2]]}
    response.json = body


def first_of_list(request: Request) -> None:
    """Keep only the first of several channels in a query."""
    if request.method == "POST" and "," in request.query.get("channels", ""):
        request.ask(channels=request.query["channels"].split(",")[0])


def first_flag(request: Request) -> None:
    """Keep only the first of two parameters with one name."""
    query = str(request.environ.get("QUERY_STRING", ""))
    parts = query.split("&")
    if len(parts) == 2 and parts[0].split("=")[0] == parts[1].split("=")[0]:
        request.environ["QUERY_STRING"] = parts[0]


def in_channels(text: str) -> Callable[[Any], bool]:
    """Return a condition on the query: its list of channels contains a text."""
    return lambda query: text in query.get("channels", "")


def refusing_json(words: bytes) -> Wrap:
    """Return middleware that refuses JSON bodies with these bytes."""

    def apply(request: Request, response: Response) -> None:
        if response.status == 202 and words in request.environ.get("mutant.body", b""):
            response.status = 422

    inner = changing_responses(apply)
    return lambda app: keeping(inner(app))


def without_voiceprint(channel: dict[str, Any]) -> None:
    """Empty the voiceprint of a channel without speech."""
    if channel.get("speech_length") == 0:
        channel["voiceprint"] = ""


def named(name: str, text: str) -> Callable[[Any], bool]:
    """Return a condition on the query: a parameter has this text."""
    return lambda query: query.get(name) == text


def as_list(response: Response) -> None:
    """Put the members of a refusal into a list."""
    response.json = [response.json]


def x_location(value: Callable[[str], str | None]) -> Wrap:
    """Return middleware that changes `X-Location`."""
    return on_start(header("X-Location", value))


MUTANTS = [
    Mutant("S6", "X-Location names another task", x_location(lambda url: url[:-4] + "0000"), "e1"),
    Mutant("S6", "X-Location names no technology", x_location(lambda url: "/api/tasks/" + url.split("/")[-1]), "e2"),
    Mutant("S6", "X-Location is a relative path", x_location(lambda url: url.split("/", 3)[3]), "e2"),
    Mutant("C45", "X-Location is a bare path", x_location(lambda url: "/" + url.split("/", 3)[3]), "e1"),
    Mutant("C45", "X-Location leads elsewhere", x_location(lambda url: f"{LOST}/" + url.split("/", 3)[3]), "e2"),
    Mutant("C45", "X-Location leads to another task", x_location(lambda url: url[:-4] + "0000"), "e2"),
    Mutant("S12", "pending is called queued", showing("pending", "queued")),
    Mutant("S12", "rejected is called refused", showing("rejected", "refused")),
    Mutant("S12", "failed is called error", showing("failed", "error")),
    Mutant("S14", "a failed task has a result too", on_task(member("result", value={"channels": []}), "failed")),
    Mutant("S15", "the error of a failed task is unknown", on_task(member("error", "type", value="crash"), "failed")),
    Mutant("S30", "split is refused", refusing(named("channel_mode", "split"))),
    Mutant("S32", "only the first channel of a list counts", changing_requests(first_of_list)),
    Mutant("S64", "a refusal has no type", refusal(member("type", drop=True))),
    Mutant("S64", "a refusal is a list", refusal(as_list)),
    Mutant("S73", "contexts have lists of lists", on_status(422, nested_lists)),
    Mutant("C1", "an extraction is pending longer", slow("extraction", "running", "pending")),
    Mutant("C1", "a conversion is pending longer", slow("conversion", "running", "pending")),
    Mutant("C1", "a conversion runs longer", slow("conversion", "done", "running")),
    Mutant("C2", "a done task never ran", slow("extraction", "running", "pending")),
    Mutant("C3", "the 404 of an expired task is internal", of_type(404, "internal")),
    Mutant("C4", "the id of an extraction is known to conversion", changing_responses(conversion_of_an_extraction)),
    Mutant("C7", "JSON that is not UTF-8 gets a 422", on_words(b"\xff\xfe", status(422))),
    Mutant("C7", "a key twice gets a 422", on_words(b'"AAAA"], "voiceprints"', status(422))),
    Mutant("C7", "more after the end of JSON gets a 422", on_words(b'["AAAA"]} {}', status(422))),
    Mutant("C7", "a multipart body without boundary gets a 422", of_type_on("multipart/form-data", status(422))),
    Mutant("C7", "a 400 is internal", of_type(400, "internal")),
    Mutant("C9", "OPTIONS gets a 204", other_methods(status(204), "OPTIONS")),
    Mutant("C9", "PUT gets a 404", other_methods(status(404), "PUT")),
    Mutant("C9", "TRACE gets a 501", other_methods(status(501), "TRACE")),
    Mutant("C10", "an unknown path gets a 400", below("telepathy", status(400))),
    Mutant("C10", "an unknown path is internal", below("telepathy", member("type", value="internal"))),
    Mutant("C11", "a recording without frames is refused", refused_by_name(b"no_frames.wav", 422)),
    Mutant("C11", "a file that is not audio is refused", refused_by_name(b"not_audio.wav", 415)),
    Mutant("C11", "a sample rate of 4 kHz is refused", refused_by_name(b"tone_1s.wav", 422)),
    Mutant("C11", "a rejection has no message", on_task(member("error", "message", value=""), "rejected")),
    Mutant("C12", "a size of 0xFFFFFFFF is refused", refused_by_name(b"piped_4294967295", 422)),
    Mutant("C12", "a size of 0x7FFF0000 is refused", refused_by_name(b"piped_2147418112", 422)),
    Mutant("C12", "a size of 0x7FFFFFFF is refused", refused_by_name(b"piped_2147483647", 422)),
    Mutant(
        "C13",
        "a channel that is missing is ignored",
        asking_if(named("channels", "1"), channels="0"),
    ),
    Mutant("C13", "spaces are ignored", asking_if(in_channels(" "), channels="0")),
    Mutant("C13", "signs are ignored", asking_if(in_channels("+"), channels="0")),
    Mutant("C14", "a mix has two entries", channels(lambda found: found * 2)),
    Mutant("C14", "a mix is of all channels", asking_if(named("channel_mode", "mix"), channels=None)),
    Mutant("C16", "on is not a boolean", refusing(named(FLAG, "on"))),
    Mutant(
        "C16",
        "an empty flag is false",
        asking_if(named(FLAG, ""), **{FLAG: "false"}),
    ),
    Mutant("C16", "off is true", asking_if(named(FLAG, "OFF"), **{FLAG: "true"})),
    Mutant("C16", "true gives null", set_member("vector_voiceprint", None)),
    Mutant("C16", "the first of two flags counts", changing_requests(first_flag)),
    Mutant("C17", "other parts are refused", refusing_bodies(lambda body: b"colour" in body)),
    Mutant("C17", "a file without a name is refused", refusing_bodies(lambda body: b"filename" not in body)),
    Mutant("C17", "unknown members are refused", refusing_json(b"colour")),
    Mutant("C19", "silence has a speech length", set_member("speech_length", lambda found: found or 0.1)),
    Mutant("C19", "silence has no voiceprint", each_channel(without_voiceprint)),
    Mutant("C26", "a missing token is accepted", with_token(lambda given: given is None)),
    Mutant("C26", "a wrong token is accepted", with_token(lambda given: given == "Bearer wrong")),
    Mutant("C26", "a missing token is an invalid request", of_type(403, "request.invalid")),
    *(Mutant("C29", f"a start with {name} is refused", refusing_starts_with(name)) for name in TRACING),
    *(Mutant("C29", f"{name} is echoed", echoing(name)) for name in TRACING),
    Mutant("C31", "the version is that of another appliance", system("/info", member("version", value="3.5.0"))),
    Mutant("C70", "text after the last delimiter is refused", refusing_bodies(lambda body: body.endswith(b"end.\r\n"))),
    Mutant("C70", "a quoted boundary is refused", refusing_bodies(lambda body: b"a b=:/?" in body)),
    Mutant("C70", "names in upper case are refused", refusing_bodies(lambda body: b"NAME" in body)),
    Mutant("C70", "a file name in Latin-1 is refused", refusing_bodies(lambda body: b"caf\xe9" in body)),
    Mutant("C70", "8bit is refused", refusing_bodies(lambda body: b"8BIT" in body)),
    Mutant("C70", "binary is refused", refusing_bodies(lambda body: b": binary" in body)),
    Mutant("C70", "a file in Base64 gets a 400", on_multipart(b"base64", status(400))),
]

"""Appliances with wrong results."""

import base64
import contextlib
import json
from typing import Any

from tests.mutants.changes import Mutant, each_channel, member, on_start, on_task, status, vectors
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses

FLAG = "include_vector_voiceprint"
ZEROS = [0.0] * 128


def asking(**parameters: str | None) -> Wrap:
    """Return middleware that changes the query of every upload."""
    return changing_requests(lambda request: request.ask(**parameters) if request.method == "POST" else None)


def asking_if(condition: Any, **parameters: str | None) -> Wrap:
    """Return middleware that changes the query of some uploads."""

    def apply(request: Request) -> None:
        if request.method == "POST" and condition(request.query):
            request.ask(**parameters)

    return changing_requests(apply)


def refusing(condition: Any) -> Wrap:
    """Return middleware that refuses uploads with some queries."""
    return changing_responses(
        lambda request, response: status(422)(response) if response.status == 202 and condition(request.query) else None
    )


def channels(change: Any) -> Wrap:
    """Return middleware that changes the list of channels."""

    def apply(response: Response) -> None:
        body = response.json
        if "channels" in body["result"]:
            body["result"]["channels"] = change(body["result"]["channels"])
        response.json = body

    return on_task(apply, "done")


def set_member(name: str, value: Any) -> Wrap:
    """Return middleware that sets a member of every channel; a callable value gets the old one."""

    def change(channel: dict[str, Any]) -> None:
        if name in channel:
            channel[name] = value(channel[name]) if callable(value) else value

    return each_channel(change)


def drop_member(name: str) -> Wrap:
    """Return middleware that drops a member of every channel."""
    return each_channel(lambda channel: channel.pop(name, None))


def ended(state: str, instead: str, **members: Any) -> Wrap:
    """Return middleware that changes the final state of tasks."""

    def apply(response: Response) -> None:
        response.json = {"task": {**response.task, "state": instead}, **members}

    return on_task(apply, state)


def refused_by_name(name: bytes, number: int) -> Wrap:
    """Return middleware that refuses the upload of a file of that name."""

    def change(request: Request, response: Response) -> None:
        if response.status == 202 and name in request.environ.get("mutant.body", b""):
            response.status = number

    def wrap(app: Any) -> Any:
        faulty = changing_responses(change)(app)

        def kept(environ: Any, start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == "POST":
                environ["mutant.body"] = Request(environ).read()
            return faulty(environ, start_response)

        return kept

    return wrap


def without_null_vector(channel: dict[str, Any]) -> None:
    """Remove a vector that is null."""
    if channel.get("vector_voiceprint", 0) is None:
        del channel["vector_voiceprint"]


def empty_vector(channel: dict[str, Any]) -> None:
    """Add an empty vector to a channel without a vector."""
    channel.setdefault("vector_voiceprint", [])


def without_nulls(response: Response) -> None:
    """Remove the members that are null."""
    response.json = {name: value for name, value in response.json.items() if value is not None}


def null_members(response: Response) -> None:
    """Add both members as null."""
    response.json = {"result": None, "error": None, **response.json}


def json_bodies(change: Any) -> Wrap:
    """Return middleware that changes the list of voiceprints in a request."""

    def apply(request: Request) -> None:
        if (request.header("Content-Type") or "").startswith("application/json"):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                body = json.loads(request.read())
                request.replace(json.dumps({**body, "voiceprints": change(body["voiceprints"])}).encode())

    return changing_requests(apply)


def urlsafe(text: str) -> str:
    """Return Base64 text in the URL-safe alphabet."""
    return base64.urlsafe_b64encode(b"\xfb\xff" + base64.b64decode(text)).decode()


def single(number: int, count: int) -> Wrap:
    """Return middleware that refuses lists of that length."""

    def change(request: Request, response: Response) -> None:
        if response.status == 202 and request.environ.get("mutant.count") == count:
            response.status = number

    def wrap(app: Any) -> Any:
        faulty = changing_responses(change)(app)

        def counted(environ: Any, start_response: Any) -> Any:
            if environ.get("CONTENT_TYPE", "").startswith("application/json"):
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    environ["mutant.count"] = len(json.loads(Request(environ).read())["voiceprints"])
            return faulty(environ, start_response)

        return counted

    return wrap


INVENTED = {"channels": [{"channel_number": 0, "voiceprint": "AAAA", "speech_length": 1.0, "model": "sid-xl5"}]}
TASK_ERROR = {"type": "task.validation-error", "message": "Not this one.", "detail": []}

MUTANTS = [
    Mutant("S29", "a channel mode is mandatory", refusing(lambda query: "channel_mode" not in query)),
    Mutant(
        "S30", "channels are mixed by default", asking_if(lambda query: "channel_mode" not in query, channel_mode="mix")
    ),
    Mutant("S30", "mix is refused", refusing(lambda query: query.get("channel_mode") == "mix")),
    Mutant(
        "S30",
        "split is treated as mix",
        asking_if(lambda query: query.get("channel_mode") == "split", channel_mode="mix"),
    ),
    Mutant("S32", "channels are ignored", asking(channels=None)),
    Mutant("S32", "channels count from one", asking_if(lambda query: query.get("channels") == "1", channels="0")),
    Mutant("S32", "an empty list is refused", refusing(lambda query: query.get("channels") == "")),
    Mutant("S33", "the flag is ignored", asking(**{FLAG: None})),
    Mutant("S33", "the vector has another name", set_member("vector_voiceprint", None)),
    Mutant("S34", "True is refused", refusing(lambda query: query.get(FLAG) == "True")),
    Mutant("S34", "True is treated as false", asking_if(lambda query: query.get(FLAG) == "True", **{FLAG: "false"})),
    Mutant("S35", "the vector is always present", asking(**{FLAG: "true"})),
    Mutant("S36", "the model is missing", drop_member("model")),
    Mutant("S36", "the voiceprint is missing", drop_member("voiceprint")),
    Mutant("S36", "the channel number is missing", drop_member("channel_number")),
    Mutant("S36", "the speech length is missing", drop_member("speech_length")),
    Mutant("S37", "a voiceprint is hexadecimal with a colon", set_member("voiceprint", "e2:6b")),
    Mutant("S37", "a voiceprint is in the URL-safe alphabet", set_member("voiceprint", urlsafe)),
    Mutant("S37", "a voiceprint is a list of bytes", set_member("voiceprint", [123, 105])),
    Mutant("S38", "speech is measured in milliseconds", set_member("speech_length", lambda found: found * 1000)),
    Mutant("S38", "speech is measured in minutes", set_member("speech_length", lambda found: found / 6000)),
    Mutant("S38", "the speech length is text", set_member("speech_length", str)),
    Mutant("S39", "the model is a number", set_member("model", 5)),
    Mutant("S40", "channels are numbered from one", set_member("channel_number", lambda found: found + 1)),
    Mutant("S40", "only the first channel is returned", channels(lambda found: found[:1])),
    Mutant("S40", "each channel is repeated", channels(lambda found: found * 2)),
    Mutant("S41", "one voiceprint is not enough", single(422, 1)),
    Mutant("S41", "two voiceprints are too many", single(422, 2)),
    Mutant("S41", "a list as long as the limit is too long", single(422, 10)),
    Mutant("S44", "vectors are in reverse order", vectors(lambda found: found[::-1])),
    Mutant(
        "S44",
        "equal voiceprints have one vector",
        vectors(lambda found: [found[0], *[v for v in found[1:] if v != found[0]]]),
    ),
    Mutant("S44", "the vectors are an object", vectors(lambda found: {"first": found[0]})),
    Mutant("S45", "a vector has 127 numbers", vectors(lambda found: [vector[:127] for vector in found])),
    Mutant("S45", "a vector's numbers are text", vectors(lambda found: [[str(x) for x in vector] for vector in found])),
    Mutant("S45", "an extraction's vector has 256 numbers", set_member("vector_voiceprint", lambda found: found * 2)),
    Mutant("S46", "silence has a vector of zeros", vectors(lambda found: [vector or ZEROS for vector in found])),
    Mutant("S46", "silence has no vector at all", vectors(lambda found: [vector or None for vector in found])),
    Mutant("S47", "a conversion rounds", vectors(lambda found: [[round(x, 6) for x in vector] for vector in found])),
    Mutant("S47", "an extraction rounds", set_member("vector_voiceprint", lambda found: [round(x, 6) for x in found])),
    Mutant("S59", "a long recording is processed", ended("rejected", "done", result=INVENTED)),
    Mutant("S59", "a long recording is refused at once", refused_by_name(b"tone_3s.wav", 422)),
    Mutant("S79", "the model has another name", set_member("model", "sid-l4")),
    Mutant(
        "S81", "a long recording fails", ended("rejected", "failed", error={"type": "internal", "message": "Too long."})
    ),
    Mutant(
        "C11",
        "a file that is not a recording ends failed",
        ended("rejected", "failed", error={"type": "internal", "message": "No."}),
    ),
    Mutant("C11", "an empty file is refused at once", refused_by_name(b"empty.wav", 422)),
    Mutant("C11", "an empty chunk of audio is refused at once", refused_by_name(b"empty_before_chunks", 422)),
    Mutant("C12", "a truncated file ends done", ended("rejected", "done", result=INVENTED)),
    Mutant("C12", "a piped file is refused", refused_by_name(b"piped_0", 422)),
    Mutant("C12", "a placeholder is refused", refused_by_name(b"piped_2000000000", 422)),
    Mutant("C12", "a few missing bytes are refused", refused_by_name(b"surplus_16", 422)),
    Mutant("C13", "channels are sorted", channels(lambda found: sorted(found, key=lambda one: one["channel_number"]))),
    Mutant("C13", "a duplicate is ignored", asking_if(lambda query: query.get("channels") == "0,0", channels="0")),
    Mutant("C14", "a mix has another number", set_member("channel_number", lambda found: found + 1)),
    Mutant("C15", "a missing vector is null", each_channel(lambda channel: channel.setdefault("vector_voiceprint"))),
    Mutant("C15", "a null vector is left out", each_channel(without_null_vector)),
    Mutant("C15", "a missing vector is empty", each_channel(empty_vector)),
    Mutant("C15", "a vector on request is null", set_member("vector_voiceprint", None)),
    Mutant("C44", "a done task has a null error", on_task(member("error", value=None), "done")),
    Mutant("C44", "a rejected task has a null result", on_task(member("result", value=None), "rejected")),
    Mutant("C44", "a pending task has null members", on_task(null_members, "pending")),
    Mutant("C44", "nulls are left out while a task runs", on_task(without_nulls, "running")),
    Mutant("C44", "a null error is left out", on_task(without_nulls, "done")),
    Mutant("C44", "a null result is left out", on_task(without_nulls, "rejected")),
    Mutant("C44", "the 202 has a null result", on_start(member("result", value=None))),
    Mutant("C44", "the 202 has a null error", on_start(member("error", value=None))),
    Mutant("C16", "y is not a boolean", refusing(lambda query: query.get(FLAG) == "Y")),
    Mutant(
        "C16", "anything is a boolean", asking_if(lambda query: query.get(FLAG) in {"2", "maybe"}, **{FLAG: "true"})
    ),
    Mutant("C17", "unknown parameters are refused", refusing(lambda query: "colour" in query)),
    Mutant(
        "C18",
        "white space is refused",
        json_bodies(lambda found: ["*" if text != text.strip() else text for text in found]),
    ),
    Mutant("C19", "silence has a vector of zeros", set_member("vector_voiceprint", lambda found: found or ZEROS)),
    Mutant("C20", "invalid voiceprints end done", ended("rejected", "done", result={"vector_voiceprints": [[]]})),
    Mutant("C20", "the index is missing", on_task(member("error", "detail", value=[]), "rejected")),
    Mutant(
        "C21",
        "voiceprints of other appliances are rejected",
        json_bodies(lambda found: ["AAAA" if len(text) < 1000 else text for text in found]),
    ),
    Mutant("C32", "numbers are long", set_member("vector_voiceprint", lambda found: [x + 1e-13 for x in found])),
    Mutant("C32", "speech lengths are long", set_member("speech_length", lambda found: found + 0.00012)),
    Mutant("C27", "the limit of a list is too small", single(422, 50_000)),
    Mutant(
        "C27",
        "a voiceprint may have any size",
        json_bodies(lambda found: ["AAAA" if len(text) > 1_398_104 else text for text in found]),
    ),
]

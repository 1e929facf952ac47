"""Middleware that changes requests and results."""

import base64
import contextlib
import json
from typing import Any

from tests.mutants.changes import each_channel, on_task, status
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses

FLAG = "include_vector_voiceprint"


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

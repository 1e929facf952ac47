"""Mutants, and changes of responses by tasks, channels and vectors."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.mutants.middleware import Request, Response, Wrap, changing_responses

Result = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A faulty appliance, and the statement that it breaks."""

    statement: str
    defect: str
    """Its error, in a few words."""
    wrap: Wrap
    generation: str = "e4"

    def __str__(self) -> str:
        return f"{self.statement}: {self.defect}"


def on_start(change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes every 202."""
    return changing_responses(lambda request, response: change(response) if response.status == 202 else None)


def on_task(change: Callable[[Response], None], *states: str) -> Wrap:
    """Return middleware that changes the response to every poll of a task in one of the states, by default in any."""

    def apply(request: Request, response: Response) -> None:
        if (
            request.method == "GET"
            and response.status == 200
            and response.task
            and (not states or response.state in states)
        ):
            change(response)

    return changing_responses(apply)


def on_status(status: int, change: Callable[[Response], None], *, method: str = "") -> Wrap:
    """Return middleware that changes every response with that status."""
    return changing_responses(
        lambda request, response: (
            change(response) if response.status == status and request.method in {method or request.method} else None
        )
    )


def status(number: int) -> Callable[[Response], None]:
    """Return a change to another status."""

    def apply(response: Response) -> None:
        response.status = number

    return apply


def member(*path: str | int, value: Any = None, drop: bool = False) -> Callable[[Response], None]:
    """Return a change that sets or drops a member of the body; a callable value gets the old one."""

    def apply(response: Response) -> None:
        body = node = response.json
        for key in path[:-1]:
            node = node[key]
        if drop:
            del node[path[-1]]
        else:
            before = node.get(path[-1]) if isinstance(node, dict) else node[path[-1]]
            node[path[-1]] = value(before) if callable(value) else value
        response.json = body

    return apply


def each_channel(change: Callable[[dict[str, Any]], None]) -> Wrap:
    """Return middleware that changes every channel of a done extraction."""

    def apply(response: Response) -> None:
        body = response.json
        for channel in body["result"].get("channels", []):
            change(channel)
        response.json = body

    return on_task(apply, "done")


def vectors(change: Callable[[list[list[float]]], Any]) -> Wrap:
    """Return middleware that changes the list of vectors of a done conversion."""

    def apply(response: Response) -> None:
        body = response.json
        if "vector_voiceprints" in body["result"]:
            body["result"]["vector_voiceprints"] = change(body["result"]["vector_voiceprints"])
        response.json = body

    return on_task(apply, "done")


def results(technology: str, change: Callable[[Result], object]) -> Wrap:
    """Return middleware that changes, in place, the results of technologies with that word in their name."""

    def apply(request: Request, response: Response) -> None:
        if request.method == "GET" and technology in request.path and response.state == "done":
            body = response.json
            change(body["result"])
            response.json = body

    return changing_responses(apply)


def renamed(old: str, new: str) -> Callable[[Result], object]:
    """Return a change that renames a member."""

    def apply(entry: Result) -> None:
        if old in entry:
            entry[new] = entry.pop(old)

    return apply


def updated(**members: Any) -> Callable[[Result], object]:
    """Return a change that sets members; a callable value gets the old one."""

    def apply(entry: Result) -> None:
        for name, value in members.items():
            if name in entry:
                entry[name] = value(entry[name]) if callable(value) else value

    return apply


def header(name: str, value: Callable[[str], str | None]) -> Callable[[Response], None]:
    """Return a change of a header; a value of None drops it."""

    def apply(response: Response) -> None:
        found = value(response.headers.pop(name, ""))
        if found is not None:
            response.headers[name] = found

    return apply


def accepted(response: Response) -> None:
    """Change a response to that of an accepted task."""
    task_id = str(uuid.uuid4())
    location = f"/api/technology/speaker-identification-voiceprint-extraction/{task_id}"
    response.status, response.headers = 202, {"Location": location, "X-Location": location}
    response.headers["Content-Type"] = "application/json"
    response.json = {"task": {"task_id": task_id, "state": "pending"}}

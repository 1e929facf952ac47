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
    fault: str
    """Its error, in a few words."""
    wrap: Wrap
    generation: str = "e4"

    def __str__(self) -> str:
        return f"{self.statement}: {self.fault}"


def on_start(fault: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes every 202."""
    return changing_responses(lambda request, answer: fault(answer) if answer.status == 202 else None)


def on_task(fault: Callable[[Response], None], *states: str) -> Wrap:
    """Return middleware that changes the response to every poll of a task in one of the states, by default in any."""

    def change(request: Request, answer: Response) -> None:
        if request.method == "GET" and answer.status == 200 and answer.task and (not states or answer.state in states):
            fault(answer)

    return changing_responses(change)


def on_status(status: int, fault: Callable[[Response], None], *, method: str = "") -> Wrap:
    """Return middleware that changes every response with that status."""
    return changing_responses(
        lambda request, answer: (
            fault(answer) if answer.status == status and request.method in {method or request.method} else None
        )
    )


def status(number: int) -> Callable[[Response], None]:
    """Return a change to another status."""

    def change(answer: Response) -> None:
        answer.status = number

    return change


def member(*path: str | int, value: Any = None, drop: bool = False) -> Callable[[Response], None]:
    """Return a change that sets or drops a member of the body; a callable value gets the old one."""

    def change(answer: Response) -> None:
        body = node = answer.json
        for key in path[:-1]:
            node = node[key]
        if drop:
            del node[path[-1]]
        else:
            before = node.get(path[-1]) if isinstance(node, dict) else node[path[-1]]
            node[path[-1]] = value(before) if callable(value) else value
        answer.json = body

    return change


def each_channel(fault: Callable[[dict[str, Any]], None]) -> Wrap:
    """Return middleware that changes every channel of a done extraction."""

    def change(answer: Response) -> None:
        body = answer.json
        for channel in body["result"].get("channels", []):
            fault(channel)
        answer.json = body

    return on_task(change, "done")


def vectors(fault: Callable[[list[list[float]]], Any]) -> Wrap:
    """Return middleware that changes the list of vectors of a done conversion."""

    def change(answer: Response) -> None:
        body = answer.json
        if "vector_voiceprints" in body["result"]:
            body["result"]["vector_voiceprints"] = fault(body["result"]["vector_voiceprints"])
        answer.json = body

    return on_task(change, "done")


def results(technology: str, change: Callable[[Result], object]) -> Wrap:
    """Return middleware that changes, in place, the results of technologies with that word in their name."""

    def fault(request: Request, answer: Response) -> None:
        if request.method == "GET" and technology in request.path and answer.state == "done":
            body = answer.json
            change(body["result"])
            answer.json = body

    return changing_responses(fault)


def renamed(old: str, new: str) -> Callable[[Result], object]:
    """Return a change that renames a member."""

    def change(entry: Result) -> None:
        if old in entry:
            entry[new] = entry.pop(old)

    return change


def updated(**members: Any) -> Callable[[Result], object]:
    """Return a change that sets members; a callable value gets the old one."""

    def change(entry: Result) -> None:
        for name, value in members.items():
            if name in entry:
                entry[name] = value(entry[name]) if callable(value) else value

    return change


def header(name: str, value: Callable[[str], str | None]) -> Callable[[Response], None]:
    """Return a change of a header; a value of None drops it."""

    def change(answer: Response) -> None:
        found = value(answer.headers.pop(name, ""))
        if found is not None:
            answer.headers[name] = found

    return change


def accepted(answer: Response) -> None:
    """Change a response to that of an accepted task."""
    task_id = str(uuid.uuid4())
    location = f"/api/technology/speaker-identification-voiceprint-extraction/{task_id}"
    answer.status, answer.headers = 202, {"Location": location, "X-Location": location}
    answer.headers["Content-Type"] = "application/json"
    answer.json = {"task": {"task_id": task_id, "state": "pending"}}

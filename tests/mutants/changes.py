"""Changes of answers, in the terms of tasks, channels and vectors; and what a mutant is."""

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
    """What is wrong with it, in a few words."""
    wrap: Wrap
    generation: str = "e4"

    def __str__(self) -> str:
        return f"{self.statement}: {self.fault}"


def on_start(fault: Callable[[Response], None]) -> Wrap:
    """Change every 202."""
    return changing_responses(lambda request, answer: fault(answer) if answer.status == 202 else None)


def on_task(fault: Callable[[Response], None], *states: str) -> Wrap:
    """Change every answer to a GET of a task that is in one of the states, by default in any."""

    def change(request: Request, answer: Response) -> None:
        if request.method == "GET" and answer.status == 200 and answer.task and (not states or answer.state in states):
            fault(answer)

    return changing_responses(change)


def on_status(status: int, fault: Callable[[Response], None], *, method: str = "") -> Wrap:
    """Change every answer with that status."""
    return changing_responses(
        lambda request, answer: (
            fault(answer) if answer.status == status and request.method in {method or request.method} else None
        )
    )


def status(number: int) -> Callable[[Response], None]:
    """Response with another status."""

    def change(answer: Response) -> None:
        answer.status = number

    return change


def member(*path: str | int, value: Any = None, drop: bool = False) -> Callable[[Response], None]:
    """Set or drop a member of the body; a callable value is given what was there."""

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
    """Change every channel of a done extraction."""

    def change(answer: Response) -> None:
        body = answer.json
        for channel in body["result"].get("channels", []):
            fault(channel)
        answer.json = body

    return on_task(change, "done")


def vectors(fault: Callable[[list[list[float]]], Any]) -> Wrap:
    """Change the list of vectors of a done conversion."""

    def change(answer: Response) -> None:
        body = answer.json
        if "vector_voiceprints" in body["result"]:
            body["result"]["vector_voiceprints"] = fault(body["result"]["vector_voiceprints"])
        answer.json = body

    return on_task(change, "done")


def results(technology: str, change: Callable[[Result], object]) -> Wrap:
    """Change, in place, the result of the done tasks of technologies with that word in their name."""

    def fault(request: Request, answer: Response) -> None:
        if request.method == "GET" and technology in request.path and answer.state == "done":
            body = answer.json
            change(body["result"])
            answer.json = body

    return changing_responses(fault)


def renamed(old: str, new: str) -> Callable[[Result], object]:
    """Give a member another name."""

    def change(entry: Result) -> None:
        if old in entry:
            entry[new] = entry.pop(old)

    return change


def updated(**members: Any) -> Callable[[Result], object]:
    """Set members; a callable value is given what was there."""

    def change(entry: Result) -> None:
        for name, value in members.items():
            if name in entry:
                entry[name] = value(entry[name]) if callable(value) else value

    return change


def header(name: str, value: Callable[[str], str | None]) -> Callable[[Response], None]:
    """Change a header, or with None drop it."""

    def change(answer: Response) -> None:
        found = value(answer.headers.pop(name, ""))
        if found is not None:
            answer.headers[name] = found

    return change


def accepted(answer: Response) -> None:
    """Response as if a task had been made."""
    task_id = str(uuid.uuid4())
    location = f"/api/technology/speaker-identification-voiceprint-extraction/{task_id}"
    answer.status, answer.headers = 202, {"Location": location, "X-Location": location}
    answer.headers["Content-Type"] = "application/json"
    answer.json = {"task": {"task_id": task_id, "state": "pending"}}

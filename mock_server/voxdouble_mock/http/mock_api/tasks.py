"""GET /_mock/tasks and POST /_mock/reset: the live tasks of a namespace, and its reset."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import orjson
from flask import Flask, Response

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.core.patterns import Pattern
from voxdouble_mock.core.task import State, Task
from voxdouble_mock.http.current_request import namespace, query
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.json_object import read_members
from voxdouble_mock.http.mock_api.query_parameters import (
    ASK_FOR_LESS,
    MAX_NUMBER,
    kept_pattern,
    one_of,
    read_parameters,
    whole_number,
)
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.technologies import all_technologies


@dataclass(frozen=True, slots=True)
class Selection:
    """The parameters of a query that select tasks; None selects all."""

    state: str | None = None
    technology: str | None = None
    file_name: Pattern | None = None
    """A pattern with * and ?."""
    limit: int | None = None
    """The most tasks to return, the newest ones."""
    skip: int = 0
    """The number of the newest tasks to leave out; `limit` counts the others."""

    def select(self, tasks: Sequence[Task], states: Sequence[State]) -> Sequence[int]:
        """Return the places of the tasks that are selected, `limit` and `skip` aside."""
        if (self.state, self.technology, self.file_name) == (None, None, None):
            return range(len(tasks))
        return [place for place, task in enumerate(tasks) if self._accepts(task, states[place])]

    def _accepts(self, task: Task, state: State) -> bool:
        return (
            (self.state is None or self.state == state)
            and (self.technology is None or self.technology == task.technology)
            and (self.file_name is None or (task.file_name is not None and self.file_name.matches(task.file_name)))
        )

    def page(self, selected: Sequence[int]) -> Sequence[int]:
        """Return the part of the selected places that `limit` and `skip` leave."""
        end = max(0, len(selected) - self.skip)
        return selected[:end] if self.limit is None else selected[max(0, end - self.limit) : end]


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/tasks", partial(get_tasks, services))
    add_route(app, "POST", "/_mock/reset", partial(post_reset, services))


def get_tasks(services: Services) -> Response:
    """Return the live tasks that the query selects, oldest first; times in seconds since the epoch.

    With `limit`, the response describes the rest too: the number of selected tasks, the number of tasks in each state,
    and the next instant at which the state of any task changes.
    """
    selection, name = Selection(**read_parameters(query(), READERS)), namespace()
    return services.large_responses.respond(
        lambda: tasks_json(*services.appliance.tasks(name), selection), advice=ASK_FOR_LESS
    )


def tasks_json(tasks: Sequence[Task], states: Sequence[State], selection: Selection) -> bytes:
    """Return the JSON text of the response about live tasks and their states."""
    selected = selection.select(tasks, states)
    body: dict[str, object] = {
        "tasks": [task_json(tasks[place], states[place]) for place in selection.page(selected)],
        "total": len(tasks),
    }
    if selection.limit is not None:
        body |= {
            "selected": len(selected),
            "states": {str(state): states.count(state) for state in State},
            "next": to_seconds(min(map(next_change, tasks, states))) if tasks else None,
        }
    return orjson.dumps(body)


def task_json(task: Task, state: State) -> dict[str, object]:
    """Return a task as these routes show it."""
    return {
        "task_id": task.task_id,
        "technology": task.technology,
        "state": state,
        "submitted": to_seconds(task.timeline.submitted),
        "starts": to_seconds(task.timeline.starts),
        "ends": to_seconds(task.timeline.ends),
        "expires": to_seconds(task.timeline.expires),
        "final": task.timeline.final,
        "file_name": task.file_name,
        "rule": task.rule,
        "origin": task.origin,
    }


def next_change(task: Task, state: State) -> int:
    """Return the next instant at which the state of a live task changes, in milliseconds."""
    timeline = task.timeline
    if state is State.PENDING:
        return timeline.starts
    return timeline.ends if state is State.RUNNING else timeline.expires


def post_reset(services: Services) -> Response:
    """Reset the namespace: tasks, clock, scenario, faults, options and request log are as in a new one."""
    read_members(services)
    services.appliance.reset(namespace())
    return json_response({})


READERS: dict[str, Callable[[str], object]] = {
    "state": one_of(*State),
    "technology": one_of(*all_technologies()),
    "file_name": lambda text: kept_pattern(unicodedata.normalize("NFC", text)),
    "limit": whole_number(0, MAX_NUMBER),
    "skip": whole_number(0, MAX_NUMBER),
}

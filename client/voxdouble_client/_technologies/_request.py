"""The request that starts a task, and what the methods of a technology need of the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct, field

from voxdouble_client._clock import Deadline
from voxdouble_client._http.body import Body, File, Progress, form, json_body
from voxdouble_client._http.urls import Query
from voxdouble_client._models import TaskAnswer
from voxdouble_client._task import TaskHandle

R = TypeVar("R")


class TaskRequest(Struct, Generic[R], frozen=True):
    """The request that starts a task: either `json`, or a form of `files` and text `fields`.

    `read` returns the typed result in the answer of the task once it is done; InvalidResult if it breaks the contract.
    """

    technology: str
    read: Callable[[TaskAnswer], R]
    query: Query = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Mapping[str, File] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def body(self, progress: Progress | None) -> Iterator[Body]:
        """Return the body; its files are open within the context."""
        if self.json is not None:
            yield json_body(self.json)
        else:
            with form(self.files, self.fields, progress) as body:
                yield body


class TaskClient(Protocol):
    """The part of `ApplianceClient` that the methods of the technologies, which are written as functions, use."""

    def _deadline(self, timeout: float | None) -> Deadline:
        """Return the deadline `timeout` seconds from now; None is the client's own timeout."""

    def task(self, url: str) -> TaskHandle[Any]:
        """Return the handle of a task of this appliance; ContractError or ValueError for another URL."""

    def _handle(self, url: str, task_id: str, read: Callable[[TaskAnswer], R]) -> TaskHandle[R]:
        """Return the handle of a task at any URL."""

    def _start(self, request: TaskRequest[R], deadline: Deadline, progress: Progress | None = None) -> TaskHandle[R]:
        """Start a task."""

    def _run_to_end(
        self,
        request: TaskRequest[R],
        deadline: Deadline,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> R:
        """Start a task and return its result, both by one deadline."""

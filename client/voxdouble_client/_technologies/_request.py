"""The request that starts a task, and the part of the client that the methods of technologies use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.json import encode

from voxdouble_client._clock import Deadline
from voxdouble_client._http.body import Body, File, Progress, check_numbers, form, json_body
from voxdouble_client._http.urls import BaseUrl, Query
from voxdouble_client._http.wire import QuickParse
from voxdouble_client._models import TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._results import plain

R = TypeVar("R")


class TaskRequest(Struct, Generic[R], frozen=True):
    """The request that starts a task: either `json`, or a form of `files` and text `fields`.

    `read` returns the typed result in the answer of a task that is done; InvalidResult if it breaks the contract.
    `quick_parse` is for large results.
    """

    technology: str
    read: Callable[[TaskAnswer], R]
    query: Query = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Mapping[str, File] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    quick_parse: QuickParse | None = None

    @contextmanager
    def body(self, progress: Progress | None) -> Iterator[Body]:
        """Return the body; its files are open within the context."""
        if self.json is not None:
            yield json_body(self.json)
        else:
            with form(self.files, self.fields, progress) as body:
                yield body


def plain_request(
    technology: str,
    files: Mapping[str, File] | None,
    config: Mapping[str, Any] | None,
    json: Mapping[str, Any] | None,
    params: Query | None,
) -> TaskRequest[TaskAnswer]:
    """Return the request of a technology that has no module in this package; ValueError if the parts do not fit."""
    if (files is None) == (json is None) or (config is not None and files is None):
        raise ValueError("A task must be started either with `files` or with `json`, and `config` needs `files`.")
    check_numbers(config)
    check_numbers(json)
    fields = {} if config is None else {"config": encode(config).decode()}
    return TaskRequest(technology, plain, params or {}, json, files or {}, fields)


class TaskClient(Protocol):
    """The part of `ApplianceClient` that the functions of the technologies use."""

    _base: BaseUrl

    def _deadline(self, timeout: float | None) -> Deadline:
        """Return the deadline `timeout` seconds from now; None is the client's own timeout."""

    def _widen_pool(self, concurrency: int) -> None:
        """Keep a connection for each of `concurrency` calls."""

    def task(self, url: str) -> TaskHandle[Any]:
        """Return the handle of the task at a URL; ContractError or ValueError if the URL cannot be used."""

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

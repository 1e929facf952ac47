"""The jobs of a command, each one task, and their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

from voxdouble_client._http.body import File, Progress
from voxdouble_client._models import TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client.cli.inputs import check_stdin, stdin

Report: TypeAlias = Callable[[float], None]
"""Called with the share of a job that is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task to run or to wait for.

    `start` returns its handle. `name` is its file, its URL or its command. `rows` are the names of its rows in an
    array, if they are known before the result. `columns` are the names of its columns.
    """

    name: str
    start: Callable[[Report], TaskHandle[Any]]
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """The end of a job: the last answer of its task, the typed result in it, and the error; each may be None."""

    job: Job
    answer: TaskAnswer | None = None
    result: object = None
    error: Exception | None = None


class StartWithFile(Protocol):
    """A method of the client that starts a task with one recording."""

    def __call__(self, file: File, *, progress: Progress) -> TaskHandle[Any]:
        """Start the task."""


def jobs_of_recordings(start: StartWithFile, files: Sequence[str]) -> list[Job]:
    """Return one job for each recording; `-` is stdin."""
    check_stdin(files)

    def begin(file: str, report: Report) -> TaskHandle[Any]:
        source: File = stdin() if file == "-" else file
        return start(source, progress=lambda sent, total: report(0.9 * sent / total))

    return [Job(file, partial(begin, file), [file]) for file in files]


def job_of_voiceprints(
    name: str, start: Callable[[], TaskHandle[Any]], rows: Sequence[str] = (), columns: Sequence[str] = ()
) -> Job:
    """Return the job of a task that is started with voiceprints."""

    def begin(report: Report) -> TaskHandle[Any]:
        report(0.0)
        return start()

    return Job(name, begin, rows, columns)

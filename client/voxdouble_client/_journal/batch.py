"""The extraction of one recording of a batch: read its line, wait for its task, or start a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from voxdouble_client._clock import Deadline
from voxdouble_client._errors import ApiError, ContractError
from voxdouble_client._http.wire import Request, Response, task_answer
from voxdouble_client._journal.files import JournalError
from voxdouble_client._journal.journal import Journal
from voxdouble_client._journal.lines import Line, Recording, line_of_answer, line_of_error
from voxdouble_client._models import TaskAnswer
from voxdouble_client._polling import check_end
from voxdouble_client._task import TaskHandle

R = TypeVar("R")


class Batch(Struct, Generic[R], frozen=True):
    """The extraction of the recordings of a batch.

    `start` starts the task of a recording. `take_up` returns the handle of the task at a URL; ContractError or
    ValueError if the URL is of another origin, or not of a task. `handle` returns the handle of any task by its URL and
    id.
    """

    journal: Journal
    start: Callable[[str, Deadline], TaskHandle[R]]
    take_up: Callable[[str], TaskHandle[R]]
    handle: Callable[[str, str], TaskHandle[R]]

    def run(self, recording: Recording, deadline: Deadline) -> R:
        """Return the result of a recording; write its line if the output has none, or raise JournalError."""
        if self.journal.is_finished(recording):
            return self._earlier_result(self.journal.line(recording))
        try:
            handle, answer = self._ended(recording, deadline)
        except JournalError:
            raise
        except Exception as error:
            self.journal.finish(line_of_error(recording, error))
            raise
        self.journal.finish(line_of_answer(recording, handle.url, answer))
        return _result(handle, answer)

    def _ended(self, recording: Recording, deadline: Deadline) -> tuple[TaskHandle[R], TaskAnswer]:
        handle = self._earlier_task(recording)
        if handle is not None:
            try:
                return handle, handle.wait(_remaining(deadline))
            except ApiError as error:
                if not error.task_is_gone:
                    raise
        self.journal.starting(recording)
        handle = None
        try:
            handle = self.start(recording.file, deadline)
        finally:
            self.journal.started(recording, None if handle is None else handle.url)
        return handle, handle.wait(_remaining(deadline))

    def _earlier_task(self, recording: Recording) -> TaskHandle[R] | None:
        url = self.journal.task_url(recording)
        try:
            return None if url is None else self.take_up(url)
        except (ContractError, ValueError):
            return None  # it was started at another origin

    def _earlier_result(self, line: Line) -> R:
        url = line.url or ""
        if line.error is not None:
            raise ApiError(line.error.message, url=url, status=line.error.status or 0)
        task_id = line.task_id or ""
        answer = task_answer(Response(Request("GET", url), 200, {}, bytes(line.answer)), task_id)
        return _result(self.handle(url, task_id), answer)


def _result(handle: TaskHandle[R], answer: TaskAnswer) -> R:
    check_end(handle, answer)
    return handle.read(answer)


def _remaining(deadline: Deadline) -> float:
    return max(deadline.left(), 0.001)

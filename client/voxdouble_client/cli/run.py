"""One run of a command: tasks side by side, their answers in order, and the exit code that sums them up."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from voxdouble_client._errors import ApiError, ApplianceError, ContractError, PollTimeout, TransportError
from voxdouble_client._http.wire import explained, printable
from voxdouble_client._many import in_order
from voxdouble_client._models import TaskAnswer
from voxdouble_client._task import TaskHandle

if TYPE_CHECKING:
    from voxdouble_client.cli.outputs import Output

SUCCESS, REFUSED, USAGE, UNREACHABLE, STILL_RUNNING, CONTRACT_BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
CONCURRENCY = 4

Report = Callable[[float], None]
"""Called with the part of a task that is done, from 0 to 1."""

Start = Callable[[Report], TaskHandle[Any]]
"""Starts a task, or takes one up."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task to be run; `name` is the file that it is for, or its URL, `rows` its part of an array."""

    name: str
    start: Start
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a job: the answer with which its task ended, the typed result in it, and what went wrong."""

    job: Job
    answer: TaskAnswer | None = None
    result: object = None
    error: Exception | None = None


@dataclass(slots=True)
class _Course:
    """How far a job has come: `sending` once a start is on its way, then its `handle`, then how it `ended`."""

    job: Job
    sending: bool = False
    handle: TaskHandle[Any] | None = None
    ended: Ended | None = None


class Run:
    """Runs jobs; `timeout` is each one's own, in seconds, `resume` the options that a resumed command needs."""

    def __init__(self, timeout: float, resume: Sequence[str]) -> None:
        self._timeout = timeout
        self._resume = resume
        self.codes: set[int] = set()

    def do(self, jobs: Sequence[Job], output: Output) -> None:
        """Hand what became of the jobs to `output`, in their order, and tell on stderr what went wrong."""
        courses = [_Course(job) for job in jobs]
        left = deque(courses)
        try:
            with ExitStack() as stack:
                bar = stack.enter_context(Bar(len(jobs))) if sys.stderr.isatty() else None
                for ended in in_order(lambda course: self._run(course, bar), courses, CONCURRENCY):
                    self._hand_over(ended, output)
                    left.popleft()
            output.close()
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            for course in left:
                self._hand_over(course.ended or Ended(course.job), output)
            output.close()
            self._tell_how_to_resume(course for course in left if course.ended is None)
            raise click.exceptions.Exit(INTERRUPTED) from None
        except OSError as error:
            click.echo(f"The output cannot be written: {error.strerror or error}.", err=True)
            self._tell_how_to_resume(left)
            give_up_stdout()
            raise click.exceptions.Exit(USAGE) from None

    @property
    def code(self) -> int:
        """The exit code: 1 if any task failed or was refused, else what else went wrong, else 0."""
        return min(self.codes, default=SUCCESS)

    def _run(self, course: _Course, bar: Bar | None) -> Ended:
        ends = time.monotonic() + self._timeout
        shown = bar.reporter() if bar else None

        def report(part: float) -> None:
            course.sending = True
            if shown:
                shown(part)

        answer = result = None
        try:
            course.handle = handle = course.job.start(report)
            answer = handle.wait(max(ends - time.monotonic(), 0.001))
            if answer.error is None:
                result = handle._typed(answer)  # noqa: SLF001  the answer is wanted as it came, too
            course.ended = Ended(course.job, answer, result)
        except (ApplianceError, OSError, ValueError) as error:
            course.ended = Ended(course.job, answer, error=error)
        finally:
            report(1.0)
        return course.ended

    def _hand_over(self, ended: Ended, output: Output) -> None:
        self._tell(ended)
        try:
            output.take(ended)
        except ContractError as error:
            self._tell(Ended(ended.job, error=error))

    def _tell(self, ended: Ended) -> None:
        if ended.answer is not None and ended.answer.error is not None:
            why = explained(ended.answer.error.type, ended.answer.error.message, ended.answer.error.detail)
            what = "failed" if ended.answer.state == "failed" else "was rejected"
            click.echo(f"{ended.job.name}: The task {what}: {why}", err=True)
            self.codes.add(REFUSED)
        if ended.error is not None:
            self.codes.add(exit_code(ended.error))
            click.echo(f"{ended.job.name}: {self._in_words(ended.error)}", err=True)

    def _in_words(self, error: Exception) -> str:
        if not isinstance(error, ApplianceError) or error.handle is None:
            return str(error)
        resume = f"Wait on with:\n{self._command(error.handle)}"
        if not isinstance(error, PollTimeout):
            return f"{error.args[0]} The task was started. {resume}"
        cause = f" The last look failed: {error.__cause__.args[0]}" if error.__cause__ else ""
        seen = printable(error.state or "never")
        return f"The task did not end within {self._timeout:g} s; it goes on (last seen: {seen}).{cause} {resume}"

    def _tell_how_to_resume(self, courses: Iterable[_Course]) -> None:
        unfinished = list(courses)
        for course in unfinished:
            if course.handle is None and course.ended is None and course.sending:
                click.echo(f"{course.job.name}: It was being sent; its task may have been started.", err=True)
        if handles := [course.handle for course in unfinished if course.handle is not None]:
            click.echo("What was started goes on; wait for it with:", err=True)
            for handle in handles:
                click.echo(self._command(handle), err=True)

    def _command(self, handle: TaskHandle[Any]) -> str:
        return shlex.join(["voxdouble", "wait", handle.url, *self._resume])


def exit_code(error: Exception) -> int:
    """Tell the exit code that an error stands for."""
    for kind, code in {
        TransportError: UNREACHABLE,
        PollTimeout: STILL_RUNNING,
        ContractError: CONTRACT_BROKEN,
        ApiError: REFUSED,
    }.items():
        if isinstance(error, kind):
            return code
    return USAGE  # the caller's own file or argument


def give_up_stdout() -> None:
    """Let what is left in stdout's buffer go nowhere, so that the interpreter does not fail on it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Bar:
    """A progress bar on stderr for jobs that run side by side."""

    def __init__(self, jobs: int) -> None:
        self._bar = click.progressbar(length=100 * jobs, file=sys.stderr)
        self._lock = threading.Lock()

    def __enter__(self) -> Bar:
        self._bar.__enter__()
        return self

    def __exit__(self, *what: object) -> None:
        self._bar.__exit__(None, None, None)

    def reporter(self) -> Report:
        """Make what one job reports to: a hundredth of its share at a time."""
        shown = 0

        def report(part: float) -> None:
            nonlocal shown
            with self._lock:
                self._bar.update(int(100 * part) - shown)
                shown = int(100 * part)

        return report

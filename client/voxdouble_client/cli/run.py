"""One run of a command: concurrent jobs, their ends in order, and one exit code."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from voxdouble_client._errors import (
    ApiError,
    ApplianceError,
    ContractError,
    PollTimeout,
    TaskEndedBadly,
    TransportError,
)
from voxdouble_client._http.wire import printable, vendor_error_text
from voxdouble_client._many import run_many
from voxdouble_client._task import TaskHandle
from voxdouble_client.cli.jobs import Job, Report, TaskEnd
from voxdouble_client.cli.outputs import Output
from voxdouble_client.cli.progress_bar import Progress
from voxdouble_client.cli.signals import interrupt_code, interrupt_held

SUCCESS, REFUSED, USAGE, UNREACHABLE, STILL_RUNNING, CONTRACT_BROKEN = 0, 1, 2, 3, 4, 5
UNEXPECTED = 1


@dataclass(slots=True)
class TaskProgress:
    """The progress of a job: `sending` is True once its start is sent; then it has a `handle`, and at last an `end`."""

    job: Job
    sending: bool = False
    handle: TaskHandle[Any] | None = None
    end: TaskEnd | None = None


class Run:
    """Runs jobs; `timeout` is for each job, in seconds; `resume_options` are what `voxdouble wait` needs."""

    def __init__(self, timeout: float, resume_options: Sequence[str], concurrency: int) -> None:
        self._concurrency = concurrency
        self._timeout = timeout
        self._resume_options = resume_options
        self.codes: set[int] = set()

    def run(self, jobs: Sequence[Job], output: Output) -> None:
        """Pass the ends of the jobs to `output`, in their order, and print errors on stderr."""
        progress = [TaskProgress(job) for job in jobs]
        left = deque(progress)
        try:
            with Progress(len(jobs)) as shown:
                for end in run_many(lambda job: self._run_job(job, shown.reporter()), progress, self._concurrency):
                    with interrupt_held():  # else the end could be written, and then again as one of `left`
                        self._finish(end, output)
                        left.popleft()
            output.close()
        except KeyboardInterrupt as interrupt:
            click.echo("Interrupted.", err=True)
            for job in left:
                self._finish(job.end or TaskEnd(job.job), output)
            output.close()
            self._print_how_to_resume(job for job in left if job.end is None)
            raise click.exceptions.Exit(interrupt_code(interrupt)) from None
        except OSError as error:
            click.echo(f"The output cannot be written: {error.strerror or error}.", err=True)
            self._print_how_to_resume(left)
            abandon_stdout()
            raise click.exceptions.Exit(USAGE) from None

    @property
    def code(self) -> int:
        """The exit code: 0 without an error, else the lowest of the errors' codes."""
        return min(self.codes, default=SUCCESS)

    def _run_job(self, progress: TaskProgress, show: Report) -> TaskEnd:
        ends = time.monotonic() + self._timeout

        def report(part: float) -> None:
            progress.sending = True
            show(part)

        answer = result = None
        try:
            progress.handle = handle = progress.job.start(report)
            answer = handle.wait(max(ends - time.monotonic(), 0.001))
            if answer.error is None:
                result = handle.read(answer)
            progress.end = TaskEnd(progress.job, answer, result)
        except Exception as error:  # noqa: BLE001  an error with one file must not end the others
            progress.end = TaskEnd(progress.job, answer, error=error)
        finally:
            report(1.0)
        return progress.end

    def _finish(self, end: TaskEnd, output: Output) -> None:
        self._print_errors(end)
        try:
            output.write(end)
        except ApplianceError as error:
            self._print_errors(TaskEnd(end.job, error=error))

    def _print_errors(self, end: TaskEnd) -> None:
        if end.answer is not None and end.answer.error is not None:
            why = vendor_error_text(end.answer.error.type, end.answer.error.message, end.answer.error.detail)
            what = "failed" if end.answer.state == "failed" else "was rejected"
            click.echo(f"{end.job.name}: The task {what}: {why}", err=True)
            self.codes.add(REFUSED)
        if end.error is not None:
            self.codes.add(exit_code(end.error))
            click.echo(f"{end.job.name}: {self._text(end.error)}", err=True)

    def _text(self, error: Exception) -> str:
        if not isinstance(error, (ApplianceError, OSError, ValueError, click.ClickException)):
            return f"{type(error).__name__}: {error}"
        if not isinstance(error, ApplianceError) or error.handle is None:
            return f"{error}{option_hint(error)}"
        if isinstance(error, ApiError) and error.task_is_gone:
            return str(error)
        resume = f"Continue to wait with:\n{self._wait_command(error.handle)}"
        if not isinstance(error, PollTimeout):
            return f"{error.args[0]} The task was started. {resume}"
        cause = f" The last poll failed: {error.__cause__.args[0]}" if error.__cause__ else ""
        state = printable(error.state or "unknown")
        return f"The task did not end within {self._timeout:g} s; it goes on (last state: {state}).{cause} {resume}"

    def _print_how_to_resume(self, unfinished: Iterable[TaskProgress]) -> None:
        handles = []
        for progress in unfinished:
            if progress.handle is not None:
                handles.append(progress.handle)
            elif progress.end is None and progress.sending:
                click.echo(f"{progress.job.name}: Interrupted while sending; its task may have been started.", err=True)
        if handles:
            click.echo("The tasks that were started go on; wait for them with:", err=True)
            for handle in handles:
                click.echo(self._wait_command(handle), err=True)

    def _wait_command(self, handle: TaskHandle[Any]) -> str:
        return shlex.join(["voxdouble", "wait", handle.url, *self._resume_options])


def exit_code(error: Exception) -> int:
    """Return the exit code for an error."""
    for kind, code in {
        TransportError: UNREACHABLE,
        PollTimeout: STILL_RUNNING,
        ContractError: CONTRACT_BROKEN,
        ApiError: REFUSED,
        TaskEndedBadly: REFUSED,
    }.items():
        if isinstance(error, kind):
            return code
    if isinstance(error, (OSError, ValueError, click.ClickException)):
        return USAGE  # the user's own file or argument
    return UNEXPECTED


def option_hint(error: Exception) -> str:
    """Return the sentence about the option that avoids an error, after a space; empty if there is no such option."""
    if isinstance(error, ContractError) and error.foreign_location:
        return " With --foreign-location rebase the path of such a URL is taken to the appliance."
    return ""


def abandon_stdout() -> None:
    """Redirect stdout to /dev/null, so that flushing its buffer does not fail when the interpreter exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

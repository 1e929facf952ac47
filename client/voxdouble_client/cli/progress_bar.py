"""Progress on stderr of jobs that run concurrently: a bar on a terminal, elsewhere a line every ten seconds."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import click

from voxdouble_client.cli.jobs import Report

LINE_SECONDS = 10.0


class Progress:
    """The progress of one run: counts and the estimated time left; each job has an equal share of the bar."""

    def __init__(self, jobs: int, now: Callable[[], float] = time.monotonic) -> None:
        self._jobs = jobs
        self._now = now
        self._done = 0
        self._earlier = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._began = now()
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=100 * jobs, file=sys.stderr, item_show_func=lambda _: self._counts())

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.__enter__()
        else:
            threading.Thread(target=self._print_lines, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        if self._bar is not None:
            self._bar.__exit__(None, None, None)

    def reporter(self) -> Report:
        """Return the callback for the progress of one job; it moves the bar in hundredths of the job's share."""
        shown = 0

        def report(part: float) -> None:
            nonlocal shown
            with self._lock:
                self._done += part >= 1 and shown < 100
                if self._bar is not None:
                    self._bar.update(int(100 * part) - shown)
                shown = int(100 * part)

        return report

    def finish_one(self, *, earlier: bool) -> None:
        """Count one job that is done, perhaps by an `earlier` run."""
        with self._lock:
            self._earlier += earlier
        self.reporter()(1.0)

    def text(self) -> str:
        """Return the counts, and the time that is left at the pace of this run."""
        with self._lock:
            left, done_now = self._jobs - self._done, self._done - self._earlier
            if not done_now:
                return f"{self._counts()} done."
            seconds = (self._now() - self._began) / done_now * left
        return f"{self._counts()} done, about {_duration(seconds)} left."

    def _counts(self) -> str:
        return f"{self._done} of {self._jobs}"

    def _print_lines(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # stderr is closed
            while not self._ended.wait(LINE_SECONDS):
                click.echo(self.text(), err=True)


def _duration(seconds: float) -> str:
    hours, minutes = int(seconds) // 3600, int(seconds) // 60 % 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{int(seconds)} s"

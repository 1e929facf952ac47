"""A progress bar on stderr for jobs that run concurrently."""

from __future__ import annotations

import sys
import threading

import click

from voxdouble_client.cli.jobs import Report


class ProgressBar:
    """The bar of one run; every job has an equal share of it."""

    def __init__(self, jobs: int) -> None:
        self._bar = click.progressbar(length=100 * jobs, file=sys.stderr)
        self._lock = threading.Lock()

    def __enter__(self) -> ProgressBar:
        self._bar.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bar.__exit__(None, None, None)

    def reporter(self) -> Report:
        """Return the callback for the progress of one job; it moves the bar in hundredths of the job's share."""
        shown = 0

        def report(part: float) -> None:
            nonlocal shown
            with self._lock:
                self._bar.update(int(100 * part) - shown)
                shown = int(100 * part)

        return report

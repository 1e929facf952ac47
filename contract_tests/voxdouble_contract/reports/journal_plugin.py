"""A pytest plugin for `voxdouble verify`: keeps the journal, and shows the progress in place of pytest's own output."""

import time
from pathlib import Path
from typing import TextIO

import pytest

from voxdouble_contract.judging.findings import read_findings
from voxdouble_contract.judging.observed_tasks import read_states
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.reports import journal

PLUGIN = "voxdouble contract journal"
"""The name under which a run has the plugin."""
SECONDS_BETWEEN_LINES = 10.0
"""The pause between two lines of progress where the output is not a terminal."""


class JournalPlugin:
    """The plugin. On a terminal the progress is one line that is written again and again."""

    def __init__(self, file: Path, output: TextIO) -> None:
        self._file = file
        self._output = output
        self._total = self._done = 0
        self._started = self._shown = time.monotonic()

    def announce(self, text: str) -> None:
        """Write a line about the target."""
        self._write(text + "\n")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the number of checks."""
        self._total = len(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the findings and the observed states of one phase of a test to the journal."""
        target = TargetInfo.read(report)
        if target is not None:
            journal.append_findings(self._file, target, read_findings(report), read_states(report))

    def pytest_runtest_logfinish(self) -> None:
        """Count a finished check."""
        self._done += 1
        now = time.monotonic()
        line = f"{self._done} of {self._total} checks, {now - self._started:.0f} s"
        if self._output.isatty():
            self._write(f"\r{line}" + "\n" * (self._done == self._total))
        elif now - self._shown >= SECONDS_BETWEEN_LINES or self._done == self._total:
            self._shown = now
            self._write(line + "\n")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note why the run was ended, such as a target that cannot be reached."""
        message = getattr(excinfo.value, "msg", None)
        journal.append(self._file, ended=str(message or "The run was interrupted."))

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()

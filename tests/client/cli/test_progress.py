"""The progress of a command, on a terminal and without one."""

import io
import json
import os
import pty
import sys
import time
from pathlib import Path

import pytest

from tests.client.cli.calling import process
from tests.client.hostile import DONE, HostileServer, responding, response
from voxdouble_client.cli import progress_bar
from voxdouble_client.cli.progress_bar import Progress


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other terminals")
def test_progress_is_shown_on_a_terminal_only(wav: Path) -> None:
    """A bar that reaches 100 % is on stderr if that is a terminal; stdout has the answer only."""
    ours, theirs = pty.openpty()
    done = responding(response(200, DONE))
    with HostileServer(done) as server, process(server, "extract", str(wav), stderr=theirs) as running:
        stdout, _ = running.communicate(timeout=30)
    os.close(theirs)
    shown = b""
    with io.FileIO(ours) as terminal:
        try:
            while chunk := terminal.read(1000):
                shown += chunk
        except OSError:
            pass  # Linux reports the end of a terminal as an error
    assert (running.returncode, json.loads(stdout)) == (0, DONE)
    assert b"100%" in shown


def test_the_estimate_counts_what_this_run_has_done() -> None:
    """Recordings that an earlier run finished are counted, and do not make the estimate shorter."""
    instants = iter([0.0, 60.0, 120.0])
    progress = Progress(100, now=lambda: next(instants))
    for _ in range(80):
        progress.finish_one(earlier=True)
    assert progress.text() == "80 of 100 done."
    for _ in range(2):
        progress.finish_one(earlier=False)
    assert progress.text() == "82 of 100 done, about 9 min left."


def test_progress_is_a_line_now_and_then_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line with the counts is printed at each interval, ten seconds by default, if stderr is not a terminal."""
    assert progress_bar.LINE_SECONDS == 10
    monkeypatch.setattr(progress_bar, "LINE_SECONDS", 0.01)
    printed, ends = "", time.monotonic() + 30
    with Progress(4, now=lambda: 0.0) as progress:
        progress.finish_one(earlier=False)
        while "1 of 4 done, about 0 s left.\n" not in printed and time.monotonic() < ends:
            time.sleep(0.01)
            printed += capsys.readouterr().err
    assert "1 of 4 done, about 0 s left.\n" in printed


def test_progress_has_counts_and_an_estimate() -> None:
    """The line of progress counts the jobs that are done and estimates the time that is left."""
    progress = Progress(4)
    assert progress.text() == "0 of 4 done."
    progress.reporter()(1.0)
    progress.reporter()(0.5)
    assert progress.text() == "1 of 4 done, about 0 s left."

"""Signals that reach `voxdouble serve` while it starts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import needs
from tests.commands.process import COMMAND
from tests.examples_count import examples

SERVE = [*COMMAND, "serve", "--port", "0"]
PATIENCE = 60
DELAYS = [number * 0.5 / examples(20) for number in range(examples(20))]
"""Seconds after the handlers are installed; a process that still starts the interpreter cannot handle a signal."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


def handles_sigterm(process: int) -> bool:
    """Return whether a process has a handler of SIGTERM."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def wait_for_handler(process: int) -> None:
    """Wait until a process has a handler of SIGTERM."""
    end = time.monotonic() + PATIENCE
    while not handles_sigterm(process):
        assert time.monotonic() < end, "the handler of SIGTERM is missing"
        time.sleep(0.002)


@pytest.mark.parametrize("delay", DELAYS)
def test_sigterm_during_the_start_ends_serve(delay: float) -> None:
    """The exit status is 0 and stderr has no traceback, at whichever moment of the start the signal arrives."""
    with subprocess.Popen(SERVE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        wait_for_handler(process.pid)
        time.sleep(delay)
        process.terminate()
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_sigterm_ends_serve_as_process_1() -> None:
    """Process 1 of a container, which ignores signals without a handler, ends too."""
    unshare = needs.program("unshare", package="util-linux")
    inside = [unshare, "--pid", "--fork"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        needs.lacking("needs the right to create a PID namespace")
    with subprocess.Popen([*inside, *SERVE], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not children.read_text().split():
            time.sleep(0.01)
        [first] = map(int, children.read_text().split())
        wait_for_handler(first)
        os.kill(first, signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors


def test_the_handlers_precede_heavy_imports() -> None:
    """When the handlers are installed, neither click nor Flask nor numpy has been imported."""
    script = """if True:
    import signal, sys
    set_handler = signal.signal
    def noted(number, handler):
        print(*sorted({"click", "flask", "numpy", "cheroot"} & set(sys.modules)), "handler")
        return set_handler(number, handler)
    signal.signal = noted
    sys.argv = ["voxdouble", "serve", "--nonsense"]
    from voxdouble.__main__ import main
    main()
    """
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert set(ended.stdout.split()) == {"handler"}

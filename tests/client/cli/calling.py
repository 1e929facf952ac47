"""Commands as users call them: in this process, and in one of their own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result

import voxdouble_fixtures
from tests.client.hostile import HostileServer, task_body
from voxdouble.cli import main

AUDIO = Path(voxdouble_fixtures.__file__).parent / "audio"
UNREACHABLE = "http://127.0.0.1:1"
"""A port at which nothing listens: a command that gets so far ends with exit code 3."""
FAILED = task_body("failed", error={"type": "internal", "message": "It broke."})


def call(command: str, *arguments: object, stdin: bytes = b"", url: str | None = None, **env: str) -> Result:
    """Run a command in this process, in an environment that names no appliance unless it is given."""
    environment = {"APPLIANCE_URL": url, "APPLIANCE_TOKEN": None, **env}
    return CliRunner().invoke(main, [command, *map(str, arguments)], input=stdin, env=environment)


def extracted(url: str, folder: Path, recordings: dict[str, str], *options: str) -> Path:
    """Copy bundled recordings under other names, extract their voiceprints, and return the file of answers."""
    (folder / "recordings").mkdir()
    for name, source in recordings.items():
        shutil.copy(AUDIO / f"{source}.wav", folder / "recordings" / f"{name}.wav")
    result = call("extract", folder / "recordings", "--resume", *options, "-o", folder / "out.jsonl", url=url)
    assert result.exit_code == ("empty" in recordings.values()), result.stderr
    return folder / "out.jsonl"


@contextmanager
def process(server: HostileServer, *words: str, **streams: object) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a command in a process of its own, which is killed at the end if it still runs."""
    environment = {**os.environ, "APPLIANCE_URL": server.url}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    command = [sys.executable, "-m", "voxdouble", *words]
    with subprocess.Popen(command, env=environment, **pipes) as running:  # type: ignore[call-overload]
        try:
            yield running
        finally:
            running.kill()


def wait_until(condition: Callable[[], object], running: "subprocess.Popen[bytes]") -> None:
    """Wait until a condition holds, usually for less than a second, while the process runs."""
    ends = time.monotonic() + 30
    while not condition():
        assert running.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.01)


VECTOR = [0.5, -0.25]
WITH_VECTOR = task_body(
    "done",
    result={
        "channels": [
            {
                "channel_number": number,
                "voiceprint": "e2kD",
                "vector_voiceprint": vector,
                "speech_length": 4.1,
                "model": "sid-xl5",
            }
            for number, vector in enumerate([VECTOR, []])
        ]
    },
)

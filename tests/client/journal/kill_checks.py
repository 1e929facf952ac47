"""kill -9 of `voxdouble extract --resume` at random instants of a batch of 200 recordings.

Run by `make kill-test`, not by `make test`. `VOXDOUBLE_BATCH_KILLS` is the number of kills.
"""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

import voxdouble_fixtures
from tests.commands.process import COMMAND, serving

KILLS = int(os.environ.get("VOXDOUBLE_BATCH_KILLS", "5"))
RECORDINGS = 200
CONCURRENCY = 4


def finished_lines(output: Path) -> list[dict[str, Any]]:
    """Return the whole lines of the output; the torn one at the end of a killed run is left out."""
    if not output.exists():
        return []
    return [json.loads(line) for line in output.read_bytes().split(b"\n")[:-1]]


def make_recordings(folder: Path) -> None:
    """Write 200 recordings, each with another sample at its end."""
    john = voxdouble_fixtures.path("john_doe.wav").read_bytes()
    for number in range(RECORDINGS):
        path = folder / f"{number % 10}" / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(john[:-2] + number.to_bytes(2, "little"))


def check_lines(output: Path, before: dict[str, Any]) -> dict[str, Any]:
    """Return the lines by path; AssertionError if one of those before is lost or changed, or a recording has two."""
    lines = finished_lines(output)
    found = {line["path"]: line for line in lines}
    assert len(found) == len(lines), "a recording has two lines"
    assert before.items() <= found.items(), "a finished line is lost or changed"
    return found


def run_and_kill(command: list[str], output: Path, pauses: Iterator[float]) -> int:
    """Run the command again and again until it ends, killing it after each pause; return the number of kills."""
    killed, lines = 0, dict[str, Any]()
    for pause in pauses:
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            _, errors = process.communicate(timeout=pause)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
            lines = check_lines(output, lines)
        else:
            assert process.returncode == 0, errors
            break
    lines = check_lines(output, lines)
    assert len(lines) == RECORDINGS
    assert {line["answer"]["task"]["state"] for line in lines.values()} == {"done"}
    return killed


def test_no_line_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    """After each kill the finished lines are still there, once, and only starts under way are sent twice (P8)."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance, left = random.Random(seed), KILLS
    make_recordings(tmp_path / "recordings")

    def pauses() -> Iterator[float]:
        yield from (chance.uniform(0.5, 4.0) for _ in range(left))
        yield 300.0

    while left > 0:
        output = tmp_path / f"out-{left}.jsonl"
        with serving("--pending", "0.05", "--running", "0.1") as (url, _):
            command = [*COMMAND, "extract", str(tmp_path / "recordings"), "-o", str(output), "--resume", "--url", url]
            killed = run_and_kill(command, output, pauses())
            twice = requests.get(f"{url}/_mock/tasks", timeout=30).json()["total"] - RECORDINGS
        print(f"P8: a batch of {RECORDINGS} killed {killed} times, 0 lines lost or doubled, {twice} starts sent twice")
        assert 0 <= twice <= killed * CONCURRENCY
        left -= max(killed, 1)

"""The job of 500 recordings with the two commands of client/README.md, through faults and a kill.

Run: OPENBLAS_NUM_THREADS=1 .venv/bin/python -m benchmarks.client_batch

    voxdouble extract recordings -o voiceprints.jsonl --resume --concurrency 8     # again, until its exit status is 0
    voxdouble convert voiceprints.jsonl -o vectors.npz --skip-silent

The recordings are cut from the bundled ones and shifted. The mock refuses requests with 503, resets connections, and
loses tasks. The first run is killed by SIGKILL once half of its recordings are done. Printed are the time against the
floor of the tasks, the tasks that were started twice, and the memory of the commands.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import requests
import soundfile

import voxdouble_fixtures
from tests.commands.process import COMMAND, serving

RECORDINGS, CONCURRENCY, SEED = 500, 8, 14
PENDING, RUNNING = 0.4, 0.8
SILENT = 5  # recordings without speech, which `--skip-silent` leaves out
MAX_RUNS = 6
FAULTS = [
    {"fault": {"kind": "status", "status": 503, "retry_after": 1}, "method": "POST", "nth": 40, "count": 8},
    {"fault": {"kind": "status", "status": 503}, "method": "GET", "nth": 300, "count": 20},
    {"fault": {"kind": "reset"}, "method": "GET", "nth": 700, "count": 10},
    {"fault": {"kind": "reset"}, "method": "POST", "nth": 200, "count": 2},
    {"fault": {"kind": "cut", "after": 100}, "method": "GET", "nth": 1200, "count": 3},
]
LOST = """
rules:
  - {name: lost early, when: {nth: 100}, then: {fault: {kind: lost-task}}}
  - {name: lost late, when: {nth: 350}, then: {fault: {kind: lost-task}}}
"""


def make_recordings(folder: Path) -> None:
    """Write 500 recordings of 2 to 3.5 s, cut from the bundled ones at random places and shifted; some are silent."""
    chance = np.random.default_rng(SEED)
    bundled = sorted(Path(voxdouble_fixtures.path("john_doe.wav")).parent.glob("*_[123].flac"))
    for number in range(RECORDINGS):
        source = bundled[number % len(bundled)]
        samples, rate = soundfile.read(source, dtype="int16")
        length = int(chance.uniform(2.0, 3.5) * rate)
        first = int(chance.integers(0, max(len(samples) - length, 1)))
        cut = np.roll(samples[first : first + length], int(chance.integers(0, rate // 2)))
        if number % (RECORDINGS // SILENT) == 0:
            cut[:] = 0
        path = folder / f"{number // 100}" / f"{source.stem}_{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, cut, rate)


class Job:
    """The processes of the job: `seconds` is their time, `mib` the memory of the largest one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.mib = 0.0

    def run(self, *arguments: str, kill_at: Path | None = None) -> int:
        """Run a command to its end, or kill it once the file has half of its lines; return the exit status."""
        began = time.monotonic()
        process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            time.sleep(0.05)
            if kill_at is not None and kill_at.exists() and kill_at.read_bytes().count(b"\n") >= RECORDINGS // 2:
                process.send_signal(signal.SIGKILL)
                kill_at = None
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        self.seconds += time.monotonic() - began
        self.mib = max(self.mib, ended[2].ru_maxrss / 1024)
        return process.returncode


def main() -> int:
    """Run the job and print its figures; return the exit status."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving("--pending", str(PENDING), "--running", str(RUNNING)) as (url, _),
    ):
        recordings, lines, vectors = (
            Path(folder) / name for name in ("recordings", "voiceprints.jsonl", "vectors.npz")
        )
        make_recordings(recordings)
        requests.put(f"{url}/_mock/scenario", LOST, timeout=10).raise_for_status()
        for fault in FAULTS:
            requests.post(f"{url}/_mock/faults", json=fault, timeout=10).raise_for_status()
        extraction, conversion = Job(), Job()
        extract = ["extract", str(recordings), "-o", str(lines), "--resume", "--concurrency", str(CONCURRENCY)]
        ends = [extraction.run(*extract, "--url", url, kill_at=lines)]
        while ends[-1] != 0 and len(ends) < MAX_RUNS:
            ends.append(extraction.run(*extract, "--url", url))
        tasks = requests.get(f"{url}/_mock/tasks", timeout=60).json()["total"]
        ends.append(conversion.run("convert", str(lines), "-o", str(vectors), "--skip-silent", "--url", url))
        finished = [json.loads(line) for line in lines.read_text().splitlines()]
        with np.load(vectors) as stored:
            shape, names = stored["vectors"].shape, set(stored["names"].tolist())
    floor = RECORDINGS * (PENDING + RUNNING) / CONCURRENCY
    print(f"exit statuses:       {ends}; {len(finished)} lines, vectors {shape}, {len(names)} names")
    ratio = extraction.seconds / floor
    print(f"time to extract:     {extraction.seconds:.1f} s, {ratio:.2f} times the floor of {floor:.0f} s")
    print(f"tasks started twice: {tasks - RECORDINGS}; the mock has lost 2 tasks and reset the connection of 2 starts")
    print(f"memory:              extract {extraction.mib:.0f} MiB, convert {conversion.mib:.0f} MiB")
    whole = (
        len({line["path"] for line in finished})
        == len(finished)
        == RECORDINGS
        == shape[0] + SILENT
        == len(names) + SILENT
    )
    return int(not whole or ends[-1] != 0)


if __name__ == "__main__":
    sys.exit(main())

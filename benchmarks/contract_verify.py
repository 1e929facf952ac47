"""Duration of `voxdouble verify mock`, and whether two consecutive runs return the same verdicts.

Run: .venv/bin/python -m benchmarks.contract_verify

Exit status 1 if the slower run takes a minute or more, if a verdict changes, or if anything fails.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ALLOWED_SECONDS = 60.0
RUNS = 2


def run(folder: Path) -> tuple[float, dict[str, str]]:
    """Return the seconds and the verdicts of one run."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "voxdouble", "verify", "mock", "--report", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - started
    data = json.loads((folder / "conformance.json").read_text())
    return seconds, {key: entry["verdict"] for key, entry in data["statements"].items()}


def main() -> int:
    """Print the figures of two runs; return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        runs = [run(Path(name) / str(number)) for number in range(RUNS)]
    same = all(verdicts == runs[0][1] for _, verdicts in runs)
    slowest = max(seconds for seconds, _ in runs)
    load = os.getloadavg()[0]
    times = ", ".join(f"{seconds:.1f} s" for seconds, _ in runs)
    print(f"verify mock: {times}; {os.cpu_count()} cores, load {load:.1f}; same verdicts: {'yes' if same else 'no'}")
    return int(slowest >= ALLOWED_SECONDS or not same)


if __name__ == "__main__":
    sys.exit(main())

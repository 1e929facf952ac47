"""Processor time of starts: `serve` until it is ready, the import of the client, and `voxdouble --help`.

Run: python -m benchmarks.process_start

Each is a process of its own, in rounds that alternate with the imports that it is compared with.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.servers import environment

ROUNDS = 15
STAY = "; print(flush=True); import sys; sys.stdin.read()"
COMMANDS = {
    "serve": ["-m", "voxdouble", "serve", "--port", "0"],
    "its imports": ["-c", "import flask, numpy, cheroot.wsgi, orjson" + STAY],
    "the client": ["-c", "import voxdouble_client" + STAY],
    "requests": ["-c", "import requests" + STAY],
    "help": ["-m", "voxdouble", "--help"],
}


def cpu_ms(arguments: list[str]) -> float:
    """Return the milliseconds of processor time of a Python process until it writes its first line.

    Only the main thread counts: once it is ready, `serve` loads the modules for uploads in another thread.
    """
    with subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        main_thread = Path(f"/proc/{process.pid}/task/{process.pid}/schedstat")
        nanoseconds = int(main_thread.read_text().split()[0])
        process.kill()
        return nanoseconds / 1e6


def figures() -> Iterator[Figure]:
    """Yield the figures."""
    for arguments in COMMANDS.values():  # compile the modules
        cpu_ms(arguments)
    found = [{name: cpu_ms(arguments) for name, arguments in COMMANDS.items()} for _ in range(ROUNDS)]
    for subject, name, other, aim in (
        ("`serve` until it is ready, beside `import flask, numpy, cheroot, orjson`", "serve", "its imports", 1.2),
        ("`import voxdouble_client`, beside `import requests`", "the client", "requests", 1.3),
        ("`voxdouble --help`, beside `import voxdouble_client`", "help", "the client", 1.0),
    ):
        ratio = median(one[name] / one[other] for one in found)
        yield Figure(subject, f"{median(one[name] for one in found):.0f} ms", ratio, aim)


if __name__ == "__main__":
    for figure in figures():
        print(figure)

"""The long form of all fifteen promises: a check of each, for a given number of minutes, and a table of the verdicts.

Run: python -m benchmarks.soak [MINUTES], or `make soak SOAK_MINUTES=4`. The minutes are 30 by default, and at least 3.

First come the checks with a number of attempts: kills, requests to two replicas, attempts of a web page. The number
grows with the minutes. The attacks of `benchmarks.promises` share the time that is
left. The exit status is 1 if a promise was broken, or if a check did not end in time. Needs Chromium, nginx and
redis-server.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.promises import ATTACKS

MINUTES = 30.0
SHORTEST = 3.0
FIXED_MINUTES = 2.0
"""About the minutes that the checks of `counted` take with their smallest numbers of attempts."""
KILLING_SHARE = 0.22
"""The largest share of the whole time for the kills of a server; on a busy machine there are fewer kills."""
SHORTEST_ATTACK = 2.0
START_SECONDS = 4.0
"""The time of an attack beside its own seconds: the start of its process, and the last step that it began."""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:randomly")


@dataclass(frozen=True)
class Check:
    """A command that ends with status 0 if a promise is kept, and prints figures in lines that begin with its name."""

    promise: str
    bound: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    check: Check
    figure: str
    verdict: str
    seconds: float

    def __str__(self) -> str:
        return f"| {self.check.promise} | {self.figure} | {self.check.bound} | {self.verdict} | {self.seconds:.0f} s |"


BOUNDS = {
    "P1": "0 accepted",
    "P2": "0 wrong",
    "P3": "0 with a 5xx",
    "P4": "0 served",
    "P5": "0 served, 0 seen",
    "P6": "0 built, 0 broken",
    "P7": "health within 5 s, memory within 16 MiB",
    "P10": "0.5 s",
    "P11": "0 requests",
    "P12": "0 repeated",
    "P13": "0 different",
    "P14": "16 MiB",
    "P15": "0",
}


def counted(minutes: float) -> list[Check]:
    """Return the checks that make a number of attempts, which grows with the minutes.

    The last check has a time limit: on a busy machine it makes fewer kills, so that the attacks keep their time.
    """
    share = (minutes - FIXED_MINUTES) / (MINUTES - FIXED_MINUTES)

    def number(whole: int) -> str:
        return str(max(2, round(whole * share)))

    return [
        Check("P4", "0 successes", (*PYTEST, "tests/browser/foreign_page_checks.py")),
        Check("P7", "twice the input, at most 3 times the time", (*PYTEST, "tests/test_growth.py")),
        Check(
            "P8",
            "0 lines lost or doubled",
            (*PYTEST, "tests/client/journal/kill_checks.py"),
            {"VOXDOUBLE_BATCH_KILLS": number(50)},
        ),
        Check(
            "P9",
            "0 violations on one store",
            (*PYTEST, "tests/store/replica_checks.py"),
            {"VOXDOUBLE_OPERATIONS": number(10_000)},
        ),
        Check(
            "P8",
            "0 lost, doubled or set back; ready in 2 s, or in 1.5 times an empty start",
            (*PYTEST, "tests/store/kill_checks.py"),
            {"VOXDOUBLE_KILLS": number(100), "VOXDOUBLE_KILL_SECONDS": f"{KILLING_SHARE * 60 * minutes:.0f}"},
        ),
    ]


def run(check: Check, timeout: float) -> Row:
    """Run a check, with all its processes for at most `timeout` seconds, and return its row."""
    began = time.monotonic()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **check.environment}
    with subprocess.Popen(
        check.command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
            verdict = "BROKEN" if process.returncode else "kept"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            verdict = f"NOT FINISHED in {timeout:.0f} s"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if verdict != "kept":
        print(output, file=sys.stderr)
    return Row(check, figure(check.promise, output), verdict, time.monotonic() - began)


def figure(promise: str, output: str) -> str:
    """Return the figures in the output of a check; the last line of pytest if it has none."""
    found = re.findall(rf"^\.*{promise}: (.*)", output, re.MULTILINE)
    return "; ".join(found) or (output.strip().splitlines() or ["no output"])[-1].strip("= ")


def soak(minutes: float) -> list[Row]:
    """Return the rows of all checks, which take so many minutes together."""
    end = time.monotonic() + 60 * minutes
    rows: list[Row] = []

    def add(check: Check, timeout: float) -> None:
        print(f"{check.promise}: {' '.join(check.command[2:])}", file=sys.stderr, flush=True)
        rows.append(run(check, timeout))
        print(f"  {rows[-1].verdict}: {rows[-1].figure}", file=sys.stderr, flush=True)

    for check in counted(minutes):
        reserved = len(ATTACKS) * (SHORTEST_ATTACK + START_SECONDS)
        add(check, max(60.0, end - time.monotonic() - reserved))
    left = list(ATTACKS)
    for promise in dict(ATTACKS):
        share = (end - time.monotonic()) / len(left) - START_SECONDS
        seconds = max(SHORTEST_ATTACK, share)
        left = [one for one in left if one[0] != promise]
        command = (sys.executable, "-m", "benchmarks.promises", f"{seconds:.1f}", promise)
        add(Check(promise, BOUNDS[promise], command), 120 + 3 * seconds)
    return rows


def main() -> None:
    """Print the table."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    if not minutes >= SHORTEST:
        raise SystemExit(f"The minutes must be at least {SHORTEST:g}, got {minutes:g}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, which ends the processes of a check
    began, loads = time.monotonic(), os.getloadavg()
    rows = soak(minutes)
    print("| | figure | bound | verdict | took |\n|---|---|---|---|---|")
    for row in sorted(rows, key=lambda row: int(row.check.promise[1:])):
        print(row)
    broken = sum(row.verdict != "kept" for row in rows)
    before, after = loads[0], os.getloadavg()[1]
    print(
        f"\n{len({row.check.promise for row in rows})} promises, {broken} checks not kept, in "
        f"{(time.monotonic() - began) / 60:.1f} minutes on {os.cpu_count()} cores; the load was {before:.1f} before "
        f"and {after:.1f} in the last five minutes."
    )
    raise SystemExit(broken > 0)


if __name__ == "__main__":
    main()

"""Search for known vulnerabilities of the locked packages with pip-audit; `make audit` runs it.

The exit status is 0 if no vulnerability is known, and 1 if some are. It is 3 if the result is unknown: pip-audit could
not be run, the database does not answer, or it does not know every package. In the last case pip-audit ends with 0.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path("requirements.lock")
COMMAND = (
    "tool",
    "run",
    "pip-audit",
    "--disable-pip",
    "--require-hashes",
    "--format",
    "json",
    "--requirement",
    str(LOCK),
)
SECONDS = 180
VULNERABLE, UNKNOWN = 1, 3


def main() -> int:
    """Print the findings, or the reason why they are unknown, and return the status to exit with."""
    uv = Path(sys.executable).with_name("uv")
    try:
        done = subprocess.run([uv, *COMMAND], capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 (a fixed command)
    except (OSError, subprocess.TimeoutExpired) as error:
        return unknown(f"pip-audit could not be run: {error}")
    try:
        found: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return unknown((done.stderr.strip().splitlines() or ["pip-audit printed nothing."])[-1])
    return report(found)


def report(found: Sequence[dict[str, Any]]) -> int:
    """Print the vulnerabilities that were found, and return the status to exit with.

    Without a vulnerability, print how many packages the database does not know, or that no vulnerability is known.
    """
    vulnerable = [(one, flaw) for one in found for flaw in one.get("vulns", ())]
    for one, flaw in vulnerable:
        fixed = ", ".join(flaw.get("fix_versions", ())) or "no version"
        print(f"{one['name']} {one['version']}: {flaw['id']}, fixed in {fixed}")  # noqa: T201 (its output)
    skipped = [one for one in found if "skip_reason" in one]
    if vulnerable:
        return VULNERABLE
    if skipped or not found:
        return unknown(f"{len(skipped)} of {len(found)} packages were not found in the database.")
    print(f"No vulnerability of {len(found)} packages is known.")  # noqa: T201 (its output)
    return 0


def unknown(reason: str) -> int:
    """Print why it is unknown whether the packages have vulnerabilities; return the status to exit with."""
    remedy = "Run `make audit` on a machine that reaches the package index of Python itself, not a copy of it."
    message = f"Whether the locked packages have known vulnerabilities is unknown: {reason}"
    print(message, remedy, sep="\n", file=sys.stderr)  # noqa: T201 (its output)
    return UNKNOWN


if __name__ == "__main__":
    raise SystemExit(main())

"""The summary of a run for a person at a terminal."""

from voxdouble_contract.exchange import printable_lines
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, UNPROVEN, VERDICTS, Conformance

MAX_REASON = 160
"""The most characters of a reason for an unproven statement; the reports have it whole."""
MAX_IDS = 12


def summary(conformance: Conformance) -> str:
    """Return the summary, line by line.

    It has the counts, each statement that failed, differs or is unproven, the client's checks, and the number of checks
    that crashed.
    """
    target = conformance.target
    counts = ", ".join(f"{conformance.counts[verdict]} {verdict}" for verdict in VERDICTS)
    version = f"{target.version or 'version unknown'}, generation {'/'.join(target.generations) or 'unknown'}"
    by = f", judged by the pack {target.pack}" if target.pack else ""
    lines = [f"Contract of the {target.noun} at {target.url}{by} ({version})"]
    lines.append(f"{len(conformance.statements)} statements: {counts}.")
    for key, entry in conformance.statements.items():
        if entry["verdict"] in {FAILED, DIFFERS}:
            lines.append(f"  {entry['verdict']}: {key} ({entry['grade']}) {entry['text']}\n    {entry['reason']}")
    lines += unproven_lines(conformance)
    lines += [f"  client: {check.name}: {check.verdict}. {check.reason}".rstrip() for check in conformance.client]
    if conformance.crashes:
        count = len(conformance.crashes)
        lines.append(
            f"{count} check{'s' * (count > 1)} of the suite crashed: a defect of the suite, not of the target."
        )
    return "\n".join(lines)


def unproven_lines(conformance: Conformance) -> list[str]:
    """Return the unproven statements, one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for key, entry in conformance.statements.items():
        if entry["verdict"] == UNPROVEN:
            by_reason.setdefault(entry["reason"], []).append(key)
    return [f"  unproven: {', '.join(listed(keys))}: {shortened(reason)}" for reason, keys in by_reason.items()]


def listed(keys: list[str]) -> list[str]:
    """Return the first ids of statements, and the number of the others."""
    more = len(keys) - MAX_IDS
    return keys if more <= 0 else [*keys[:MAX_IDS], f"{more} more"]


def shortened(reason: str) -> str:
    """Return a reason, cut if it is long."""
    return reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - 3] + "..."


def tracebacks(conformance: Conformance) -> str:
    """Return the traceback of each check that crashed; an empty text if none did."""
    return "\n".join(f"{crash.test} crashed:\n{printable_lines(crash.traceback)}" for crash in conformance.crashes)

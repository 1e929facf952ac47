"""The summary of a run for a person at a terminal."""

from voxdouble_contract.exchange import printable_lines
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, VERDICTS, Conformance


def summary(conformance: Conformance) -> str:
    """Return counts, statements that failed or differ, and the client's checks, line by line."""
    target = conformance.target
    counts = ", ".join(f"{conformance.counts[verdict]} {verdict}" for verdict in VERDICTS)
    version = f"{target.version or 'version unknown'}, generation {'/'.join(target.generations) or 'unknown'}"
    lines = [f"Contract of the {target.kind} at {target.url} ({version})"]
    lines.append(f"{len(conformance.statements)} statements: {counts}.")
    for key, entry in conformance.statements.items():
        if entry["verdict"] in {FAILED, DIFFERS}:
            lines.append(f"  {entry['verdict']}: {key} ({entry['grade']}) {entry['text']}\n    {entry['reason']}")
    lines += [f"  client: {check.name}: {check.verdict}. {check.reason}".rstrip() for check in conformance.client]
    if conformance.crashes:
        count = len(conformance.crashes)
        lines.append(
            f"{count} check{'s' * (count > 1)} of the suite crashed: a defect of the suite, not of the target."
        )
    return "\n".join(lines)


def tracebacks(conformance: Conformance) -> str:
    """Return the traceback of each check that crashed; an empty text if none did."""
    return "\n".join(f"{crash.test} crashed:\n{printable_lines(crash.traceback)}" for crash in conformance.crashes)

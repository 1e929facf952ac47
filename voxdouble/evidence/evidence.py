"""Evidence: the verdict on each statement of a record, and the change of the contract if a statement does not hold."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from voxdouble.evidence.record import RecordedStatement, RecordError, RecordHeader, read_header, read_statement
from voxdouble_contract.exchange import printable
from voxdouble_contract.judging.statements import Statement, statements
from voxdouble_fixtures.generations import GENERATIONS

FILE = "evidence.toml"
HEAD = """\
# Evidence about the statements of the contract from one appliance, made by `voxdouble evidence`. Placed beside
# statements.toml, this file gives the grade *observed* to the statements whose verdict is *passed*.
"""


def evidence_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the entry of each statement in a record; RecordError if the record is not of an appliance."""
    header = read_header(folder)
    if header.kind != "appliance":
        raise RecordError(f"Only the record of an appliance is evidence, and {folder} is of the kind {header.kind}.")
    found = {key: read_statement(folder, key) for key in statements()}
    return {key: entry_of(header, recorded) for key, recorded in found.items() if recorded is not None}


def entry_of(header: RecordHeader, recorded: RecordedStatement) -> dict[str, Any]:
    """Return the entry of one statement."""
    entry = {
        "statement": recorded.text,
        "verdict": recorded.verdict,
        "version": header.version or "unknown",
        "generations": list(header.generations),
        "date": header.date,
        "exchanges": recorded.digest,
    }
    if recorded.verdict == "passed":
        return entry
    return {**entry, "reason": recorded.reason, "change": change(header, statements()[recorded.statement])}


def change(header: RecordHeader, statement: Statement) -> str:
    """Return the change of the contract that follows if a statement does not hold on an appliance."""
    others = [one for one in GENERATIONS if one in statement.generations and one not in header.generations]
    where = f"Limit {statement.id} to the generations {', '.join(others)}" if others else f"Withdraw {statement.id}"
    new = f"and state for {'/'.join(header.generations)} what the exchanges show, with the grade observed"
    if statement.binding:
        return (
            f"{where}, {new}, if further appliances confirm it: the version {header.version or 'unknown'} "
            f"contradicts {', '.join(statement.source)}."
        )
    return f"{where}, {new}: it was {statement.grade}, and does not hold here."


def evidence_text(found: dict[str, dict[str, Any]]) -> str:
    """Return evidence as TOML, with one table for each statement."""
    return HEAD + "".join(f"\n[{key}]\n" + "".join(lines_of(entry)) for key, entry in found.items())


def lines_of(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of one table; a JSON string of printable characters, or a list of them, is valid TOML."""
    for name, value in entry.items():
        shown = printable(value) if isinstance(value, str) else value
        yield f"{name} = {json.dumps(shown, ensure_ascii=False)}\n"

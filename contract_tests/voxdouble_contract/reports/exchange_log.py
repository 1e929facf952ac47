"""The log of a run's exchanges, the raw material of `verify --record`.

It is a file of JSON lines. Each test that passed or broke its statements, and each breach, appends one line for each of
its exchanges that is not yet in the file, and then one line with the statements and the numbers of these exchanges.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.breaches import Breach
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.tasks import StartedTask

PLUGIN = "voxdouble contract exchange log"
"""The name under which a run has the plugin `ExchangeLog`."""
JUDGED = frozenset({"passed", "broken"})
"""The outcomes whose exchanges are kept."""


class ExchangeLog:
    """A pytest plugin that appends each exchange once, redacted, and for each test the numbers of those it used."""

    def __init__(self, file: Path, redact: Callable[[Exchange], dict[str, Any]]) -> None:
        self._file = file
        self._redact = redact
        self._written: set[int] = set()

    def append(self, statements: Iterable[str], exchanges: Iterable[Exchange]) -> None:
        """Append the exchanges that are evidence for or against these statements."""
        used, claimed = {one.number: one for one in exchanges}, sorted(set(statements))
        if not (used and claimed):
            return
        new = [self._redact(one) for number, one in sorted(used.items()) if number not in self._written]
        self._written |= used.keys()
        with self._file.open("a", encoding="utf-8", errors="backslashreplace") as lines:
            for exchange in new:
                lines.write(json.dumps({"exchange": exchange}) + "\n")
            lines.write(json.dumps({"statements": claimed, "numbers": sorted(used)}) + "\n")


def log_exchanges(
    item: pytest.Item,
    found: Iterable[Finding],
    noted: Iterable[tuple[Breach, Exchange]],
    used: Iterable[Exchange],
) -> None:
    """Append the exchanges of one phase of a test to the log of the run, if it has one.

    `found` are the findings of the test itself, `noted` the breaches in its responses, `used` the exchanges it used.
    """
    log: ExchangeLog | None = item.config.pluginmanager.get_plugin(PLUGIN)
    if log is None:
        return
    proven = [finding.statement for finding in found if finding.outcome in JUDGED]
    log.append(proven, [*used, *exchanges_in(getattr(item, "funcargs", {}))])
    for breach, exchange in noted:
        log.append([breach.statement], [exchange])


def exchanges_in(value: object) -> Iterator[Exchange]:
    """Yield the exchanges that the value of a fixture holds."""
    if isinstance(value, Exchange):
        yield value
    elif isinstance(value, StartedTask):
        yield from value.exchanges
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from exchanges_in(inner)


def read_log(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the exchanges in a log by statement, in the order of the requests; an incomplete last line is left out."""
    exchanges: dict[int, dict[str, Any]] = {}
    numbers: dict[str, set[int]] = {}
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else ():
        if not line.endswith("\n"):
            break
        entry = json.loads(line)
        if "exchange" in entry:
            exchanges[entry["exchange"]["number"]] = entry["exchange"]
        for statement in entry.get("statements", ()):
            numbers.setdefault(statement, set()).update(entry["numbers"])
    return {key: [exchanges[one] for one in sorted(found)] for key, found in numbers.items()}

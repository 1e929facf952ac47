"""The drift between two reports of `voxdouble verify`."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from voxdouble.drift.drift import Drift, DriftError, Entry, Side, changed_sides, changed_words, times_of
from voxdouble_mock.packs.pack import read_bounded

FILE = "conformance.json"
MAX_BYTES = 64 << 20
FIRST_STATE = "pending"
MAX_REASON = 200
"""The most characters of a reason that are shown."""


class ReportedTarget(Struct):
    """The target of a report."""

    kind: str
    version: str = ""
    generations: list[str] = []
    pack: str = ""
    """The name of the pack that the mock was judged by; empty if the suite judged it."""


class ReportedStatement(Struct):
    """A statement in a report."""

    text: str
    grade: str
    verdict: str
    reason: str = ""


class ReportedCheck(Struct):
    """A check of the client in a report."""

    name: str
    verdict: str


class ReportedPeriod(Struct):
    """Consecutive responses with one state; `first` is in seconds after the POST."""

    state: str
    first: float


class ReportedTask(Struct):
    """A task in a report."""

    technology: str
    periods: list[ReportedPeriod] = []


class Report(Struct):
    """The part of a report that drift is about; its other members are ignored."""

    target: ReportedTarget
    date: str
    statements: dict[str, ReportedStatement]
    client: list[ReportedCheck] = []
    tasks: list[ReportedTask] = []


def drift_of_reports(old_file: Path, new_file: Path) -> Drift:
    """Return the drift from one report to another. Raises DriftError if only one was made with `--against`."""
    old, new = read_report(old_file), read_report(new_file)
    if bool(old.target.pack) != bool(new.target.pack):
        judged_by_pack = old_file if old.target.pack else new_file
        raise DriftError(
            f"Both reports must be with `--against` or both without it, and only {judged_by_pack} is with it."
        )
    sides = side_of(old, old_file), side_of(new, new_file)
    entries = [*changed_sides(*sides), *changed_statements(old, new), *changed_checks(old, new)]
    return Drift("reports", *sides, entries, times_of(times_in(old), times_in(new)))


def read_report(file: Path) -> Report:
    """Return the report in a file. Raises DriftError."""
    try:
        return msgspec.json.decode(read_bounded(file, MAX_BYTES), type=Report)
    except (OSError, ValueError, RecursionError) as error:
        raise DriftError(f"{file} must be a report of `voxdouble verify`: {error}.") from error


def side_of(report: Report, file: Path) -> Side:
    """Return a report in words. It is named by its file, or by the folder if the file has the usual name."""
    target = report.target
    name = file.resolve().parent.name if file.name == FILE else file.name
    return Side(name, target.kind, target.version, "/".join(target.generations), report.date[:10])


def changed_statements(old: Report, new: Report) -> Iterator[Entry]:
    """Yield the changes of verdict, grade and text of each statement, in the order of the newer contract."""
    for key in [*new.statements, *(key for key in old.statements if key not in new.statements)]:
        before, after = old.statements.get(key), new.statements.get(key)
        if before is None or after is None:
            yield from changed_words(key, "verdict", before and before.verdict, after and after.verdict)
            continue
        if before.verdict != after.verdict:
            yield Entry(key, "verdict", with_reason(before), with_reason(after))
        yield from changed_words(key, "grade", before.grade, after.grade)
        yield from changed_words(key, "text", before.text, after.text)


def with_reason(statement: ReportedStatement) -> str:
    """Return a verdict, with its reason if it has one."""
    reason = statement.reason if len(statement.reason) <= MAX_REASON else f"{statement.reason[:MAX_REASON]}..."
    return statement.verdict + (f" ({reason})" if reason else "")


def changed_checks(old: Report, new: Report) -> Iterator[Entry]:
    """Yield the changes of the client's checks."""
    before, after = ({check.name: check.verdict for check in report.client} for report in (old, new))
    for name in [*after, *(name for name in before if name not in after)]:
        yield from changed_words(name, "verdict of the client's check", before.get(name), after.get(name))


def times_in(report: Report) -> dict[tuple[str, str], list[float]]:
    """Return the seconds to each state, by technology and state."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for task in report.tasks:
        for period in task.periods:
            if period.state != FIRST_STATE:
                found[task.technology, period.state].append(period.first)
    return found

"""report.html: one page for a person, without scripts and without anything loaded from elsewhere."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from voxdouble_contract.judging.conformance import DIFFERS, FAILED, PASSED, UNPROVEN, VERDICTS, Conformance, Crash
from voxdouble_contract.judging.observed_tasks import MAX_TASKS
from voxdouble_contract.reports import charts

FILE = "report.html"
TASKS = (
    "Each task from its POST to the first response with a final state, by the clock of the target. The suite sees "
    "a state only when a response comes, so the state between two responses is unknown. Left out are tasks that no "
    f"test polled, and all tasks after the first {MAX_TASKS}."
)
OWN_CHOICE = "choice"
"""The source of each chosen statement, which says no more than its grade."""
MEANINGS = {
    FAILED: "A documented or observed statement does not hold: the target breaks the contract.",
    DIFFERS: "A statement that this project inferred or chose does not hold on this target.",
    UNPROVEN: "The statement could not be proven here, for the reason beside it.",
    PASSED: "The statement holds.",
}
STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #202124; --muted: #5f6368; --line: #d0d4d9; --raised: #f1f3f4;
  --passed: #1a7444; --differs: #985200; --failed: #b3261e; --unproven: #8b949e; --pending: #8b949e;
  --running: #1c63b0; }
@media (prefers-color-scheme: dark) { :root { --page: #202124; --ink: #e8eaed; --muted: #a8adb3; --line: #4a4e53;
  --raised: #303134; --passed: #6fcb96; --differs: #f0b35f; --failed: #ff9c92; --running: #7db4f3; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  background: var(--page); color: var(--ink); overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { overflow-wrap: normal; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.verdict { font-weight: 600; }
.verdict.passed { color: var(--passed); } .verdict.differs { color: var(--differs); }
.verdict.failed { color: var(--failed); } .verdict.unproven { color: var(--muted); }
.source, .reason { color: var(--muted); font-size: .9rem; }
pre { background: var(--raised); padding: .6rem; white-space: pre-wrap; font-size: .85rem; }
@media (max-width: 40rem) { body { margin: 1rem auto; padding: 0 .6rem; } th, td { padding: .3rem .35rem; }
  th, td .verdict { font-size: .85rem; } }
"""


def write(conformance: Conformance, folder: Path) -> None:
    """Write report.html into a folder."""
    (folder / FILE).write_text(page(conformance), encoding="utf-8", errors="backslashreplace")


def page(conformance: Conformance) -> str:
    """Return the page."""
    target = conformance.target
    rule = (
        "strict: a statement that differs counts as failed"
        if conformance.strict
        else "a statement that differs does not fail the run"
    )
    rows = {
        "Target": target.url,
        "Kind": target.kind,
        **({"Judged by the pack": target.pack} if target.pack else {}),
        "Version": target.version or "unknown",
        "Generation": " or ".join(target.generations) or "unknown",
        "Date": conformance.date,
        "Rule": rule,
    }
    body = [
        f"<h1>{escape(headline(conformance))}</h1>",
        table([f"<th>{escape(name)}</th><td>{escape(value)}</td>" for name, value in rows.items()]),
        "<h2>Counts</h2>",
        charts.verdict_bar(conformance.counts),
        counts(conformance),
        "<h2>Statements</h2>",
        *(group(verdict, conformance.statements) for verdict in (FAILED, DIFFERS, UNPROVEN, PASSED)),
    ]
    if conformance.tasks:
        body += ["<h2>Tasks</h2>", f"<p>{TASKS}</p>", charts.task_chart(conformance.tasks)]
    if conformance.client:
        checks = [(check.name, check.verdict, check.reason) for check in conformance.client]
        body += ["<h2>Calls of our client to this target</h2>", table([client_row(*check) for check in checks])]
    if conformance.crashes:
        body += ["<h2>Checks that crashed</h2>", "<p>Each is a defect of the suite, not of the target.</p>"]
        body += [crash_block(crash) for crash in conformance.crashes]
    title = f"Contract of {escape(target.url)}"
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}{charts.STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )


def headline(conformance: Conformance) -> str:
    """Return the result in one sentence."""
    kind, pack = conformance.target.noun, conformance.target.pack
    if pack:
        return f"The mock {'differs' if conformance.failed else 'differs nowhere'} from the pack {pack}"
    if conformance.failed:
        return f"The {kind} does not keep the contract"
    if conformance.crashes:
        return f"The contract of the {kind} could not be checked: the suite crashed"
    return f"The {kind} {'keeps the contract' if conformance.strict else 'breaks nothing that is documented'}"


def table(rows: Sequence[str]) -> str:
    """Return a table of rows of HTML cells."""
    return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"


def counts(conformance: Conformance) -> str:
    """Return the table of verdicts by grade, and in all."""
    head = "<th>Grade</th>" + "".join(f"<th>{coloured(verdict)}</th>" for verdict in VERDICTS)
    lines = [*conformance.by_grade.items(), ("all", conformance.counts)]
    rows = [
        f"<th>{escape(str(grade))}</th>" + "".join(f'<td class="number">{found[verdict]}</td>' for verdict in VERDICTS)
        for grade, found in lines
    ]
    return table([head, *rows])


def coloured(verdict: str) -> str:
    """Return a verdict in its colour."""
    return f'<span class="verdict {verdict}">{escape(verdict)}</span>'


def group(verdict: str, statements: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the statements with one verdict; an empty text without such statements."""
    found = {key: entry for key, entry in statements.items() if entry["verdict"] == verdict}
    if not found:
        return ""
    rows = "\n".join(statement_row(key, entry) for key, entry in found.items())
    return f"<h3>{coloured(verdict)}: {len(found)}</h3><p>{MEANINGS[verdict]}</p>\n<table>{rows}</table>"


def statement_row(key: str, entry: Mapping[str, Any]) -> str:
    """Return one statement with grade, source, reason and evidence."""
    reason = f'<div class="reason">{with_code(entry["reason"])}</div>' if entry["reason"] else ""
    shown = "".join(f"<pre>{escape(json.dumps(one, indent=1, ensure_ascii=False))}</pre>" for one in entry["evidence"])
    evidence = f"<details><summary>Requests and responses</summary>{shown}</details>" if shown else ""
    sources = [entry["grade"], *(source for source in entry["source"] if source != OWN_CHOICE)]
    source = f'<div class="source">{escape(", ".join(sources))}</div>'
    text = with_code(entry["text"])
    return f'<tr id="{escape(key)}"><th>{escape(key)}</th><td>{text}{source}{reason}{evidence}</td></tr>'


def with_code(text: str) -> str:
    """Return a text as HTML; what stands between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def client_row(name: str, verdict: str, reason: str) -> str:
    """Return one check of the client."""
    return f'<td>{coloured(verdict)}</td><td>{escape(name)}<div class="reason">{with_code(reason)}</div></td>'


def crash_block(crash: Crash) -> str:
    """Return one check that crashed, with its traceback."""
    return f"<h3>{escape(crash.test)}</h3><pre>{escape(crash.traceback)}</pre>"

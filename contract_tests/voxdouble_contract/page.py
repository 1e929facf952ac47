"""One HTML page of a run, for a person: no script, nothing loaded from anywhere."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from voxdouble_contract.conformance import DIFFERS, FAILED, PASSED, UNPROVEN, VERDICTS, Conformance

MEANINGS = {
    FAILED: "A documented or observed statement is broken: the target is at fault.",
    DIFFERS: "An inferred or chosen statement does not hold here: our inference is wrong, not the target.",
    UNPROVEN: "It could not be shown here; the reason stands beside it.",
    PASSED: "It was shown to hold.",
}
COLOURS = {FAILED: "#b3261e", DIFFERS: "#8a5a00", UNPROVEN: "#5f6368", PASSED: "#1e7b34"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #202124; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #dadce0; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.verdict { font-weight: 600; }
.source, .reason { color: #5f6368; font-size: .9rem; }
pre { background: #f1f3f4; padding: .6rem; overflow-x: auto; font-size: .85rem; }
@media (prefers-color-scheme: dark) { body { background: #202124; color: #e8eaed; } pre { background: #303134; } }
"""


def page(conformance: Conformance) -> str:
    """Write the page."""
    facts = conformance.facts
    kept = "keeps the contract" if conformance.strict else "breaks nothing that is documented"
    outcome = kept if conformance.passed else "does not keep the contract"
    rows = [
        ("Target", facts.url),
        ("Kind", facts.kind),
        ("Version", facts.version or "unknown"),
        ("Generation", " or ".join(facts.generations) or "unknown"),
        ("Date", conformance.date),
        (
            "Rule",
            "strict: a statement that differs counts as failed" if conformance.strict else "a statement may differ",
        ),
    ]
    body = [
        f"<h1>The {escape(facts.kind)} {outcome}</h1>",
        table([f"<th>{escape(name)}</th><td>{escape(value)}</td>" for name, value in rows]),
        "<h2>Score</h2>",
        score(conformance),
        "<h2>Statements</h2>",
        *(group(verdict, conformance.statements) for verdict in (FAILED, DIFFERS, UNPROVEN, PASSED)),
    ]
    if conformance.client:
        checks = [(check.name, check.verdict, check.reason) for check in conformance.client]
        body += ["<h2>Our client with this target</h2>", table([client_row(*check) for check in checks])]
    title = f"Contract of {escape(facts.url)}"
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>\n'
        + "\n".join(body)
        + "\n</html>\n"
    )


def table(rows: Sequence[str]) -> str:
    """Write a table of rows whose cells are written already."""
    return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"


def score(conformance: Conformance) -> str:
    """Count the verdicts, in all and by grade."""
    head = "<th>Grade</th>" + "".join(f"<th>{name(verdict)}</th>" for verdict in VERDICTS)
    lines = [*conformance.by_grade.items(), ("all", conformance.counts)]
    rows = [
        f"<th>{escape(str(grade))}</th>" + "".join(f'<td class="number">{counts[verdict]}</td>' for verdict in VERDICTS)
        for grade, counts in lines
    ]
    return table([head, *rows])


def name(verdict: str) -> str:
    """Write a verdict in its colour."""
    return f'<span class="verdict" style="color: {COLOURS[verdict]}">{escape(verdict)}</span>'


def group(verdict: str, statements: Mapping[str, Mapping[str, Any]]) -> str:
    """List the statements that got one verdict."""
    found = {key: entry for key, entry in statements.items() if entry["verdict"] == verdict}
    if not found:
        return ""
    rows = "\n".join(row(key, entry) for key, entry in found.items())
    return f"<h3>{name(verdict)}: {len(found)}</h3><p>{MEANINGS[verdict]}</p>\n<table>{rows}</table>"


def row(key: str, entry: Mapping[str, Any]) -> str:
    """Write one statement with its source, and where it did not pass what was sent and what came back."""
    reason = f'<div class="reason">{escape(entry["reason"])}</div>' if entry["reason"] else ""
    shown = "".join(f"<pre>{escape(json.dumps(one, indent=1, ensure_ascii=False))}</pre>" for one in entry["evidence"])
    evidence = f"<details><summary>What was sent, and what came back</summary>{shown}</details>" if shown else ""
    source = f'<div class="source">{escape(entry["grade"])}, {escape(", ".join(entry["source"]))}</div>'
    return (
        f'<tr id="{escape(key)}"><th>{escape(key)}</th><td>{escape(entry["text"])}{source}{reason}{evidence}</td></tr>'
    )


def client_row(what: str, verdict: str, reason: str) -> str:
    """Write one of the client's checks."""
    return f'<td>{name(verdict)}</td><td>{escape(what)}<div class="reason">{escape(reason)}</div></td>'

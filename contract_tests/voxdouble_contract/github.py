"""What a run says to GitHub when it runs there: annotations, and a summary of the step."""

from collections.abc import Mapping
from pathlib import Path

from voxdouble_contract.conformance import DIFFERS, FAILED, VERDICTS, Conformance


def annotations(conformance: Conformance) -> list[str]:
    """Write a workflow command for each statement that failed or differs, and for each of the client's failures."""
    lines = []
    for key, entry in conformance.statements.items():
        if entry["verdict"] in {FAILED, DIFFERS}:
            level = "error" if entry["verdict"] == FAILED or conformance.strict else "warning"
            lines.append(command(level, f"{key} {entry['verdict']}", f"{entry['text']} {entry['reason']}"))
    lines += [
        command("error", "client", f"{check.name}: {check.reason}")
        for check in conformance.client
        if check.verdict == FAILED
    ]
    return lines


def command(level: str, title: str, message: str) -> str:
    """Write one workflow command; what came from the target cannot begin another."""
    return f"::{level} title={escaped(title, ',:')}::{escaped(message)}"


def escaped(text: str, more: str = "") -> str:
    """Escape what means something to the runner."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def step_summary(conformance: Conformance) -> str:
    """Write the summary as Markdown."""
    facts = conformance.facts
    head = f"| grade | {' | '.join(VERDICTS)} |\n|---|{'---:|' * len(VERDICTS)}\n"
    rows = "".join(
        f"| {grade} | {' | '.join(str(counts[verdict]) for verdict in VERDICTS)} |\n"
        for grade, counts in [*conformance.by_grade.items(), ("**all**", conformance.counts)]
    )
    bad = [
        f"- **{key}** {entry['verdict']} ({entry['grade']}): {plain(entry['text'])} {plain(entry['reason'])}\n"
        for key, entry in conformance.statements.items()
        if entry["verdict"] in {FAILED, DIFFERS}
    ]
    return f"### Contract of the {facts.kind} at `{plain(facts.url)}`\n\n{head}{rows}\n{''.join(bad)}"


def plain(text: str) -> str:
    """Keep a text from being more than a line of text."""
    return " ".join(text.replace("<", "&lt;").split())


def tell_github(conformance: Conformance, environment: Mapping[str, str]) -> list[str]:
    """Give the lines for the log of a GitHub job, and write its summary; nothing anywhere else."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return []
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(conformance))
    return annotations(conformance)

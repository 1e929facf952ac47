"""Annotations and a step summary, when a run takes place in a GitHub job."""

from collections.abc import Mapping
from pathlib import Path

from voxdouble_contract.judging.conformance import DIFFERS, FAILED, VERDICTS, Conformance


def annotations(conformance: Conformance) -> list[str]:
    """Return a workflow command for each failure, each statement that differs and each check that crashed."""
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
    lines += [command("error", f"{crash.test} crashed", crash.traceback) for crash in conformance.crashes]
    return lines


def command(level: str, title: str, message: str) -> str:
    """Return one workflow command; text from the target cannot begin another."""
    return f"::{level} title={escaped(title, ',:')}::{escaped(message)}"


def escaped(text: str, more: str = "") -> str:
    """Return the text with `%`, line ends and the characters of `more` escaped for the runner."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def step_summary(conformance: Conformance) -> str:
    """Return the summary as Markdown."""
    target = conformance.target
    head = f"| grade | {' | '.join(VERDICTS)} |\n|---|{'---:|' * len(VERDICTS)}\n"
    rows = "".join(
        f"| {grade} | {' | '.join(str(counts[verdict]) for verdict in VERDICTS)} |\n"
        for grade, counts in [*conformance.by_grade.items(), ("**all**", conformance.counts)]
    )
    failures = [
        f"- **{key}** {entry['verdict']} ({entry['grade']}): {plain(entry['text'])} {plain(entry['reason'])}\n"
        for key, entry in conformance.statements.items()
        if entry["verdict"] in {FAILED, DIFFERS}
    ]
    crashes = [f"- {plain(crash.test)} crashed: a defect of the suite\n" for crash in conformance.crashes]
    title = f"### Contract of the {target.noun} at `{plain(target.url)}`"
    return f"{title}\n\n{head}{rows}\n{''.join(failures + crashes)}"


def plain(text: str) -> str:
    """Return the text as one line in which no `<` begins an HTML tag."""
    return " ".join(text.replace("<", "&lt;").split())


def report_to_github(conformance: Conformance, environment: Mapping[str, str]) -> list[str]:
    """Return the lines for the log of a GitHub job, and append to its step summary; outside of one, do nothing."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return []
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(conformance))
    return annotations(conformance)

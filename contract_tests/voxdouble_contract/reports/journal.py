"""The journal of a run: a line with the findings of each phase of a test, so that a run that is ended loses none."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.observed_tasks import ObservedState
from voxdouble_contract.judging.target_info import TargetInfo

FILE = "journal.jsonl"


@dataclass(frozen=True)
class RunJournal:
    """The content of a journal: the target, if it was reached, what was found, and why the run was ended, if it was."""

    target: TargetInfo | None
    findings: Sequence[Finding]
    states: Sequence[ObservedState]
    ended: str = ""


def append(file: Path, **members: Any) -> None:
    """Append a line with these members."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(members) + "\n")


def append_findings(
    file: Path, target: TargetInfo, findings: Sequence[Finding], states: Sequence[ObservedState]
) -> None:
    """Append the findings and the observed states of one phase of a test, and the target as it is known then."""
    append(
        file,
        target=target.as_json(),
        findings=[asdict(finding) for finding in findings],
        states=[asdict(state) for state in states],
    )


def read(file: Path) -> RunJournal:
    """Return the content of a journal; a last line that is incomplete, as a killed process leaves it, is left out."""
    target, findings, states, ended = None, list[Finding](), list[ObservedState](), ""
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else ():
        if not line.endswith("\n"):
            break
        entry = json.loads(line)
        ended = entry.get("ended", ended)
        target = TargetInfo.from_json(entry["target"]) if "target" in entry else target
        findings += [Finding(**{**one, "evidence": tuple(one["evidence"])}) for one in entry.get("findings", ())]
        states += [ObservedState(**one) for one in entry.get("states", ())]
    return RunJournal(target, findings, states, ended)

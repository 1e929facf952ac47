"""conformance.json: the whole result as data."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from voxdouble_contract.judging.conformance import ClientCheck, Conformance, Crash
from voxdouble_contract.judging.observed_tasks import ObservedTask
from voxdouble_contract.judging.target_info import TargetInfo

FILE = "conformance.json"


def as_json(conformance: Conformance) -> dict[str, Any]:
    """Return the content of conformance.json."""
    return {
        "suite": {"name": "voxdouble", "version": version("voxdouble")},
        "date": conformance.date,
        "strict": conformance.strict,
        "target": conformance.target.as_json(),
        "counts": conformance.counts,
        "by_grade": conformance.by_grade,
        "statements": conformance.statements,
        "client": [vars(check) for check in conformance.client],
        "crashes": [vars(crash) for crash in conformance.crashes],
        "tasks": [task.as_json() for task in conformance.tasks],
    }


def write(conformance: Conformance, folder: Path) -> None:
    """Write conformance.json into a folder."""
    text = json.dumps(as_json(conformance), indent=2, ensure_ascii=False)
    # UTF-8 cannot hold a lone surrogate. `backslashreplace` writes it as \ud8xx, which a JSON parser reads as the same.
    (folder / FILE).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def read(folder: Path) -> Conformance:
    """Return the result in a folder's conformance.json."""
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Conformance(
        TargetInfo.from_json(data["target"]),
        data["strict"],
        data["statements"],
        tuple(ClientCheck(**check) for check in data["client"]),
        tuple(Crash(**crash) for crash in data["crashes"]),
        tuple(ObservedTask.from_json(task) for task in data["tasks"]),
        data["date"],
    )

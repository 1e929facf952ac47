"""The facts of the bundled example pack, by which a mock that replays it is judged."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from voxdouble_contract.target.technologies import EXTRACTION

NAME = "example"


@cache
def facts() -> tuple[dict[str, Any], ...]:
    """Return all facts."""
    folder = files("voxdouble_fixtures") / "packs" / NAME / "facts"
    return tuple(json.loads(file.read_text("utf-8")) for file in folder.iterdir())


def result_of(technology: str, name: str = "") -> Any:
    """Return the captured result of a technology, of the bundled recording of that name if there is one."""
    (found,) = (one for one in facts() if one["technology"] == technology and one.get("name", "") == name)
    return found["result"]


def voiceprint_of(name: str) -> str:
    """Return the captured voiceprint of the first channel of a bundled recording."""
    return str(result_of(EXTRACTION, name)["channels"][0]["voiceprint"])

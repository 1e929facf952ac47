"""Whole answers of tasks, and the typed results in them."""

import copy
import json
from importlib.resources import files
from typing import Any

from tests.client.hostile import DONE
from voxdouble_client import ApplianceClient
from voxdouble_client._http.wire import Request, Response, task_answer
from voxdouble_client._technologies import voiceprint_conversion, voiceprint_extraction

CONVERSION = voiceprint_conversion.TECHNOLOGY
EXTRACTION = voiceprint_extraction.TECHNOLOGY


def quoted(name: str) -> Any:
    """Return an answer as the vendor's pages print it."""
    text = (files("voxdouble_fixtures") / "contract" / "examples" / f"{name}.json").read_text()
    return json.loads(text)["answer"]


def read(technology: str, raw: dict[str, Any]) -> Any:
    """Return the typed result in the whole answer of a task that is done."""
    response = Response(Request("GET", "u"), 200, {}, json.dumps(raw).encode())
    with ApplianceClient("http://appliance") as appliance:
        handle = appliance.task(f"/api/technology/{technology}/{raw['task']['task_id']}")
        return handle.read(task_answer(response, handle.task_id))


def with_member(path: str, value: object) -> Any:
    """Return a valid extraction with one member replaced."""
    raw = copy.deepcopy(DONE)
    owner: Any = raw["result"]
    *parents, last = path.split(".")
    for step in parents:
        owner = owner[int(step) if step.isdigit() else step]
    owner[last] = value
    return raw

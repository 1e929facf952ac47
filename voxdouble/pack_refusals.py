"""The refusals of bad inputs in a pack, read within bounds, since a pack may come from another person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from voxdouble_mock.packs.facts import REFUSALS
from voxdouble_mock.packs.pack import read_bounded

MAX_BYTES = 1 << 20


def read_refusals(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the refusals in a pack by the name of the input; an empty mapping if the file is missing or damaged."""
    try:
        return msgspec.json.decode(read_bounded(folder / REFUSALS, MAX_BYTES), type=dict[str, dict[str, Any]])
    except (OSError, ValueError, RecursionError):
        return {}


def type_in(error: object) -> object:
    """Return the type of a task's error; None if the error has another shape."""
    return error.get("type") if isinstance(error, Mapping) else None


def locations(refusal: Mapping[str, Any]) -> list[str]:
    """Return the locations in the details of a refusal, sorted."""
    details = refusal.get("detail")
    found = [one.get("location") for one in details if isinstance(one, Mapping)] if isinstance(details, list) else []
    return sorted({".".join(map(str, one)) for one in found if isinstance(one, list)})

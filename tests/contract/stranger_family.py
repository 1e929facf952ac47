"""Comparison, merging, gender and age of the strangers: by the contract, and otherwise different from the mock."""

import base64
import itertools
from collections.abc import Mapping
from typing import Any

COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
LISTS = {
    COMPARISON: ("voiceprints_a", "voiceprints_b"),
    MERGING: ("voiceprints",),
    "gender-identification-voiceprints": ("voiceprints",),
    "age-estimation-voiceprints": ("voiceprints",),
}
LEAST = {MERGING: 2}
OF_RECORDINGS = ("gender-identification", "age-estimation")
NAMES = (*LISTS, *OF_RECORDINGS)
noise = itertools.cycle([0.0, 0.004, -0.003])
"""Differences between equal comparisons, as on a graphics card."""


def from_recording(technology: str, extracted: dict[str, Any] | None) -> dict[str, Any]:
    """Return the result for the channels of an extraction; empty if that was rejected."""
    if extracted is None:
        return {}
    word = technology.partition("-")[0]
    return {
        "result": {
            "channels": [
                {"channel_number": channel["channel_number"], word: opinion(technology, channel["voiceprint"])}
                for channel in extracted["channels"]
            ]
        }
    }


def from_voiceprints(technology: str, lists: Mapping[str, list[str]], prints: dict[str, bool]) -> dict[str, Any]:
    """Return the result for voiceprints that this stranger has made."""
    if technology == COMPARISON:
        columns, rows = lists["voiceprints_a"], lists["voiceprints_b"]
        values = [score(column, row) for row in rows for column in columns]
        return {"scores": {"values": values, "rows_count": len(rows), "columns_count": len(columns), "unit": "llr"}}
    if technology == MERGING:
        whole = base64.b64encode("".join(lists["voiceprints"]).encode()).decode()
        prints[whole] = True
        return {"merged": whole, "seconds": 1.5}
    return {"opinions": [opinion(technology, text) for text in lists["voiceprints"]]}


def score(column: str, row: str) -> float:
    """Return the score of two voiceprints, which depends on their order."""
    return (40.0 if column == row else -12.5 - (column > row)) + next(noise)


def opinion(technology: str, text: str) -> object:
    """Return the gender or age of one voiceprint."""
    likelihood = (len(set(text)) % 10) / 10
    return {"m": likelihood, "f": 1 - likelihood} if technology.startswith("gender") else 20 + 50 * likelihood

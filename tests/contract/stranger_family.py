"""Comparison, merging, gender and age of the strangers: by the contract, and otherwise different from the mock."""

import itertools
from collections.abc import Mapping
from typing import Any

from tests.contract.strange_voices import Voices

COMPARISON = "speaker-identification-voiceprint-comparison"
MERGING = "speaker-identification-voiceprint-merging"
LISTS = {
    COMPARISON: ("voiceprints_a", "voiceprints_b"),
    MERGING: ("voiceprints",),
    "gender-identification-voiceprints": ("voiceprints",),
    "age-estimation-voiceprints": ("voiceprints",),
}
LEAST = {MERGING: 2}
VOICE_ACTIVITY = "voice-activity-detection"
OF_RECORDINGS = ("gender-identification", "age-estimation", VOICE_ACTIVITY)
NAMES = (*LISTS, *OF_RECORDINGS)
noise = itertools.cycle([0.0, 0.004, -0.003])
"""Differences between equal comparisons, as on a graphics card."""


def from_recording(technology: str, extracted: dict[str, Any] | None, voices: Voices) -> dict[str, Any]:
    """Return the result for the channels of an extraction; empty if that was rejected."""
    if extracted is None:
        return {}
    if technology == VOICE_ACTIVITY or voices.native:
        return {"result": {"channels": [entry_of(technology, channel, voices) for channel in extracted["channels"]]}}
    word = technology.partition("-")[0]
    return {
        "result": {
            "channels": [
                {"channel_number": channel["channel_number"], word: opinion(technology, channel["voiceprint"])}
                for channel in extracted["channels"]
            ]
        }
    }


def entry_of(technology: str, channel: dict[str, Any], voices: Voices) -> dict[str, Any]:
    """Return the entry of a channel: its parts with speech, or gender or age as the mock spells them."""
    number, length = channel["channel_number"], channel["speech_length"]
    if technology != VOICE_ACTIVITY:
        return {"channel_number": number, **native_opinion(technology, channel["voiceprint"], voices, length)}
    parts = [{"segment_type": "voice", "start_time": 0.1, "end_time": round(0.1 + length, 3)}] if length else []
    return {"channel_number": number, "speech_length": length, "segments": parts}


def from_voiceprints(technology: str, lists: Mapping[str, list[str]], voices: Voices) -> dict[str, Any]:
    """Return the result for voiceprints that this stranger has made."""
    if technology == COMPARISON:
        columns, rows = lists["voiceprints_a"], lists["voiceprints_b"]
        values = [score(column, row) for row in rows for column in columns]
        return {"scores": {"values": values, "rows_count": len(rows), "columns_count": len(columns), "unit": "llr"}}
    if technology == MERGING:
        whole = voices.new("".join(lists["voiceprints"]).encode(), speech=True)
        return {"voiceprint": whole, "speech_length": 1.5} if voices.native else {"merged": whole, "seconds": 1.5}
    if voices.native:
        return {"results": [native_opinion(technology, text, voices, 1.5) for text in lists["voiceprints"]]}
    return {"opinions": [opinion(technology, text) for text in lists["voiceprints"]]}


def score(column: str, row: str) -> float:
    """Return the score of two voiceprints, which depends on their order."""
    return (40.0 if column == row else -12.5 - (column > row)) + next(noise)


def opinion(technology: str, text: str) -> object:
    """Return the gender or age of one voiceprint."""
    likelihood = (len(set(text)) % 10) / 10
    return {"m": likelihood, "f": 1 - likelihood} if technology.startswith("gender") else 20 + 50 * likelihood


def native_opinion(technology: str, text: str, voices: Voices, length: float) -> dict[str, Any]:
    """Return the gender or age of one voiceprint as the mock spells it; null without speech."""
    likelihood = (len(set(text)) % 10) / 10 if voices.prints[text] else None
    if technology.startswith("age"):
        return {"age": None if likelihood is None else round(20 + 50 * likelihood), "speech_length": length}
    scores = {"score_male": likelihood, "score_female": None if likelihood is None else 1 - likelihood}
    shown = {
        name: None if one is None else {"score_llr": 4 * one - 2, "probability": one} for name, one in scores.items()
    }
    return {"speech_length": length, **shown}

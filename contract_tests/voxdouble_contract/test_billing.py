"""What an appliance says it has processed (contract 5)."""

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.recipes import MEDIA
from voxdouble_contract.statements import statement
from voxdouble_contract.target import COMPARISON, EXTRACTION, GENDER, Target
from voxdouble_contract.verdicts import expect, expect_status

CONSUMPTIONS = "/api/billing/consumptions"
LENGTH = "processed_audio_length"
UPLOADS = ((EXTRACTION, "speech"), (EXTRACTION, "stereo"), (EXTRACTION, "not audio"), (GENDER, "speech"))
LABELS = {EXTRACTION: "speaker_identification", GENDER: "gender_identification"}
LONG_ENOUGH = 5.0
"""Seconds in which the tasks of a mock end."""
NEAR = 0.1
"""Seconds: compressed recordings may be a frame longer."""


def consumed(target: Target) -> tuple[dict[str, float], Exchange]:
    """Ask how many seconds each technology has processed."""
    answer = target.send("GET", CONSUMPTIONS)
    expect_status(answer, 200)
    items = answer.get("items")
    expect(isinstance(items, list), "`items` should be a list.", answer)
    found = {technology_of(item): length_of(item) for item in items}
    expect(len(found) == len(items), "There should be one item a technology.", answer)
    return found, answer


def technology_of(item: object) -> str:
    """Read an item's label."""
    labels = item.get("labels") if isinstance(item, dict) else None
    return str(next((label["value"] for label in labels or [] if label.get("key") == "technology"), ""))


def length_of(item: object) -> float:
    """Read an item's seconds of audio."""
    amounts = item.get("consumptions") if isinstance(item, dict) else None
    return float(next((amount["value"] for amount in amounts or [] if amount.get("property") == LENGTH), 0.0))


@statement("C36")
def test_audio_that_was_processed_is_counted(clocked: Target) -> None:
    """Recordings count by the seconds of all channels, each for its technology; voiceprints and bad files do not."""
    before, _ = consumed(clocked)
    media = [(technology, MEDIA[name][0]()) for technology, name in UPLOADS]
    for technology, recording in media:
        expect_status(clocked.post_media(technology, recording), 202)
    expect_status(clocked.post_json(COMPARISON, {"voiceprints_a": ["AAAA"], "voiceprints_b": ["AAAA"]}), 202)
    clocked.pass_time(LONG_ENOUGH)
    after, answer = consumed(clocked)
    wanted = dict.fromkeys(LABELS.values(), 0.0)
    for technology, recording in media:
        wanted[LABELS[technology]] += recording.seconds
    found = {name: after[name] - before.get(name, 0.0) for name in after}
    expect(found.keys() == wanted.keys(), f"There should be items for {', '.join(wanted)}.", answer)
    near = all(abs(found[name] - seconds) <= NEAR for name, seconds in wanted.items())
    expect(near, f"The seconds should have grown by {wanted}.", answer)

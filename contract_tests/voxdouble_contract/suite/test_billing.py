"""The consumptions that an appliance reports."""

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.judging.verdicts import expect, expect_status
from voxdouble_contract.samples.recordings import UPLOADS
from voxdouble_contract.samples.voiceprints import TINY
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import COMPARISON, EXTRACTION, GENDER

CONSUMPTIONS = "/api/billing/consumptions"
LENGTH = "processed_audio_length"
BILLED = ((EXTRACTION, "speech"), (EXTRACTION, "stereo"), (EXTRACTION, "not audio"), (GENDER, "speech"))
"""The uploads; the file that is not audio counts as 0 s."""
LABELS = {EXTRACTION: "speaker_identification", GENDER: "gender_identification"}
LONG_ENOUGH = 5.0
"""Seconds in which the tasks of a mock end."""
TOLERANCE = 0.1
"""Seconds: a compressed recording may be a frame longer."""


def consumed(target: Target) -> tuple[dict[str, float], Exchange]:
    """Return the seconds that each technology has processed, and the response that says so."""
    response = target.send("GET", CONSUMPTIONS)
    expect_status(response, 200)
    items = response.get("items")
    expect(isinstance(items, list), "`items` must be a list.", response)
    found = {technology_of(item): length_of(item) for item in items}
    expect(len(found) == len(items), "There must be one item for each technology.", response)
    return found, response


def technology_of(item: object) -> str:
    """Return an item's label."""
    labels = item.get("labels") if isinstance(item, dict) else None
    return str(next((label["value"] for label in labels or [] if label.get("key") == "technology"), ""))


def length_of(item: object) -> float:
    """Return an item's seconds of audio."""
    amounts = item.get("consumptions") if isinstance(item, dict) else None
    return float(next((amount["value"] for amount in amounts or [] if amount.get("property") == LENGTH), 0.0))


@statement("C36")
def test_processed_audio_is_counted(movable_clock: Target) -> None:
    """Recordings count by the seconds of all channels, for their technology; voiceprints and bad files do not."""
    before, _ = consumed(movable_clock)
    wanted = dict.fromkeys(LABELS.values(), 0.0)
    for technology, name in BILLED:
        media = UPLOADS[name].media()
        expect_status(movable_clock.post_media(technology, media), 202)
        wanted[LABELS[technology]] += media.seconds
    expect_status(movable_clock.post_json(COMPARISON, {"voiceprints_a": [TINY], "voiceprints_b": [TINY]}), 202)
    movable_clock.clock.pass_time(LONG_ENOUGH)
    after, response = consumed(movable_clock)
    found = {label: after[label] - before.get(label, 0.0) for label in after}
    expect(found.keys() == wanted.keys(), f"There must be items for {', '.join(wanted)}.", response)
    are_near = all(abs(found[label] - seconds) <= TOLERANCE for label, seconds in wanted.items())
    expect(are_near, f"The seconds must have grown by {wanted}, got {found}.", response)

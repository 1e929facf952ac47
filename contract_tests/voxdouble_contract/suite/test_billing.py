"""The consumptions that an appliance reports."""

from typing import Any

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.judging.verdicts import expect, expect_status, unproven
from voxdouble_contract.samples.recordings import UPLOADS
from voxdouble_contract.samples.voiceprints import TINY
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import COMPARISON, EXTRACTION, GENDER
from voxdouble_contract.tasks import Tasks

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
    items = items_of(response)
    found = {technology_of(item): length_of(item) for item in items}
    expect(len(found) == len(items), "There must be one item for each technology.", response)
    return found, response


def items_of(response: Exchange) -> list[Any]:
    """Return the items of a 200; Broken unless they are a list."""
    expect_status(response, 200)
    items = response.get("items")
    expect(isinstance(items, list), "`items` must be a list.", response)
    return list(items)


def objects(item: object, member: str) -> list[dict[str, Any]]:
    """Return the objects in an item's list; an empty list if the item has no such member."""
    found = item.get(member) if isinstance(item, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def expect_objects(item: object, member: str, names: set[str], response: Exchange) -> None:
    """Raise Broken unless an item's member is a list, not empty, of objects with these members."""
    found = objects(item, member)
    is_whole = bool(found) and isinstance(item, dict) and len(found) == len(item[member])
    expect(is_whole, f"`{member}` of each item must be a list of at least one object.", response)
    spelled = " and ".join(f"`{name}`" for name in sorted(names))
    complete = all(names <= entry.keys() for entry in found)
    expect(complete, f"Each object in `{member}` must have {spelled}.", response)


def technology_of(item: object) -> str:
    """Return an item's label."""
    return str(next((label.get("value") for label in objects(item, "labels") if label.get("key") == "technology"), ""))


def length_of(item: object) -> float:
    """Return an item's seconds of audio."""
    amounts = [amount for amount in objects(item, "consumptions") if amount.get("property") == LENGTH]
    seconds = amounts[0].get("consumption") if amounts else None
    return float(seconds) if isinstance(seconds, int | float) else 0.0


@statement("S83")
def test_consumptions_have_labels_and_amounts(target: Target, tasks: Tasks) -> None:
    """Once a recording is processed, each item has labels with key and value, and amounts with their property."""
    tasks.upload("speech").done()
    response = target.send("GET", CONSUMPTIONS)
    if response.status == 404:
        unproven("The target has no such path.")
    for item in items_of(response) or unproven("The target reports no consumption."):
        expect_objects(item, "labels", {"key", "value"}, response)
        expect_objects(item, "consumptions", {"property", "consumption"}, response)


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
